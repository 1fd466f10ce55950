package dev.mnemo.budget;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * A limit that has no room for a call.
 *
 * @param room until it will have
 */
record Lack(Line line, Level level, Duration room) {

    private static final Comparator<Lack> LENGTH =
            Comparator.comparing(Lack::never).thenComparing(Lack::room);

    /** Whether the call is larger than the whole limit. */
    boolean never() {
        return line.mostBefore() < 0;
    }

    /** Names the one that takes longest: by then the others have room too. */
    static Refused refusal(List<Lack> lacks, List<Level> levels) {
        Lack longest = lacks.stream().max(LENGTH).orElseThrow();
        return new Refused(
                longest.level(), longest.line().must(), longest.room(), longest.never(), Ledger.tightestFirst(levels));
    }
}
