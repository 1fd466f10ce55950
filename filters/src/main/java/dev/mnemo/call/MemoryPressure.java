package dev.mnemo.call;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the process is about to run out of memory. It is looked at now and then, by {@link #look()}, and read on each
 * call's path. Thread-safe.
 */
public final class MemoryPressure implements BooleanSupplier {

    private static final Logger log = LoggerFactory.getLogger(MemoryPressure.class);

    private static final double HIGH = 0.92;

    private static final long COLLECT_NANOS = 10_000_000_000L;

    private final DoubleSupplier heap;
    private final DoubleSupplier direct;
    private final Runnable collect;
    private final LongSupplier nanos;
    private long collected;
    private volatile boolean high;

    /**
     * @param heap the part of it that was in use after the last collection, 0 to 1
     * @param direct the part of the direct memory that is in use, 0 to 1
     * @param collect collects the heap now
     * @param nanos a ticker that only ever rises
     */
    public MemoryPressure(DoubleSupplier heap, DoubleSupplier direct, Runnable collect, LongSupplier nanos) {
        this.heap = heap;
        this.direct = direct;
        this.collect = collect;
        this.nanos = nanos;
    }

    @Override
    public boolean getAsBoolean() {
        return high;
    }

    /** Looks again. While calls are refused little is allocated, so that nothing would tell that there is room again. */
    public synchronized void look() {
        double used = heap.getAsDouble();
        double outside = direct.getAsDouble();
        boolean now = used > HIGH || outside > HIGH;
        if (now && high && used > HIGH && nanos.getAsLong() - collected >= COLLECT_NANOS) {
            collected = nanos.getAsLong();
            collect.run();
        }
        if (now == high) {
            return;
        }
        high = now;
        collected = nanos.getAsLong();
        if (now) {
            log.warn(
                    "memory: {} of the heap and {} of the direct memory are used; new calls get 503",
                    percent(used),
                    percent(outside));
        } else {
            log.warn(
                    "memory: there is room again ({} of the heap, {} of the direct memory)",
                    percent(used),
                    percent(outside));
        }
    }

    private static String percent(double part) {
        return Math.round(part * 100) + " %";
    }
}
