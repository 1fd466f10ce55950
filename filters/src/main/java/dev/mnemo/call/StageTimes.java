package dev.mnemo.call;

/** How long the stages of one call took, in nanoseconds; each −1 until it is known. Written once, read by any thread. */
public final class StageTimes {
    private volatile long recallNanos = -1;
    private volatile long reserveNanos = -1;
    private volatile long preparedNanos = -1;

    /** From asking the memory store to its answer. */
    public long recallNanos() {
        return recallNanos;
    }

    /** From asking the ledger to its verdict. */
    public long reserveNanos() {
        return reserveNanos;
    }

    /** From the call's arrival to the moment it was ready to be sent: what Mnemo adds before the upstream. */
    public long preparedNanos() {
        return preparedNanos;
    }

    void recall(long nanos) {
        recallNanos = nanos;
    }

    void reserve(long nanos) {
        reserveNanos = nanos;
    }

    void prepared(long nanos) {
        preparedNanos = nanos;
    }
}
