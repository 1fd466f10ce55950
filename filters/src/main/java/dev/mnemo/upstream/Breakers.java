package dev.mnemo.upstream;

import dev.mnemo.call.LlmCall;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog;
import dev.mnemo.tenant.Upstream;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

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
    public record Name(String tenant, String upstream) {

        /** {@code acme/openai} */
        @Override
        public String toString() {
            return tenant + "/" + upstream;
        }
    }

    /** Is told of what comes and goes, so that it can be seen. */
    public interface Listener {
        void created(Name name, CircuitBreaker breaker);

        void gone(Name name);
    }

    /**
     * @param upstream as it was when the breaker began
     */
    private record Guard(Upstream upstream, CircuitBreaker breaker) {}

    private final Map<Name, Guard> guards = new ConcurrentHashMap<>();
    private final Listener listener;

    public Breakers(Listener listener) {
        this.listener = listener;
    }

    CircuitBreaker of(LlmCall call) {
        Upstream upstream = call.upstream();
        return guards.computeIfAbsent(new Name(call.tenant().id(), upstream.name()), name -> {
                    CircuitBreaker breaker = CircuitBreaker.of(name.toString(), CONFIG);
                    listener.created(name, breaker);
                    return new Guard(upstream, breaker);
                })
                .breaker();
    }

    /**
     * Forgets what was learned of upstreams that are no more, or that have another address or credential now. A call that
     * began before keeps its permit, and tells what it learns to a breaker that nobody asks any more.
     */
    public void keep(TenantCatalog now) {
        guards.forEach((name, guard) -> {
            if (!isIn(now, name, guard.upstream()) && guards.remove(name, guard)) {
                listener.gone(name);
            }
        });
    }

    private static boolean isIn(TenantCatalog now, Name name, Upstream known) {
        Tenant tenant = now.tenant(name.tenant());
        return tenant != null
                && tenant.upstreams().stream()
                        .anyMatch(upstream -> upstream.name().equals(known.name())
                                && upstream.url().equals(known.url())
                                && Objects.equals(upstream.credential(), known.credential()));
    }
}
