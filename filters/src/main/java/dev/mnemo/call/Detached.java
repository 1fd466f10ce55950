package dev.mnemo.call;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

/**
 * Work that outlives its request: settling, recording, freezing. It is the only place that subscribes. What runs here is
 * bounded in number, is counted, and is waited for before Redis is closed. It is bounded in time by what it does: Redis
 * commands, which have a timeout of their own. Thread-safe.
 */
public final class Detached {

    private static final Logger log = LoggerFactory.getLogger(Detached.class);

    private final int limit;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Quiet quiet = new Quiet(() -> running.get() == 0);

    /**
     * @param limit how many may run at once; more are dropped and counted
     */
    public Detached(int limit) {
        this.limit = limit;
    }

    /** Runs the work now, on nobody's time. Never throws. */
    public void run(Mono<Void> work) {
        if (running.incrementAndGet() > limit) {
            running.decrementAndGet();
            long times = dropped.incrementAndGet();
            if (Long.bitCount(times) == 1) {
                log.warn("work after a call was not begun, as too much is running ({} times so far)", times);
            }
            return;
        }
        work.doFinally(signal -> done()).subscribe(nothing -> {}, this::failed);
    }

    /** Completes when nothing runs any more. One waits at a time. */
    public Mono<Void> drained() {
        return quiet.await();
    }

    /** How much work runs now. */
    public int running() {
        return running.get();
    }

    /** How much was not begun, because too much was running. */
    public long dropped() {
        return dropped.get();
    }

    /** How much failed. */
    public long failed() {
        return failed.get();
    }

    private void done() {
        running.decrementAndGet();
        quiet.check();
    }

    /** Told at once when it happens first, and less and less often when it goes on. */
    private void failed(Throwable e) {
        long times = failed.incrementAndGet();
        if (Long.bitCount(times) == 1) {
            String causes = Exceptions.unwrapMultipleExcludingTracebacks(e).stream()
                    .map(Throwable::toString)
                    .distinct()
                    .collect(Collectors.joining("; "));
            log.warn("settling or recording a call failed ({} times so far): {}", times, causes);
        }
    }
}
