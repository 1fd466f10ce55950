package dev.mnemo.upstream;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A breaker's permission for one call. It is given back exactly once, with what the call taught about the upstream.
 * Thread-safe.
 */
final class Permit {

    private final CircuitBreaker breaker;
    private final long patienceNanos;
    private final long started;
    private final AtomicBoolean returned = new AtomicBoolean();

    private Permit(CircuitBreaker breaker, long patienceNanos) {
        this.breaker = breaker;
        this.patienceNanos = patienceNanos;
        this.started = breaker.getCurrentTimestamp();
    }

    /**
     * @param patienceNanos a client that waited longer for the first byte left because of the upstream
     * @return null while the breaker is open
     */
    static @Nullable Permit acquire(CircuitBreaker breaker, long patienceNanos) {
        return breaker.tryAcquirePermission() ? new Permit(breaker, patienceNanos) : null;
    }

    void answered() {
        if (returned.compareAndSet(false, true)) {
            breaker.onSuccess(elapsed(), TimeUnit.NANOSECONDS);
        }
    }

    void failed(Throwable why) {
        if (returned.compareAndSet(false, true)) {
            breaker.onError(elapsed(), TimeUnit.NANOSECONDS, why);
        }
    }

    /** The client left before the first byte. An upstream that hangs shows itself in nothing else. */
    void abandoned() {
        if (elapsed() >= patienceNanos) {
            failed(new UpstreamFault("no first byte while the client waited"));
        } else if (returned.compareAndSet(false, true)) {
            breaker.releasePermission();
        }
    }

    /** The call failed by what its client did, however long that took. */
    void spared() {
        if (returned.compareAndSet(false, true)) {
            breaker.releasePermission();
        }
    }

    private long elapsed() {
        return breaker.getCurrentTimestamp() - started;
    }

    /** What a breaker counts against an upstream. Without a stack trace: it is never thrown far. */
    static final class UpstreamFault extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UpstreamFault(String message) {
            super(message, null, false, false);
        }
    }
}
