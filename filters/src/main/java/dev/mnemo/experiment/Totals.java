package dev.mnemo.experiment;

import dev.mnemo.call.Holdout;
import java.nio.ByteBuffer;

/** What is known of one arm: the sums of each bucket of its users. Not thread-safe while it is added to. */
public final class Totals {

    private final long[][] buckets = new long[Holdout.BUCKETS][Sum.COUNT];

    /** Adds what was stored of a bucket. What is too short, or of a bucket that is not, is left out. */
    void add(int bucket, byte[] stored) {
        if (bucket < 0 || bucket >= buckets.length || stored.length < Sum.COUNT * Long.BYTES) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(stored);
        for (int i = 0; i < Sum.COUNT; i++) {
            buckets[bucket][i] += in.getLong();
        }
    }

    void add(int bucket, Sum sum, long more) {
        buckets[bucket][sum.ordinal()] += more;
    }

    /** Of all buckets. */
    public long of(Sum sum) {
        long all = 0;
        for (long[] bucket : buckets) {
            all += bucket[sum.ordinal()];
        }
        return all;
    }

    /** Of each bucket. */
    double[] each(Sum sum) {
        double[] each = new double[buckets.length];
        for (int i = 0; i < each.length; i++) {
            each[i] = buckets[i][sum.ordinal()];
        }
        return each;
    }
}
