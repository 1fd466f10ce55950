package dev.mnemo.metrics;

import dev.mnemo.call.Detached;
import dev.mnemo.tenant.LiveTenants;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Meters of what has a state of its own: breakers, tenants, issuers' keys, and work that outlives its call. Thread-safe. */
public final class StateMetrics {

    private final MeterRegistry registry;
    private final Counter tapFailures;

    public StateMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.tapFailures = Counter.builder("mnemo.tap.failures")
                .description("Answers that a tap stopped reading; the stream went on")
                .register(registry);
    }

    /**
     * @param kind {@code upstream} or {@code redis}
     * @param name of what is behind the breaker, such as {@code acme/openai}
     */
    public void breaker(String kind, String name, CircuitBreaker breaker) {
        Gauge.builder("mnemo.breaker.open", breaker, b -> b.getState() == CircuitBreaker.State.OPEN ? 1 : 0)
                .description("1 while calls are refused without being tried")
                .tags(Tags.of("kind", kind, "name", name))
                .register(registry);
    }

    /** What was behind the breaker is no more, or begins anew. */
    public void breakerGone(String kind, String name) {
        Tags tags = Tags.of("kind", kind, "name", name);
        registry.removeByPreFilterId(new Meter.Id("mnemo.breaker.open", tags, null, null, Meter.Type.GAUGE));
    }

    /** The tenants that are served, and how their files stand. */
    public void tenants(LiveTenants tenants) {
        Gauge.builder("mnemo.tenants", tenants, t -> t.get().tenants().size())
                .description("Tenants that are served")
                .register(registry);
        Gauge.builder("mnemo.tenants.generation", tenants, t -> t.state().generation())
                .description("How many catalogues of tenants this process has served")
                .register(registry);
        Gauge.builder("mnemo.tenants.bad", tenants, t -> t.state().problems().isEmpty() ? 0 : 1)
                .description("1 while the tenants' files are refused, and the last good ones are served")
                .register(registry);
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
        return Counter.builder("mnemo.tenants.reloads")
                .description("Changes of tenants' files: served from then on, or refused")
                .tag("outcome", outcome)
                .register(registry);
    }

    /**
     * @param kind {@code after}: settling and recording of calls that have ended; {@code unsettled}: calls that wait for Redis
     *     to be settled
     */
    public void detached(String kind, Detached detached) {
        Tags tags = Tags.of("kind", kind);
        Gauge.builder("mnemo.detached.running", detached, Detached::running)
                .description("Work that goes on after its call has ended")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder("mnemo.detached.dropped", detached, Detached::dropped)
                .description("Work not begun because too much was running")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder("mnemo.detached.failed", detached, Detached::failed)
                .description("Work that failed")
                .tags(tags)
                .register(registry);
    }

    /**
     * @param source of signing keys, by host and path
     * @param age in seconds
     */
    public void jwks(String source, DoubleSupplier age) {
        Gauge.builder("mnemo.jwks.age", age::getAsDouble)
                .description("Seconds since the keys of an issuer of tokens were fetched")
                .tags(Tags.of("source", source))
                .register(registry);
        jwksFailures(source);
    }

    public void jwksGone(String source) {
        for (String name : List.of("mnemo.jwks.age", "mnemo.jwks.failures")) {
            registry.find(name).tag("source", source).meters().forEach(registry::remove);
        }
    }

    public void jwksFailed(String source) {
        jwksFailures(source).increment();
    }

    private Counter jwksFailures(String source) {
        return Counter.builder("mnemo.jwks.failures")
                .description("Times that they could not be fetched")
                .tags(Tags.of("source", source))
                .register(registry);
    }

    public void tapFailed(Throwable why) {
        tapFailures.increment();
    }
}
