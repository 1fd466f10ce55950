package dev.mnemo.budget;

import java.util.List;

/** The ledger's answer to a claim. Levels stand tightest first. */
public sealed interface Verdict {

    /**
     * @param granted of the wish; what is held is the claim's {@code must} and this
     */
    record Admitted(long granted, List<Level> levels) implements Verdict {}

    /**
     * @param by the limit that has no room; nothing is held
     */
    record Refused(Level by, List<Level> levels) implements Verdict {}
}
