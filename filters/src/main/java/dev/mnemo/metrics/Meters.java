package dev.mnemo.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Every meter of Mnemo: the one place where its name, its tags and what it means are written. The tables in
 * {@code docs/operating.md} are made from it. Tags hold what stands in files and in this code, never a user, a key or
 * anything else that a client can choose.
 */
public enum Meters {
    CALLS(
            "mnemo.calls",
            Meter.Type.TIMER,
            "Each call, from its arrival to the answer's end. Outcome: complete, client_gone, upstream_failed, stopped, refused."
                    + " Status, as the client saw it: 2xx, 3xx, 4xx, 429, 5xx, none",
            "tenant",
            "dialect",
            "outcome",
            "status",
            "context"),
    ADDED("mnemo.added", Meter.Type.TIMER, Buckets.FINE, "What Mnemo adds before a call is sent upstream"),
    RECALL("mnemo.recall", Meter.Type.TIMER, Buckets.FINE, "From asking the memory store to its answer"),
    RESERVE("mnemo.reserve", Meter.Type.TIMER, Buckets.FINE, "From asking the ledger to its verdict"),
    SETTLE("mnemo.settle", Meter.Type.TIMER, Buckets.FINE, "Settling and recording a call after its answer"),
    TOKENS(
            "mnemo.tokens",
            Meter.Type.COUNTER,
            "Tokens. Kind: input and output as the provider counted them; injected as counted when written",
            "tenant",
            "kind"),
    ESTIMATE_ERROR(
            "mnemo.estimate.error",
            Meter.Type.DISTRIBUTION_SUMMARY,
            new Buckets(0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1),
            "How far the estimate of a prompt was from what the provider counted, as a share of it",
            "tenant"),
    BREAKER_OPEN(
            "mnemo.breaker.open",
            Meter.Type.GAUGE,
            "1 while it is left alone. Kind: redis (budget, recall, record, search), or upstream of a tenant",
            "kind",
            "name"),
    BUDGET_REFUSED("mnemo.budget.refused", Meter.Type.COUNTER, "Calls refused: a limit had no room", "tenant", "limit"),
    BUDGET_WARNED(
            "mnemo.budget.warned",
            Meter.Type.COUNTER,
            "Calls that went on though a limit is used up to its warning or beyond",
            "tenant",
            "limit"),
    BUDGET_SHADOW(
            "mnemo.budget.shadow",
            Meter.Type.COUNTER,
            "Calls that a limit would have refused, did it not only report",
            "tenant",
            "limit"),
    BUDGET_UNAVAILABLE(
            "mnemo.budget.unavailable",
            Meter.Type.COUNTER,
            "Calls for which the ledger did not answer. Then: refused, or held to the limits by this replica alone",
            "tenant",
            "then"),
    BUDGET_ESTIMATED(
            "mnemo.budget.estimated",
            Meter.Type.COUNTER,
            "Calls settled by estimate: their provider told no usage, or they were cut",
            "tenant"),
    BUDGET_LOST(
            "mnemo.budget.lost",
            Meter.Type.COUNTER,
            "Times that Redis was found to have lost what the ledger wrote",
            "tenant"),
    DETACHED_RUNNING(
            "mnemo.detached.running",
            Meter.Type.GAUGE,
            "Work that goes on after its call. Kind: after (settling, recording), unsettled (waits for Redis)",
            "kind"),
    DETACHED_DROPPED(
            "mnemo.detached.dropped", Meter.Type.COUNTER, "Work not begun, as too much was running: lost", "kind"),
    DETACHED_FAILED("mnemo.detached.failed", Meter.Type.COUNTER, "Work that failed", "kind"),
    MAINTENANCE(
            "mnemo.maintenance",
            Meter.Type.COUNTER,
            "Times that a user's profile was to be written. Outcome: written; empty, nothing to say; denied, a limit had no"
                    + " room; refused or limited, by the upstream with 4xx or 429; failed; busy, this replica had no room;"
                    + " stopped",
            "tenant",
            "outcome"),
    TAP_FAILURES("mnemo.tap.failures", Meter.Type.COUNTER, "Answers that could not be read; the stream went on"),
    MEMORY_UNREADABLE(
            "mnemo.memory.unreadable",
            Meter.Type.COUNTER,
            "Stored values that did not open and count as absent. Reason: foreign (not this user's, or changed: look into"
                    + " it), key (sealed with a key that the tenant does not list), unsealed",
            "tenant",
            "reason"),
    CALLS_IN_FLIGHT(
            "mnemo.calls.in.flight",
            Meter.Type.GAUGE,
            "Calls in flight in this replica, from their key being known to the answer's end; websockets while they are open"),
    BODIES_HELD("mnemo.bodies.held.bytes", Meter.Type.GAUGE, "Bytes of request bodies that are held in memory"),
    CONNECTIONS("mnemo.connections", Meter.Type.GAUGE, "Connections of clients that are open"),
    SHED(
            "mnemo.shed",
            Meter.Type.COUNTER,
            "Calls refused, or connections closed, as this replica has no room for them. Reason: replica_busy,"
                    + " tenant_busy, memory, bodies, connections",
            "reason"),
    TENANTS("mnemo.tenants", Meter.Type.GAUGE, "Tenants that are served"),
    TENANTS_GENERATION(
            "mnemo.tenants.generation", Meter.Type.GAUGE, "How many catalogues of tenants this process has served"),
    TENANTS_BAD(
            "mnemo.tenants.bad",
            Meter.Type.GAUGE,
            "1 while the tenants' files are refused, and the last good ones are served"),
    TENANTS_RELOADS(
            "mnemo.tenants.reloads",
            Meter.Type.COUNTER,
            "Changes of tenants' files. Outcome: swapped are served from then on, refused are not",
            "outcome"),
    JWKS_AGE(
            "mnemo.jwks.age.seconds",
            Meter.Type.GAUGE,
            "Seconds since the keys of an issuer of tokens were fetched. Above 330 a fetch has failed, from 86400 on tokens"
                    + " are refused. Source: host and path of jwks",
            "source"),
    JWKS_FAILURES("mnemo.jwks.failures", Meter.Type.COUNTER, "Times that they could not be fetched", "source"),
    IDENTITY_REFUSED(
            "mnemo.identity.refused",
            Meter.Type.COUNTER,
            "Calls and requests to the API refused for who sent them, with 401 or 403",
            "reason"),

    GEN_AI_TOKENS(
            GenAi.TOKEN_USAGE,
            Meter.Type.DISTRIBUTION_SUMMARY,
            new Buckets(1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864),
            "Tokens of a call as the provider counted them; input includes what was cached",
            GenAi.OPERATION,
            GenAi.PROVIDER,
            GenAi.MODEL,
            GenAi.TOKEN_TYPE),
    GEN_AI_DURATION(
            GenAi.OPERATION_DURATION,
            Meter.Type.TIMER,
            new Buckets(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
            "From sending a call upstream to the answer's end. Error: none, a status, or a code of Mnemo's errors",
            GenAi.OPERATION,
            GenAi.PROVIDER,
            GenAi.MODEL,
            GenAi.ERROR),
    GEN_AI_FIRST_CHUNK(
            GenAi.TIME_TO_FIRST_CHUNK,
            Meter.Type.TIMER,
            new Buckets(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
            "From sending a call upstream to the first piece of its stream",
            GenAi.OPERATION,
            GenAi.PROVIDER,
            GenAi.MODEL),
    GEN_AI_PER_TOKEN(
            GenAi.TIME_PER_OUTPUT_TOKEN,
            Meter.Type.TIMER,
            new Buckets(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5),
            "Of a stream: from its first piece to its end, for each token after the first",
            GenAi.OPERATION,
            GenAi.PROVIDER,
            GenAi.MODEL);

    /** Upper bounds of a histogram's buckets, in seconds where time is measured. */
    private record Buckets(double... limits) {

        /** Only sum, count and maximum. */
        private static final Buckets NONE = new Buckets();

        /** Some seventy, chosen by Micrometer: for what has no tags. */
        private static final Buckets FINE = new Buckets();
    }

    private final String id;
    private final Meter.Type type;
    private final Buckets buckets;
    private final String description;
    private final List<String> tags;

    Meters(String id, Meter.Type type, String description, String... tags) {
        this(id, type, Buckets.NONE, description, tags);
    }

    Meters(String id, Meter.Type type, Buckets buckets, String description, String... tags) {
        this.id = id;
        this.type = type;
        this.buckets = buckets;
        this.description = description;
        this.tags = List.of(tags);
    }

    /** As Micrometer knows it, with dots. */
    public String id() {
        return id;
    }

    public Meter.Type type() {
        return type;
    }

    public String description() {
        return description;
    }

    /** The names of its tags. */
    public List<String> tags() {
        return tags;
    }

    /** Whether it has buckets. */
    public boolean isHistogram() {
        return isFine() || buckets.limits().length > 0;
    }

    /**
     * @param values of its tags, in their order
     */
    public Timer timer(MeterRegistry registry, String... values) {
        Timer.Builder timer = Timer.builder(id).description(description).tags(tagged(values));
        if (buckets.limits().length > 0) {
            timer.serviceLevelObjectives(Arrays.stream(buckets.limits())
                    .mapToObj(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
                    .toArray(Duration[]::new));
        }
        return timer.publishPercentileHistogram(isFine()).register(registry);
    }

    public DistributionSummary summary(MeterRegistry registry, String... values) {
        DistributionSummary.Builder summary =
                DistributionSummary.builder(id).description(description).tags(tagged(values));
        return (buckets.limits().length > 0 ? summary.serviceLevelObjectives(buckets.limits()) : summary)
                .register(registry);
    }

    public Counter counter(MeterRegistry registry, String... values) {
        return Counter.builder(id).description(description).tags(tagged(values)).register(registry);
    }

    /** A counter that something else keeps. */
    public <T> void counter(MeterRegistry registry, T of, ToDoubleFunction<T> count, String... values) {
        FunctionCounter.builder(id, of, count)
                .description(description)
                .tags(tagged(values))
                .register(registry);
    }

    public void gauge(MeterRegistry registry, DoubleSupplier value, String... values) {
        Gauge.builder(id, value::getAsDouble)
                .description(description)
                .tags(tagged(values))
                .register(registry);
    }

    /** Held weakly: it is gone when {@code of} is. */
    public <T> void gauge(MeterRegistry registry, T of, ToDoubleFunction<T> value, String... values) {
        Gauge.builder(id, of, value)
                .description(description)
                .tags(tagged(values))
                .register(registry);
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isFine() {
        return buckets == Buckets.FINE;
    }

    private List<Tag> tagged(String... values) {
        if (values.length != tags.size()) {
            throw new IllegalArgumentException(id + ": " + values.length + " values (expected: of " + tags + ")");
        }
        List<Tag> tagged = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            tagged.add(Tag.of(tags.get(i), values[i]));
        }
        return tagged;
    }
}
