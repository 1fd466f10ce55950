package dev.mnemo.budget;

import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Keeps what was used of each limit. Both operations are idempotent by the claim's id, so that either may be sent again
 * when it is not known whether it arrived. Implementations are thread-safe; an error means that the store did not answer.
 */
public interface Ledger {

    /**
     * Checks every limit that applies and, when all have room, holds {@code must} and as much of {@code wish} as fits, in
     * one atomic step. Cancelling does not undo it; {@link #settle} does.
     */
    Mono<Verdict> reserve(Claim claim);

    /**
     * Puts what was spent in the place of what was held. Without a hold it charges what was spent. A claim that was settled
     * before stays as it is.
     *
     * @return whether this settled it
     */
    Mono<Boolean> settle(Claim claim, Spent spent);

    /**
     * What a call asks of the ledger.
     *
     * @param id of the call; unique
     * @param keyId of the key that was sent
     * @param user null for an anonymous caller: all of a tenant's anonymous callers share one subject
     * @param must tokens without which the call cannot go: its prompt, and the most that its answer can be
     * @param wish tokens that its context block would like
     */
    record Claim(
            String id,
            Tenant tenant,
            String keyId,
            @Nullable String user,
            long must,
            long wish) {}

    /**
     * What a call has really used.
     *
     * @param requests 1 when the upstream has seen it, else 0
     */
    record Spent(long tokens, long requests) {

        long of(Limit.Unit unit) {
            return switch (unit) {
                case TOKENS, INPUT, OUTPUT, USD -> tokens;
                case REQUESTS, CALLS -> requests;
            };
        }
    }

    /**
     * How a limit stands for one subject.
     *
     * @param used in this window, holds included
     * @param resets until the window ends; more than zero
     */
    record Level(Limit limit, long used, Duration resets) {

        /** May be negative: an answer can be longer than what was held for it. */
        public long left() {
            return limit.amount() - used;
        }

        /** The share that is left, for finding the tightest; 1 when nothing is used. */
        double share() {
            return (double) left() / limit.amount();
        }
    }

    /** The ledger's answer to a claim. Levels stand tightest first. */
    sealed interface Verdict {

        /**
         * @param granted of the wish; what is held is the claim's {@code must} and this
         */
        record Admitted(long granted, List<Level> levels) implements Verdict {}

        /**
         * @param by the limit that has no room; nothing is held
         */
        record Refused(Level by, List<Level> levels) implements Verdict {}
    }
}
