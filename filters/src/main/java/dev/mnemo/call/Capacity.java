package dev.mnemo.call;

import dev.mnemo.call.Shares.Verdict;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What this replica has room for: calls in flight, and the bytes of their bodies. There is no queue: what does not fit is
 * refused at once, as a caller that waits gives up and asks again. Thread-safe.
 */
public final class Capacity {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final Shares calls;
    private final Shares bodies;
    private final BooleanSupplier memoryShort;
    private final Consumer<Shed> shed;

    /**
     * @param calls in flight at once
     * @param bodies bytes of request bodies held at once
     * @param memoryShort asked for each call, on its path
     * @param shed told of each refusal
     */
    public Capacity(int calls, long bodies, BooleanSupplier memoryShort, Consumer<Shed> shed) {
        this.calls = new Shares(calls);
        this.bodies = new Shares(bodies);
        this.memoryShort = memoryShort;
        this.shed = shed;
    }

    /**
     * Lets a call in.
     *
     * @return to be left when the call has ended, however it ends
     * @throws Refusal 503 when there is no room, 429 when what is left is for other tenants
     */
    Seat enter(String tenant) {
        // Without calls it is not they who fill the memory, and refusing all would end nothing.
        if (memoryShort.getAsBoolean() && calls.total() > 0) {
            throw refused(503, Shed.MEMORY, "replica: short of memory");
        }
        switch (calls.take(tenant, 0, 1)) {
            case TAKEN -> {
                return new Seat(tenant);
            }
            case FULL -> throw refused(503, Shed.REPLICA_BUSY, "replica: has as many calls in flight as it may");
            case OVER_SHARE -> throw overShare("has its share of the calls in flight");
        }
        throw new AssertionError();
    }

    /** Calls in flight. */
    public long calls() {
        return calls.total();
    }

    /** Bytes of request bodies that are held. */
    public long bodies() {
        return bodies.total();
    }

    private Refusal overShare(String what) {
        return refused(429, Shed.TENANT_BUSY, "replica: nearly full, and this tenant " + what);
    }

    private Refusal refused(int status, Shed why, String what) {
        shed.accept(why);
        return Refusal.later(
                status, why.code(), what + " (expected: fewer at once; try again in a second)", SOON, true);
    }

    /** The place of one call. Thread-safe. */
    final class Seat {

        private static final long LEFT = -1;

        private final String tenant;
        private final AtomicLong bytes = new AtomicLong();

        private Seat(String tenant) {
            this.tenant = tenant;
        }

        /**
         * Takes memory for a body, until the call leaves. Nothing is taken for a call that has left.
         *
         * @throws Refusal 503 when there is none, 429 when what is left is for other tenants
         */
        void take(long more) {
            Verdict verdict = bodies.take(tenant, Math.max(0, bytes.get()), more);
            if (verdict == Verdict.FULL) {
                throw refused(503, Shed.BODIES, "replica: the bodies of calls in flight fill their memory");
            }
            if (verdict == Verdict.OVER_SHARE) {
                throw overShare("has its share of the memory for bodies");
            }
            if (bytes.getAndUpdate(held -> held == LEFT ? LEFT : held + more) == LEFT) {
                bodies.give(tenant, more);
            }
        }

        /** Gives memory back, but so much: what was needed to work on a body is not needed to hold it. */
        void keep(long rest) {
            long held = bytes.getAndUpdate(now -> now == LEFT ? LEFT : Math.min(now, rest));
            if (held > rest) {
                bodies.give(tenant, held - rest);
            }
        }

        /** Gives everything back; once, however often it is called. */
        void leave() {
            long held = bytes.getAndSet(LEFT);
            if (held != LEFT) {
                bodies.give(tenant, held);
                calls.give(tenant, 1);
            }
        }
    }
}
