package dev.mnemo.memory;

import dev.mnemo.call.Detached;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Remembered;
import dev.mnemo.patterns.Patterns;
import dev.mnemo.patterns.Traits;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Remembers a turn when its call has ended; nobody waits for it. Thread-safe. */
public final class Recorder {

    private static final byte[] NOTHING = {};

    /** With more waiting, interactions are found by their words alone: a model takes a hundred times as long. */
    private static final int CROWD = 64;

    private final MemoryStore store;
    private final AccessStore access;
    private final ArchiveStore archive;
    private final CallRecords calls;
    private final Tally tally;
    private final Indexer indexer;
    private final Indexer plain = new Indexer(null);
    private final AtomicInteger waiting = new AtomicInteger();
    private final ProfileWriter profiles;
    private final TokenCounter tokens;
    private final Scheduler background;
    private final Scheduler indexing;
    private final InstantSource clock;

    /**
     * @param background where texts are counted and packed, never on an event loop
     * @param indexing where a model may read them, which takes a hundred times as long and hinders nothing else there
     */
    public Recorder(
            MemoryStore store,
            AccessStore access,
            ArchiveStore archive,
            CallRecords calls,
            Indexer indexer,
            ProfileWriter profiles,
            TokenCounter tokens,
            Scheduler background,
            Scheduler indexing,
            InstantSource clock) {
        this.store = store;
        this.access = access;
        this.archive = archive;
        this.calls = calls;
        this.tally = new Tally(store, access, background);
        this.indexer = indexer;
        this.profiles = profiles;
        this.tokens = tokens;
        this.background = background;
        this.indexing = indexing;
        this.clock = clock;
    }

    /** Runs in {@link Detached}. */
    Mono<Void> record(Turn turn, Ending ending) {
        Said said = turn.records() ? Said.of(turn, ending) : null;
        if (said == null && !turn.isTold()) {
            return Mono.empty();
        }
        Instant now = clock.instant();
        return heard(turn, said, now).flatMap(heard -> remember(turn, ending, heard.orElse(null), now));
    }

    /**
     * What is remembered.
     *
     * @param traits of the interaction
     */
    private record Heard(Interaction interaction, Traits traits) {

        static Heard of(Interaction interaction) {
            return new Heard(
                    interaction, Traits.of(interaction.at(), interaction.userText(), interaction.assistantText()));
        }
    }

    private Mono<Optional<Heard>> heard(Turn turn, @Nullable Said said, Instant now) {
        if (said == null || turn.policy().archive() == 0) {
            return Mono.fromCallable(
                            () -> Optional.ofNullable(said).map(words -> Heard.of(unindexed(turn, words, now))))
                    .subscribeOn(background);
        }
        boolean searched = turn.policy().retrieve() != Retrieve.OFF;
        Indexer by = waiting.incrementAndGet() > CROWD || !searched ? plain : indexer;
        return Mono.fromCallable(() -> Optional.of(Heard.of(indexed(turn, unindexed(turn, said, now), now, by))))
                .subscribeOn(indexing)
                .doFinally(signal -> waiting.decrementAndGet());
    }

    private Mono<Void> remember(Turn turn, Ending ending, @Nullable Heard heard, Instant now) {
        return opened(turn).flatMap(opened -> {
            Patterns patterns = heard == null ? null : opened.counted().plus(heard.traits());
            return remember(turn, ending, heard == null ? null : heard.interaction(), patterns, now, opened)
                    .flatMap(remembered -> switch (remembered) {
                        case Remembered.Erased erased ->
                            calls.drop(turn.tenant(), List.of(turn.call().id()));
                        case Remembered.Done done ->
                            remembered(turn, opened, patterns, done)
                                    .then(
                                            done.counted() || heard == null
                                                    ? Mono.empty()
                                                    : tally.add(turn.tenant(), turn.user(), era(turn), heard.traits()));
                    });
        });
    }

    /** What was recalled with the call; where it was not, as of now. Empty when the user was erased since. */
    private Mono<Opened> opened(Turn turn) {
        Opened opened = turn.opened();
        return opened != null
                ? Mono.just(opened)
                : access.open(turn.tenant(), turn.user(), era(turn))
                        .switchIfEmpty(
                                calls.drop(turn.tenant(), List.of(turn.call().id()))
                                        .then(Mono.empty()))
                        .publishOn(background);
    }

    private Mono<Remembered> remember(
            Turn turn,
            Ending ending,
            @Nullable Interaction interaction,
            @Nullable Patterns patterns,
            Instant now,
            Opened opened) {
        Seal seal = opened.own().seal();
        Memo memo = new Memo(
                interaction == null
                        ? NOTHING
                        : InteractionCodec.encode(
                                interaction,
                                Fingerprint.of(turn.call().request().body()),
                                seal),
                turn.isTold() ? turn.call().id() : "",
                patterns == null ? NOTHING : Summary.sealed(patterns, seal),
                opened.patternsNumber(),
                Objects.requireNonNullElse(opened.salt(), NOTHING));
        Mono<Void> told = turn.isTold() ? calls.keep(turn, ending, interaction, now) : Mono.empty();
        // An id that is listed without a record does no harm; an interaction that is lost does.
        return told.onErrorComplete()
                .then(store.remember(turn.tenant(), turn.user(), era(turn), memo))
                .onErrorResume(e -> untold(turn, e));
    }

    /** What is known of a call that its user's list does not name would outlive an erasure. */
    private <T> Mono<T> untold(Turn turn, Throwable why) {
        return calls.drop(turn.tenant(), List.of(turn.call().id()))
                .onErrorComplete()
                .then(Mono.error(why));
    }

    private static String era(Turn turn) {
        UserAccess own = turn.own();
        return own == null ? UserAccess.UNKNOWN : own.era();
    }

    private Mono<Void> remembered(Turn turn, Opened opened, @Nullable Patterns patterns, Remembered.Done done) {
        if (patterns != null) {
            profiles.recorded(turn.tenant(), turn.user(), patterns.count(), opened.attempt());
        }
        Mono<Void> folded = ArchiveStore.isDue(turn.policy(), done.interactions(), done.bytes())
                ? archive.fold(turn.tenant(), turn.user(), opened.own(), done.interactions())
                : Mono.empty();
        return calls.drop(turn.tenant(), done.forgotten()).then(folded);
    }

    private Interaction unindexed(Turn turn, Said said, Instant now) {
        return Interaction.of(
                now, turn.call().conversation().first(), said.partial(), said.user(), said.assistant(), tokens);
    }

    private static Interaction indexed(Turn turn, Interaction interaction, Instant now, Indexer by) {
        return interaction.indexed(by.index(before(turn), interaction.userText(), interaction.assistantText(), now));
    }

    /** What was said just before, which tells what a short answer is about. */
    private static @Nullable String before(Turn turn) {
        List<ChatRequest.Exchange> exchanges = turn.call().request().exchanges();
        if (exchanges.isEmpty()) {
            return null;
        }
        ChatRequest.Exchange last = exchanges.getLast();
        return Interaction.cut(last.user()) + "\n" + Interaction.cut(last.assistant());
    }

    /** One interaction is the user's words and the final answer; a step that only calls tools is neither. */
    private record Said(String user, String assistant, boolean partial) {

        static @Nullable Said of(Turn turn, Ending ending) {
            Answer answer = ending.answer();
            String asked = turn.asked();
            if (answer == null
                    || asked == null
                    || asked.isBlank()
                    || answer.text().isBlank()
                    || answer.step()) {
                return null;
            }
            boolean partial = ending.outcome() != Outcome.COMPLETE || !answer.complete() || answer.textCut();
            return partial && !turn.policy().partial() ? null : new Said(asked, answer.text(), partial);
        }
    }
}
