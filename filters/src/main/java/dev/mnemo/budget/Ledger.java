package dev.mnemo.budget;

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
}
