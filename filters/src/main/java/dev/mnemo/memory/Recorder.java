package dev.mnemo.memory;

import dev.mnemo.call.Detached;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.dialect.Answer;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Opened;
import dev.mnemo.memory.MemoryStore.Remembered;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Remembers a turn when its call has ended; nobody waits for it. Thread-safe. */
public final class Recorder {

    private static final byte[] NOTHING = {};

    /** How often it is tried anew when another call of the user ended in between. */
    private static final int TRIES = 8;

    private final MemoryStore store;
    private final ArchiveStore archive;
    private final CallRecords calls;
    private final TokenCounter tokens;
    private final Scheduler background;
    private final InstantSource clock;

    /**
     * @param background where texts are counted and packed, never on an event loop
     */
    public Recorder(
            MemoryStore store,
            ArchiveStore archive,
            CallRecords calls,
            TokenCounter tokens,
            Scheduler background,
            InstantSource clock) {
        this.store = store;
        this.archive = archive;
        this.calls = calls;
        this.tokens = tokens;
        this.background = background;
        this.clock = clock;
    }

    /** Runs in {@link Detached}. */
    Mono<Void> record(Turn turn, Ending ending) {
        Said said = turn.records() ? Said.of(turn, ending) : null;
        if (said == null && !turn.isTold()) {
            return Mono.empty();
        }
        Instant now = clock.instant();
        return remember(turn, ending, said, now, TRIES);
    }

    private Mono<Void> remember(Turn turn, Ending ending, @Nullable Said said, Instant now, int tries) {
        return store.open(turn.tenant(), turn.user())
                .publishOn(background)
                .flatMap(opened -> remember(turn, ending, said == null ? null : said.at(now, turn, tokens), now, opened)
                        .flatMap(remembered -> switch (remembered) {
                            case Remembered.Erased erased ->
                                calls.drop(turn.tenant(), turn.call().id());
                            case Remembered.Again again ->
                                tries > 1 ? remember(turn, ending, said, now, tries - 1) : Mono.empty();
                            case Remembered.Done done -> remembered(turn, opened.own(), done);
                        }));
    }

    private Mono<Remembered> remember(
            Turn turn, Ending ending, @Nullable Interaction interaction, Instant now, Opened opened) {
        UserAccess own = turn.own();
        byte[] record = interaction == null
                ? NOTHING
                : InteractionCodec.encode(
                        interaction,
                        Fingerprint.of(turn.call().request().body()),
                        opened.own().seal());
        Memo memo = new Memo(record, turn.isTold() ? turn.call().id() : "", NOTHING, opened.patternsNumber());
        Mono<Void> told = turn.isTold() ? calls.keep(turn, ending, interaction, now) : Mono.empty();
        return told.then(
                store.remember(turn.tenant(), turn.user(), own == null ? UserAccess.UNKNOWN : own.era(), memo));
    }

    private Mono<Void> remembered(Turn turn, UserAccess own, Remembered.Done done) {
        Mono<Void> folded = ArchiveStore.isDue(turn.policy(), done.interactions(), done.bytes())
                ? archive.fold(turn.tenant(), turn.user(), own, done.interactions())
                : Mono.empty();
        return calls.drop(turn.tenant(), done.forgotten()).then(folded);
    }

    /** A conversation's turns know it by the same name; the one that its first answer gives it comes later. */
    private static String conversation(Turn turn) {
        String older = turn.call().conversation().older();
        return older == null ? turn.call().conversation().name() : older;
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

        Interaction at(Instant now, Turn turn, TokenCounter tokens) {
            return Interaction.of(now, conversation(turn), partial, user, assistant, tokens);
        }
    }
}
