package dev.mnemo.budget;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.tenant.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Keeps what was used of each limit. All operations are idempotent by the claim's id, so that each may be sent again
 * when it is not known whether it arrived. Implementations are thread-safe; an error means that the store did not answer.
 */
public interface Ledger {

    /**
     * Checks every limit that applies and, when all have room, holds what the call must have and as much of its wish as
     * fits, in one atomic step. Cancelling does not undo it; {@link #settle} does.
     */
    Mono<Verdict> reserve(Claim claim);

    /**
     * The verdict that {@link #reserve} would give now. Nothing is held: the levels are those before the call.
     */
    Mono<Verdict> weigh(Claim claim);

    /**
     * Puts what was used in the place of what was held. A claim that was settled before stays as it is.
     *
     * @param claim as it was held, where it was
     * @return whether this settled it
     */
    Mono<Boolean> settle(Claim claim, Consumption used, Unheld unheld);

    /** What is most used comes first. */
    static List<Level> tightestFirst(List<Level> levels) {
        List<Level> sorted = new ArrayList<>(levels);
        sorted.sort(Comparator.comparingDouble(level -> -level.share()));
        return List.copyOf(sorted);
    }

    /** What a settle does when nothing is held, and nothing says that it was settled before. */
    enum Unheld {
        /** Nothing was reserved, as the ledger was away: what was used is counted now. */
        CHARGE,
        /** It may have been settled so long ago that the mark of it is gone: counting it could count it twice. */
        LEAVE
    }

    /**
     * How a limit stands for one subject.
     *
     * @param used in this window, holds included; it may be more than the limit, as an answer can be longer than what was
     *     held for it
     * @param resets until the window ends, or a minute is over; for calls in flight a second. More than zero
     */
    record Level(Limit limit, long used, Duration resets) {

        public long left() {
            return limit.amount() - used;
        }

        /** The share that is used; 1 at the limit. */
        double share() {
            return (double) used / limit.amount();
        }

        /** The share that is used, in whole per cent. */
        long percent() {
            return used * 100 / limit.amount();
        }

        /** Whether it is used up to the share at which the tenant wants to be warned, or beyond. */
        boolean warns() {
            return used * 100 >= limit.amount() * limit.warn();
        }
    }

    /** The ledger's answer to a claim. Levels stand tightest first. */
    sealed interface Verdict {

        List<Level> levels();

        /**
         * @param claim as it is held: its windows are right by the ledger's own clock
         * @param granted tokens of the wish
         */
        record Admitted(Claim claim, long granted, List<Level> levels) implements Verdict {

            /** Whether the limit would have refused the call: without its block too, there is no room for it. */
            boolean over(Level level) {
                Line line = claim.line(level.limit());
                long block = line == null ? 0 : granted * line.rate();
                return level.left() + block < 0;
            }
        }

        /**
         * Nothing is held.
         *
         * @param by the limit that has no room; of several the one that takes longest
         * @param must what the call must have of it
         * @param room until it has: by then the same call may be admitted
         * @param never whether the call is larger than the whole limit
         */
        record Refused(Level by, long must, Duration room, boolean never, List<Level> levels) implements Verdict {}
    }
}
