package dev.mnemo.call;

import dev.mnemo.call.Budget.Admission;
import dev.mnemo.call.Budget.Weighed;
import dev.mnemo.call.Capacity.Seat;
import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.call.Memory.Look;
import dev.mnemo.call.Memory.Piece;
import dev.mnemo.call.Memory.Recollection;
import java.util.EnumSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/**
 * Finds out what would be sent for a call, by the same code as the {@link LlmLine line}, without sending it. Nothing of it is
 * held, frozen, recorded or counted. Thread-safe.
 */
public final class Preview {

    private final Preparation preparation;
    private final Budget budget;
    private final Memory memory;
    private final LongSupplier nanos;

    /**
     * @param nanos a ticker that only ever rises
     */
    public Preview(Preparation preparation, Budget budget, Memory memory, LongSupplier nanos) {
        this.preparation = preparation;
        this.budget = budget;
        this.memory = memory;
        this.nanos = nanos;
    }

    /**
     * What would be sent.
     *
     * @param call as it would be; its body is what the upstream would receive, unless the call is not read
     * @param weighed the ledger's verdict
     * @param context what would be put into it, or why nothing would; null for a call that the ledger would refuse
     */
    public record Previewed(
            LlmCall call, Weighed weighed, @Nullable Context context, Piece block, Piece tail) {}

    /**
     * Looks at a call.
     *
     * @param request as the call's own would be, its path included
     * @param caller who it is that would call; the request says for which user
     * @return one preview; or a {@link Refusal}, where the line would say no before it asks the ledger
     */
    public Mono<Previewed> of(ServerHttpRequest request, Caller caller) {
        LlmCall call = LlmDoor.call(request, new HttpHeaders(), nanos);
        call.want(EnumSet.allOf(Part.class));
        return Mono.using(Glance::new, glance -> look(call, request, caller, glance), Glance::leave);
    }

    private Mono<Previewed> look(LlmCall call, ServerHttpRequest request, Caller caller, Glance glance) {
        LlmDoor.checkPath(request);
        return preparation
                .prepare(call, caller, request, glance::take, glance)
                .map(context -> glance.previewed(call, context))
                .onErrorResume(
                        Refusal.class,
                        refusal -> glance.refusedWith(refusal)
                                ? Mono.just(glance.previewed(call, null))
                                : Mono.error(refusal));
    }

    /** One look at a call, and what it has found out. */
    private final class Glance implements Preparation.Stores {

        private volatile @Nullable Seat seat;
        private volatile @Nullable Weighed weighed;
        private volatile @Nullable Look look;

        Seat take(Seat taken) {
            seat = taken;
            return taken;
        }

        void leave() {
            Seat taken = seat;
            if (taken != null) {
                taken.leave();
            }
        }

        @Override
        public Mono<Admission> admit(LlmCall call) {
            return budget.weigh(call).map(found -> {
                weighed = found;
                Refusal refusal = found.refusal();
                if (refusal != null) {
                    throw refusal;
                }
                return new Admission(found.granted());
            });
        }

        @Override
        public Mono<Recollection> recall(LlmCall call) {
            return memory.look(call).map(found -> look = found);
        }

        boolean refusedWith(Refusal refusal) {
            Weighed found = weighed;
            return found != null && refusal.equals(found.refusal());
        }

        Previewed previewed(LlmCall call, @Nullable Context context) {
            Look seen = context == null ? null : look;
            return new Previewed(
                    call,
                    Written.written(weighed, "verdict"),
                    context,
                    seen == null ? Piece.NONE : seen.block(),
                    seen == null ? Piece.NONE : seen.tail());
        }
    }
}
