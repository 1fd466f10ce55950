package dev.mnemo.call;

/** Is told of what happens to budgets. Called on event loops: it must neither block nor throw. */
public interface BudgetListener {

    /** A call was refused: a limit has no room for it. */
    void refused(String tenant, String limit);

    /** A call went on, and a limit is used up to the share at which the tenant wants to be warned, or beyond. */
    void warned(String tenant, String limit);

    /** A call went on that a limit would have refused, did it not only report. */
    void overShadow(String tenant, String limit);

    /**
     * The ledger did not answer.
     *
     * @param refused whether the call was refused for it; else this replica holds it to the limits alone
     */
    void unavailable(String tenant, boolean refused, Throwable why);

    /** A call was settled by estimate: its provider told no usage, or was cut off. */
    void estimated(String tenant);

    /**
     * Redis has lost what was written: it was emptied, or another server has taken over without it.
     *
     * @param holds of this replica's calls in flight that are gone
     */
    void lost(String tenant, long holds);
}
