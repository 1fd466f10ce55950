package dev.mnemo.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.upstream.Permit.UpstreamFault;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A permit comes back once, with what the call taught. */
class PermitTest {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final AtomicLong now = new AtomicLong();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "test",
            CircuitBreakerConfig.custom()
                    .currentTimestampFunction(clock -> now.get(), TimeUnit.NANOSECONDS)
                    .build());

    @Test
    void aClientThatWaitedLongLeftBecauseOfTheUpstream() {
        Permit permit = acquire();
        now.addAndGet(PATIENCE);

        permit.abandoned();

        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
    }

    @Test
    void aClientThatLeftSoonSaysNothingAboutIt() {
        Permit permit = acquire();
        now.addAndGet(PATIENCE - 1);

        permit.abandoned();

        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
    }

    @Test
    void onlyTheFirstWordCounts() {
        Permit permit = acquire();

        permit.answered();
        permit.failed(new UpstreamFault("late"));
        permit.abandoned();

        assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    }

    @Test
    void thereIsNoneWhileTheBreakerIsOpen() {
        breaker.transitionToOpenState();

        assertThat(Permit.acquire(breaker, PATIENCE)).isNull();
    }

    private Permit acquire() {
        return Objects.requireNonNull(Permit.acquire(breaker, PATIENCE));
    }
}
