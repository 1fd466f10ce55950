package dev.mnemo.budget;

import dev.mnemo.tenant.Limit;
import java.time.Duration;

/**
 * How a limit stands for one subject.
 *
 * @param used in this window, holds included
 * @param resets until the window ends; more than zero
 */
public record Level(Limit limit, long used, Duration resets) {

    /** May be negative: an answer can be longer than what was held for it. */
    public long left() {
        return limit.amount() - used;
    }

    /** The share that is left, for finding the tightest; 1 when nothing is used. */
    double share() {
        return (double) left() / limit.amount();
    }
}
