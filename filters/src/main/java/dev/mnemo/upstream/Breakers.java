package dev.mnemo.upstream;

import dev.mnemo.call.LlmCall;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * A breaker for each upstream of each tenant: what one tenant's credential or quota does to an upstream must not close it
 * for another. Thread-safe.
 */
public final class Breakers {

    /** How long an open breaker refuses before it lets a call try. */
    static final Duration OPEN = Duration.ofSeconds(5);

    private static final CircuitBreakerConfig CONFIG = CircuitBreakerConfig.custom()
            .slidingWindowType(SlidingWindowType.COUNT_BASED)
            .slidingWindowSize(20)
            .minimumNumberOfCalls(5)
            .failureRateThreshold(50)
            .waitDurationInOpenState(OPEN)
            .permittedNumberOfCallsInHalfOpenState(3)
            .maxWaitDurationInHalfOpenState(Duration.ofSeconds(30))
            .writableStackTraceEnabled(false)
            .build();

    /** A tenant's upstream. */
    public record Name(String tenant, String upstream) {}

    private final Map<Name, CircuitBreaker> breakers = new ConcurrentHashMap<>();
    private final BiConsumer<Name, CircuitBreaker> created;

    /**
     * @param created told of each new breaker, once
     */
    public Breakers(BiConsumer<Name, CircuitBreaker> created) {
        this.created = created;
    }

    CircuitBreaker of(LlmCall call) {
        return breakers.computeIfAbsent(
                new Name(call.tenant().id(), call.upstream().name()), name -> {
                    CircuitBreaker breaker = CircuitBreaker.of(name.tenant() + "/" + name.upstream(), CONFIG);
                    created.accept(name, breaker);
                    return breaker;
                });
    }
}
