package dev.mnemo.memory;

import dev.mnemo.call.Context;
import dev.mnemo.call.Context.Reason;
import dev.mnemo.call.ConversationNames;
import dev.mnemo.call.Detached;
import dev.mnemo.call.Holdout;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Memory;
import dev.mnemo.call.Refusal;
import dev.mnemo.dialect.Answer;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.memory.Finder.Found;
import dev.mnemo.memory.Recalled.Frozen;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.memory.Snapshot.Shown;
import dev.mnemo.memory.Tails.Candidates;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Recalls what is known of a call's user, composes the block, and has the exchange remembered. Thread-safe. */
public final class UserMemory implements Memory {

    private final MemoryStore store;
    private final Finder finder;
    private final Tails tails;
    private final Recorder recorder;
    private final TokenCounter tokens;
    private final Detached detached;

    /**
     * @param detached runs the freezing of a block beside the call
     */
    public UserMemory(MemoryStore store, Finder finder, Recorder recorder, TokenCounter tokens, Detached detached) {
        this.store = store;
        this.finder = finder;
        this.tails = new Tails(store, finder, detached);
        this.recorder = recorder;
        this.tokens = tokens;
        this.detached = detached;
    }

    @Override
    public Mono<Recollection> recall(LlmCall call) {
        return recall(call, false, turn -> call.atEnd(ending -> recorder.record(turn, ending)));
    }

    @Override
    public Mono<Look> look(LlmCall call) {
        AtomicReference<@Nullable Turn> turn = new AtomicReference<>();
        return recall(call, true, turn::set).map(recalled -> new Seen(recalled, turn.get()));
    }

    private Mono<Recollection> recall(LlmCall call, boolean preview, Consumer<Turn> begun) {
        MemoryPolicy policy = call.tenant().memory();
        String user = call.caller().user();
        if (!call.memory().recalls()) {
            return nothing(Reason.OFF);
        }
        if (user == null) {
            return nothing(Reason.ANONYMOUS);
        }
        Turn turn = new Turn(call, user, preview);
        begun.accept(turn);
        if (policy.contextTokens() == 0) {
            return unrecalled(turn, Reason.OFF);
        }
        if (call.request().kept().closed()) {
            return unrecalled(turn, Reason.OPAQUE);
        }
        return store.recall(call.tenant(), user, call.conversation(), turn.isPreview())
                .doOnNext(turn::recalled)
                .flatMap(recalled -> recollection(turn, recalled))
                .onErrorResume(e -> policy.required() ? Mono.error(unavailable()) : nothing(Reason.UNAVAILABLE));
    }

    /** Nothing is shown; what it takes to remember the exchange is asked for all the same. */
    private Mono<Recollection> unrecalled(Turn turn, Reason why) {
        if (turn.isPreview() || !turn.records() && !turn.isTold()) {
            return nothing(why);
        }
        return store.era(turn.tenant(), turn.user())
                .doOnNext(turn::began)
                .onErrorResume(e -> Mono.empty())
                .then(nothing(why));
    }

    private Mono<Recollection> recollection(Turn turn, Recalled recalled) {
        if (Holdout.withholds(turn.call())) {
            return Mono.just(granted -> Mono.fromSupplier(() -> withheld(turn, recalled)));
        }
        // Who is held out keeps a block that thinking was signed with, and gets nothing beside it.
        return turn.retrievesAtTail() && !Holdout.takes(turn.call())
                ? tails.recall(turn, recalled.own())
                        .map(tail -> granted -> beside(tail.found(), () -> composeBoth(turn, recalled, tail, granted)))
                : found(turn, recalled)
                        .map(found -> granted ->
                                beside(found, () -> composed(turn, compose(turn, recalled, found, granted))));
    }

    /** Choosing among hundreds and unpacking them takes milliseconds: not on an event loop, whoever answered last. */
    private static Mono<Context> beside(Found found, Supplier<Context> composing) {
        Mono<Context> composed = Mono.fromSupplier(composing);
        return found.hits().isEmpty() ? composed : composed.subscribeOn(Schedulers.parallel());
    }

    /** What fits the conversation's first words; nothing where the block stands, or is not to be made of interactions. */
    private Mono<Found> found(Turn turn, Recalled recalled) {
        LlmCall call = turn.call();
        String words = call.request().firstUserText();
        return turn.policy().retrieve() == Retrieve.CONVERSATION
                        && recalled instanceof Parts parts
                        && !call.request().kept().signed()
                        && !(call.conversation().held() && parts.previous() != null)
                        && words != null
                ? finder.find(turn, parts.own(), words)
                : Mono.just(Found.NOTHING);
    }

    private Context composeBoth(Turn turn, Recalled recalled, Candidates tail, long granted) {
        Context block = compose(turn, recalled, Found.NOTHING, granted);
        return composed(turn, tails.place(turn, recalled, tail, block, granted));
    }

    /** All that is put in goes into the call at once. */
    private static Context composed(Turn turn, Context context) {
        SplicedBody spliced = turn.spliced();
        if (spliced != null) {
            turn.call().body(spliced);
        }
        return context;
    }

    /** A conversation that the provider keeps still knows what its user waits for. */
    private Context withheld(Turn turn, Recalled recalled) {
        keep(turn, recalled.own(), Snapshot.EMPTY);
        return Context.absent(Reason.HOLDOUT);
    }

    private Context compose(Turn turn, Recalled recalled, Found found, long granted) {
        LlmCall call = turn.call();
        turn.granted(granted);
        return switch (recalled) {
            case Frozen(Opened opened, Snapshot snapshot) -> {
                keep(turn, opened.own(), snapshot);
                yield call.conversation().held()
                        ? held(snapshot)
                        : call.request().kept().signed()
                                ? placeSigned(turn, snapshot, granted)
                                : place(turn, snapshot, granted, true);
            }
            case Parts parts when call.request().kept().signed() -> signed(turn, parts, granted);
            case Parts parts
            when call.conversation().held() && parts.previous() != null ->
                // The provider keeps the interactions of the earlier block, and what was said since.
                fresh(turn, parts.withoutInteractions(), Found.NOTHING, granted);
            case Parts parts -> fresh(turn, parts, found, granted);
        };
    }

    private Context fresh(Turn turn, Parts parts, Found found, long granted) {
        LlmCall call = turn.call();
        Snapshot fresh = ContextBlock.compose(
                parts,
                parts.summary().lines(tokens),
                found,
                Exchanges.of(call.request()),
                Math.min(granted, turn.blockCap()),
                turn.policy());
        boolean known = fresh.equals(parts.previous());
        // What the provider is to keep is in force when it has answered, not before. Otherwise at once: an agent's next
        // call may come on the heels of this one's answer.
        // Nor is it settled that the conversation has none where a limit had no room just now.
        boolean later = fresh.isEmpty() && fresh.cut() && granted < call.contextCap();
        if (!known && !later && !call.conversation().held() && !call.request().counts() && !turn.isPreview()) {
            boolean goesOn = !call.request().starts();
            String name = call.conversation().name();
            detached.run(store.freeze(call.tenant(), turn.user(), parts.own(), name, fresh, goesOn));
        }
        keep(turn, parts.own(), fresh);
        return place(turn, fresh, granted, known);
    }

    /** Whatever changed since, thinking that is repeated was signed together with the block as it was. */
    private Context signed(Turn turn, Parts parts, long granted) {
        Snapshot previous = parts.previous();
        if (previous == null) {
            return Context.absent(Holdout.takes(turn.call()) ? Reason.HOLDOUT : Reason.SIGNED);
        }
        keep(turn, parts.own(), previous);
        return placeSigned(turn, previous, granted);
    }

    /** Without the block that its thinking was signed with, the provider would refuse the call: it goes with it, or not at all. */
    private static Context placeSigned(Turn turn, Snapshot snapshot, long granted) {
        LlmCall call = turn.call();
        if (snapshot.tokens() > granted && granted < call.contextCap()) {
            throw Refusal.later(
                    429,
                    "budget_exhausted",
                    "budget: no room for the " + snapshot.tokens()
                            + " tokens of context that this conversation's signed"
                            + " thinking needs (expected: later, or a new conversation)",
                    Duration.ofMinutes(1),
                    false);
        }
        return place(turn, snapshot, Long.MAX_VALUE, true);
    }

    private static Context place(Turn turn, Snapshot snapshot, long granted, boolean frozen) {
        LlmCall call = turn.call();
        if (snapshot.isEmpty()) {
            return Context.absent(
                    !snapshot.cut() ? Reason.EMPTY : granted < call.contextCap() ? Reason.BUDGET : Reason.FULL);
        }
        if (snapshot.tokens() > granted) {
            // A frozen block is not made smaller: its bytes are what the provider has cached.
            return Context.absent(snapshot.tokens() > call.contextCap() ? Reason.FULL : Reason.BUDGET);
        }
        turn.spliced(call.dialect().place(call.request(), snapshot.block(), call.placement()));
        turn.placed();
        return shown(snapshot, snapshot.tokens(), frozen);
    }

    private static Context shown(Snapshot snapshot, int tokens, boolean frozen) {
        Shown shown = snapshot.shown();
        return new Context(
                tokens, shown.preferences(), shown.interactions(), frozen, shown.summary(), shown.retrieved(), null);
    }

    /** The provider has it from an earlier turn. */
    private static Context held(Snapshot snapshot) {
        return snapshot.tokens() == 0 ? Context.absent(Reason.EMPTY) : shown(snapshot, 0, true);
    }

    /** The next call may know the conversation by a name that this call's answer gives it. */
    private void keep(Turn turn, UserAccess own, Snapshot snapshot) {
        LlmCall call = turn.call();
        turn.shown(snapshot);
        if (call.request().counts() || !ConversationNames.change(call.request(), call.conversation())) {
            return;
        }
        call.atEnd(ending -> {
            Answer answer = ending.answer();
            Context context = call.context();
            boolean inForce = context != null && (snapshot.tokens() == 0 || context.reason() == null);
            if (answer == null || answer.failed() || !inForce) {
                return Mono.empty();
            }
            boolean waits = turn.records() && (answer.step() || !answer.complete());
            Snapshot kept = snapshot.kept(waits ? turn.asked() : null);
            boolean goesOn = !waits && !call.request().starts();
            return Flux.fromIterable(ConversationNames.after(call.request(), call.conversation(), answer))
                    .flatMap(name -> store.freeze(
                            call.tenant(),
                            turn.user(),
                            own,
                            name,
                            ConversationNames.isProviders(name) ? kept : snapshot,
                            goesOn))
                    .then();
        });
    }

    private static Mono<Recollection> nothing(Reason reason) {
        return Mono.just(granted -> Mono.just(Context.absent(reason)));
    }

    private static Refusal unavailable() {
        return Refusal.later(
                503, "memory_unavailable", "memory: its store does not answer; try again", Duration.ofSeconds(2), true);
    }
}
