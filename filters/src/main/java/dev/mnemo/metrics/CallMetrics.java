package dev.mnemo.metrics;

import dev.mnemo.call.CallListener;
import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times each call when it has ended. Tags are the tenant, the dialect and the outcome; never a user, a key or
 * anything else that a client can choose. Thread-safe.
 */
public final class CallMetrics implements CallListener {

    private final MeterRegistry registry;
    private final LongSupplier nanos;
    private final Timer recall;
    private final Timer reserve;
    private final Timer added;
    private final Timer settle;
    private final Map<Name, Timer> calls = new ConcurrentHashMap<>();
    private final Map<String, Tokens> tokens = new ConcurrentHashMap<>();

    private final Map<String, DistributionSummary> errors = new ConcurrentHashMap<>();

    private record Name(String tenant, String dialect, String outcome, String context) {}

    private record Tokens(Counter input, Counter output, Counter injected) {}

    /**
     * @param nanos the ticker of the line
     */
    public CallMetrics(MeterRegistry registry, LongSupplier nanos) {
        this.registry = registry;
        this.nanos = nanos;
        this.recall = timer("mnemo.recall", "From asking the memory store to its answer");
        this.reserve = timer("mnemo.reserve", "From asking the ledger to its verdict");
        this.settle = timer("mnemo.settle", "Settling and recording a call after its answer");
        this.added = timer("mnemo.added", "What Mnemo adds before a call is sent upstream");
    }

    @Override
    public void ended(LlmCall call, Ending ending) {
        String tenant = call.identified() ? call.tenant().id() : "none";
        calls.computeIfAbsent(
                        new Name(tenant, call.dialect().id(), lower(ending.outcome()), context(call.context())),
                        this::call)
                .record(nanos.getAsLong() - call.startedNanos(), TimeUnit.NANOSECONDS);
        record(recall, call.times().recallNanos());
        record(reserve, call.times().reserveNanos());
        record(added, call.times().preparedNanos());
        count(tenant, call.context(), ending.answer());
        judge(tenant, call, ending.answer());
    }

    /** Where the provider counted what was sent, and nothing that it keeps beside it. */
    private void judge(String tenant, LlmCall call, @Nullable Answer answer) {
        Usage usage = answer == null ? null : answer.usage();
        if (usage == null
                || usage.input() == 0
                || call.estimated() == 0
                || !call.request().kept().isWhole()) {
            return;
        }
        errors.computeIfAbsent(tenant, this::error)
                .record((double) Math.abs(call.estimated() - usage.input()) / usage.input());
    }

    @Override
    public void settled(LlmCall call, long took) {
        settle.record(took, TimeUnit.NANOSECONDS);
    }

    private void count(String tenant, @Nullable Context context, @Nullable Answer answer) {
        Usage usage = answer == null ? null : answer.usage();
        if (usage == null && (context == null || context.tokens() == 0)) {
            return;
        }
        Tokens counters = tokens.computeIfAbsent(
                tenant, id -> new Tokens(tokens(id, "input"), tokens(id, "output"), tokens(id, "injected")));
        if (usage != null) {
            counters.input().increment(usage.input());
            counters.output().increment(usage.output());
        }
        if (context != null) {
            counters.injected().increment(context.tokens());
        }
    }

    private Timer call(Name name) {
        return Timer.builder("mnemo.calls")
                .description("Calls, from arrival to the answer's end")
                .tag("tenant", name.tenant())
                .tag("dialect", name.dialect())
                .tag("outcome", name.outcome())
                .tag("context", name.context())
                .register(registry);
    }

    private Counter tokens(String tenant, String kind) {
        return Counter.builder("mnemo.tokens")
                .description(
                        "Tokens as the provider counted them; injected: the context block, as counted when written")
                .tag("tenant", tenant)
                .tag("kind", kind)
                .register(registry);
    }

    private DistributionSummary error(String tenant) {
        return DistributionSummary.builder("mnemo.estimate.error")
                .description("How far a prompt's estimate is from what the provider counted, as a share of it")
                .tag("tenant", tenant)
                .serviceLevelObjectives(0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1)
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .publishPercentileHistogram()
                .register(registry);
    }

    private static void record(Timer timer, long nanos) {
        if (nanos >= 0) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** {@code injected}, the reason for an absent block, or {@code none} where the call did not get that far. */
    private static String context(@Nullable Context context) {
        if (context == null) {
            return "none";
        }
        Context.Reason reason = context.reason();
        return reason == null ? "injected" : lower(reason);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
