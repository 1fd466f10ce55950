package dev.mnemo.memory;

import dev.mnemo.call.Context;
import dev.mnemo.call.Context.Reason;
import dev.mnemo.call.ConversationNames;
import dev.mnemo.call.Detached;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Memory;
import dev.mnemo.call.Refusal;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Recalled;
import dev.mnemo.memory.MemoryStore.Recalled.Frozen;
import dev.mnemo.memory.MemoryStore.Recalled.Parts;
import dev.mnemo.tenant.MemoryPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Recalls what is known of a call's user, composes the block, and records the exchange. Thread-safe. */
public final class UserMemory implements Memory {

    private final MemoryStore store;
    private final TokenCounter tokens;
    private final Detached detached;
    private final Scheduler background;
    private final InstantSource clock;

    /**
     * @param detached runs the freezing of a block beside the call
     * @param background where texts are counted and packed, never on an event loop
     */
    public UserMemory(
            MemoryStore store, TokenCounter tokens, Detached detached, Scheduler background, InstantSource clock) {
        this.store = store;
        this.tokens = tokens;
        this.detached = detached;
        this.background = background;
        this.clock = clock;
    }

    @Override
    public Mono<Recollection> recall(LlmCall call) {
        MemoryPolicy policy = call.tenant().memory();
        String user = call.caller().user();
        if (!call.memory().recalls()) {
            return nothing(Reason.OFF);
        }
        if (user == null) {
            return nothing(Reason.ANONYMOUS);
        }
        AtomicReference<@Nullable String> asked =
                new AtomicReference<>(call.request().lastUserText());
        if (records(call)) {
            call.atEnd(ending -> record(call, user, asked.get(), ending));
        }
        if (policy.contextTokens() == 0) {
            return nothing(Reason.OFF);
        }
        if (call.request().kept().closed()) {
            return nothing(Reason.OPAQUE);
        }
        return store.recall(call.tenant(), user, call.conversation())
                .<Recollection>map(recalled -> {
                    if (call.conversation().held()) {
                        // The last request of a tool loop no longer says what the user asked.
                        asked.compareAndSet(null, asked(recalled));
                    }
                    return granted -> compose(call, user, recalled, asked.get(), granted);
                })
                .onErrorResume(e -> policy.required() ? Mono.error(unavailable()) : nothing(Reason.UNAVAILABLE));
    }

    private static boolean records(LlmCall call) {
        return call.tenant().memory().record()
                && call.memory().records()
                && !call.request().counts();
    }

    private static @Nullable String asked(Recalled recalled) {
        return switch (recalled) {
            case Frozen(Snapshot snapshot) -> snapshot.asked();
            case Parts parts ->
                parts.previous() == null ? null : parts.previous().asked();
        };
    }

    private Context compose(LlmCall call, String user, Recalled recalled, @Nullable String asked, long granted) {
        return switch (recalled) {
            case Frozen(Snapshot snapshot) -> {
                keep(call, user, snapshot, asked);
                yield call.conversation().held()
                        ? held(snapshot)
                        : call.request().kept().signed()
                                ? placeSigned(call, snapshot, granted)
                                : place(call, snapshot, granted, true);
            }
            case Parts parts
            when call.request().kept().signed() -> signed(call, user, parts.previous(), asked, granted);
            case Parts parts
            when call.conversation().held() && parts.previous() != null ->
                // The provider keeps the interactions of the earlier block, and what was said since.
                fresh(call, user, new Parts(parts.preferences(), List.of(), parts.previous()), asked, granted);
            case Parts parts -> fresh(call, user, parts, asked, granted);
        };
    }

    private Context fresh(LlmCall call, String user, Parts parts, @Nullable String asked, long granted) {
        Snapshot fresh = ContextBlock.compose(
                parts,
                Exchanges.of(call.request()),
                Math.min(granted, call.contextCap()),
                call.tenant().memory());
        boolean known = fresh.equals(parts.previous());
        // What the provider is to keep is in force when it has answered, not before. Otherwise at once: an agent's next
        // call may come on the heels of this one's answer.
        if (!known && !call.conversation().held() && !call.request().counts()) {
            boolean goesOn = !call.request().starts();
            detached.run(store.freeze(call.tenant(), user, call.conversation().name(), fresh, goesOn));
        }
        keep(call, user, fresh, asked);
        return place(call, fresh, granted, known);
    }

    /** Whatever changed since, thinking that is repeated was signed together with the block as it was. */
    private Context signed(
            LlmCall call, String user, @Nullable Snapshot previous, @Nullable String asked, long granted) {
        if (previous == null) {
            return Context.absent(Reason.SIGNED);
        }
        keep(call, user, previous, asked);
        return placeSigned(call, previous, granted);
    }

    /** Without the block that its thinking was signed with, the provider would refuse the call: it goes with it, or not at all. */
    private static Context placeSigned(LlmCall call, Snapshot snapshot, long granted) {
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
        return place(call, snapshot, Long.MAX_VALUE, true);
    }

    private static Context place(LlmCall call, Snapshot snapshot, long granted, boolean frozen) {
        if (snapshot.isEmpty()) {
            return Context.absent(
                    !snapshot.cut() ? Reason.EMPTY : granted < call.contextCap() ? Reason.BUDGET : Reason.FULL);
        }
        if (snapshot.tokens() > granted) {
            // A frozen block is not made smaller: its bytes are what the provider has cached.
            return Context.absent(snapshot.tokens() > call.contextCap() ? Reason.FULL : Reason.BUDGET);
        }
        call.body(call.dialect().place(call.request(), snapshot.block(), call.placement()));
        return new Context(snapshot.tokens(), snapshot.preferences(), snapshot.interactions(), frozen, null);
    }

    /** The provider has it from an earlier turn. */
    private static Context held(Snapshot snapshot) {
        return snapshot.tokens() == 0
                ? Context.absent(Reason.EMPTY)
                : new Context(0, snapshot.preferences(), snapshot.interactions(), true, null);
    }

    /** The next call may know the conversation by a name that this call's answer gives it. */
    private void keep(LlmCall call, String user, Snapshot snapshot, @Nullable String asked) {
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
            boolean waits = records(call) && (answer.step() || !answer.complete());
            Snapshot kept = snapshot.kept(waits ? asked : null);
            boolean goesOn = !waits && !call.request().starts();
            return Flux.fromIterable(ConversationNames.after(call.request(), call.conversation(), answer))
                    .flatMap(name -> store.freeze(
                            call.tenant(), user, name, ConversationNames.isProviders(name) ? kept : snapshot, goesOn))
                    .then();
        });
    }

    /** One interaction is the user's words and the final answer; a step that only calls tools is neither. */
    private Mono<Void> record(LlmCall call, String user, @Nullable String said, Ending ending) {
        Answer answer = ending.answer();
        if (answer == null || said == null || said.isBlank() || answer.text().isBlank() || answer.step()) {
            return Mono.empty();
        }
        boolean partial = ending.outcome() != Outcome.COMPLETE || !answer.complete() || answer.textCut();
        if (partial && !call.tenant().memory().partial()) {
            return Mono.empty();
        }
        ChatRequest request = call.request();
        return Mono.fromCallable(() -> Interaction.of(
                        Fingerprint.of(request.body()), clock.instant(), partial, said, answer.text(), tokens))
                .subscribeOn(background)
                .flatMap(interaction -> store.append(call.tenant(), user, interaction))
                .then();
    }

    private static Mono<Recollection> nothing(Reason reason) {
        return Mono.just(granted -> Context.absent(reason));
    }

    private static Refusal unavailable() {
        return Refusal.later(
                503, "memory_unavailable", "memory: its store does not answer; try again", Duration.ofSeconds(2), true);
    }
}
