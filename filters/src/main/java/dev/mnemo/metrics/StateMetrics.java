package dev.mnemo.metrics;

import dev.mnemo.call.Capacity;
import dev.mnemo.call.Detached;
import dev.mnemo.call.Shed;
import dev.mnemo.seal.Unreadable;
import dev.mnemo.tenant.LiveTenants;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/** Meters of what has a state of its own: breakers, tenants, issuers' keys, and work that outlives its call. Thread-safe. */
public final class StateMetrics {

    private final MeterRegistry registry;
    private final Counter tapFailures;
    private final Map<Shed, Counter> shed = new EnumMap<>(Shed.class);

    public StateMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.tapFailures = Meters.TAP_FAILURES.counter(registry);
        for (Shed why : Shed.values()) {
            shed.put(why, Meters.SHED.counter(registry, why.code()));
        }
    }

    /**
     * @param kind {@code upstream} or {@code redis}
     * @param name of what is behind the breaker, such as {@code acme/openai}
     */
    public void breaker(String kind, String name, CircuitBreaker breaker) {
        Meters.BREAKER_OPEN.gauge(
                registry, breaker, b -> b.getState() == CircuitBreaker.State.OPEN ? 1 : 0, kind, name);
    }

    /** What was behind the breaker is no more, or begins anew. */
    public void breakerGone(String kind, String name) {
        registry.find(Meters.BREAKER_OPEN.id())
                .tags("kind", kind, "name", name)
                .meters()
                .forEach(registry::remove);
    }

    /** The tenants that are served, and how their files stand. */
    public void tenants(LiveTenants tenants) {
        Meters.TENANTS.gauge(registry, tenants, t -> t.get().tenants().size());
        Meters.TENANTS_GENERATION.gauge(registry, tenants, t -> t.state().generation());
        Meters.TENANTS_BAD.gauge(registry, tenants, t -> t.state().problems().isEmpty() ? 0 : 1);
        reloads("swapped");
        reloads("refused");
    }

    /**
     * @param outcome {@code swapped} or {@code refused}
     */
    public void reloaded(String outcome) {
        reloads(outcome).increment();
    }

    private Counter reloads(String outcome) {
        return Meters.TENANTS_RELOADS.counter(registry, outcome);
    }

    /**
     * @param kind {@code after}: settling and recording of calls that have ended; {@code unsettled}: calls that wait for Redis
     *     to be settled
     */
    public void detached(String kind, Detached detached) {
        Meters.DETACHED_RUNNING.gauge(registry, detached, Detached::running, kind);
        Meters.DETACHED_DROPPED.counter(registry, detached, Detached::dropped, kind);
        Meters.DETACHED_FAILED.counter(registry, detached, Detached::failed, kind);
    }

    /**
     * @param source of signing keys, by host and path
     * @param age in seconds
     */
    public void jwks(String source, DoubleSupplier age) {
        Meters.JWKS_AGE.gauge(registry, age, source);
        jwksFailures(source);
    }

    public void jwksGone(String source) {
        for (Meters meter : List.of(Meters.JWKS_AGE, Meters.JWKS_FAILURES)) {
            registry.find(meter.id()).tag("source", source).meters().forEach(registry::remove);
        }
    }

    public void jwksFailed(String source) {
        jwksFailures(source).increment();
    }

    private Counter jwksFailures(String source) {
        return Meters.JWKS_FAILURES.counter(registry, source);
    }

    /** The gauges by which replicas are added and taken away. */
    public void capacity(Capacity capacity) {
        Meters.CALLS_IN_FLIGHT.gauge(registry, capacity, Capacity::calls);
        Meters.BODIES_HELD.gauge(registry, capacity, Capacity::bodies);
    }

    public void connections(IntSupplier open) {
        Meters.CONNECTIONS.gauge(registry, open::getAsInt);
    }

    /** Counts what this replica has sent away. */
    public void shed(Shed why) {
        Objects.requireNonNull(shed.get(why)).increment();
    }

    /** Something that is stored of a tenant's user does not open. */
    public void unreadable(String tenant, Unreadable why) {
        Meters.MEMORY_UNREADABLE
                .counter(registry, tenant, why.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    /** A user's profile was to be written. */
    public void maintained(String tenant, String outcome) {
        Meters.MAINTENANCE.counter(registry, tenant, outcome).increment();
    }

    public void tapFailed(Throwable why) {
        tapFailures.increment();
    }
}
