package dev.mnemo.metrics;

import dev.mnemo.call.CallListener;
import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
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
import org.jspecify.annotations.Nullable;

/**
 * Counts and times each call when it has ended. Tags are the tenant, the dialect and the outcome; never a user, a key or
 * anything else that a client can choose. Thread-safe.
 */
public final class CallMetrics implements CallListener {

    private static final String[] CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx", "7xx", "8xx", "9xx"};

    private final MeterRegistry registry;
    private final Timer recall;
    private final Timer reserve;
    private final Timer added;
    private final Timer settle;
    private final Map<Name, Timer> calls = new ConcurrentHashMap<>();
    private final Map<String, Tokens> tokens = new ConcurrentHashMap<>();
    private final Map<String, DistributionSummary> errors = new ConcurrentHashMap<>();

    private record Name(String tenant, String dialect, String outcome, String status, String context) {}

    private record Tokens(Counter input, Counter output, Counter injected) {}

    public CallMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.recall = Meters.RECALL.timer(registry);
        this.reserve = Meters.RESERVE.timer(registry);
        this.settle = Meters.SETTLE.timer(registry);
        this.added = Meters.ADDED.timer(registry);
    }

    @Override
    public void ended(LlmCall call, Ending ending) {
        String tenant = call.identified() ? call.tenant().id() : "none";
        calls.computeIfAbsent(
                        new Name(
                                tenant,
                                call.dialect().id(),
                                lower(ending.outcome()),
                                status(call, ending),
                                context(call.context())),
                        this::call)
                .record(call.times().elapsed(), TimeUnit.NANOSECONDS);
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
        return Meters.CALLS.timer(
                registry, name.tenant(), name.dialect(), name.outcome(), name.status(), name.context());
    }

    private Counter tokens(String tenant, String kind) {
        return Meters.TOKENS.counter(registry, tenant, kind);
    }

    private DistributionSummary error(String tenant) {
        return Meters.ESTIMATE_ERROR.summary(registry, tenant);
    }

    private static void record(Timer timer, long nanos) {
        if (nanos >= 0) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The status that the client saw; 0 where no answer began. */
    static int shown(LlmCall call, Ending ending) {
        Refusal refusal = call.refusal();
        return refusal == null ? ending.status() : refusal.status();
    }

    /** Its class; 429 by itself, since it is nobody's fault. {@code none} where no answer began. */
    static String status(LlmCall call, Ending ending) {
        int status = shown(call, ending);
        return status == 0 ? "none" : status == 429 ? "429" : CLASSES[status / 100];
    }

    /** {@code injected}, the reason for an absent block, or {@code none} where the call did not get that far. */
    static String context(@Nullable Context context) {
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
