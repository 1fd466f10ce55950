package dev.mnemo.call;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When the stages of one call began and how long they took, in nanoseconds since the call's arrival; each −1 until it is
 * known. Each is written once, and may be read by any thread.
 */
public final class StageTimes {

    private final LongSupplier nanos;
    private final long started;

    private volatile long identifiedAt = -1;
    private volatile long readAt = -1;
    private volatile long recallAt = -1;
    private volatile long recallNanos = -1;
    private volatile long reserveAt = -1;
    private volatile long reserveNanos = -1;
    private volatile long preparedNanos = -1;
    private volatile long sentAt = -1;
    private volatile long headersAt = -1;
    private volatile long firstByteAt = -1;
    private volatile @Nullable Object trace;

    StageTimes(LongSupplier nanos) {
        this.nanos = nanos;
        this.started = nanos.getAsLong();
    }

    /** Since the call arrived. */
    public long elapsed() {
        return nanos.getAsLong() - started;
    }

    /** When the credential was known to be somebody's. */
    public long identifiedAt() {
        return identifiedAt;
    }

    /** When the whole body was there; −1 for a call that is not read. */
    public long readAt() {
        return readAt;
    }

    public long recallAt() {
        return recallAt;
    }

    /** From asking the memory store to its answer. */
    public long recallNanos() {
        return recallNanos;
    }

    public long reserveAt() {
        return reserveAt;
    }

    /** From asking the ledger to its verdict. */
    public long reserveNanos() {
        return reserveNanos;
    }

    /** From the call's arrival to the moment it was ready to be sent: what Mnemo adds before the upstream. */
    public long preparedNanos() {
        return preparedNanos;
    }

    /** When the call was given to the upstream's client. */
    public long sentAt() {
        return sentAt;
    }

    /** When the answer's headers were there. */
    public long headersAt() {
        return headersAt;
    }

    /** When the first piece of the answer's body passed. */
    public long firstByteAt() {
        return firstByteAt;
    }

    /** What a listener makes of these times at the call's end, and keeps until the call is settled; null when it is nothing. */
    public @Nullable Object trace() {
        return trace;
    }

    public void trace(Object made) {
        trace = made;
    }

    void identified() {
        identifiedAt = elapsed();
    }

    void read() {
        readAt = elapsed();
    }

    void recall(long took) {
        recallNanos = took;
        recallAt = elapsed() - took;
    }

    void reserve(long took) {
        reserveNanos = took;
        reserveAt = elapsed() - took;
    }

    void prepared() {
        preparedNanos = elapsed();
    }

    void sent() {
        sentAt = elapsed();
    }

    void headers() {
        headersAt = elapsed();
    }

    void byteCame() {
        if (firstByteAt < 0) {
            firstByteAt = elapsed();
        }
    }
}
