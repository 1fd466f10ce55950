package dev.mnemo.metrics;

import dev.mnemo.call.CallListener;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.StageTimes;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The meters of OpenTelemetry's conventions for generative AI, for calls that were read and sent upstream. They have no tag
 * of a tenant: histograms for each would be too many. Thread-safe.
 */
public final class GenAiMetrics implements CallListener {

    /** Of combinations of operation, provider and model; what is more counts as another model. */
    private static final int MOST = 500;

    private static final String NONE = "none";

    private final MeterRegistry registry;
    private final Map<Name, Of> known = new ConcurrentHashMap<>();

    private record Name(String operation, String provider, String model) {}

    /** The meters of one combination. */
    private record Of(
            Name name,
            DistributionSummary input,
            DistributionSummary output,
            Timer firstChunk,
            Timer perToken,
            Map<String, Timer> durations) {}

    public GenAiMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void ended(LlmCall call, Ending ending) {
        StageTimes times = call.times();
        if (times.sentAt() < 0 || !call.isRead() || call.request().counts()) {
            return;
        }
        Of meters = of(new Name(
                GenAi.operation(call),
                GenAi.provider(call.upstream(), call.dialect().protocol()),
                GenAi.model(call)));
        long ended = times.elapsed();
        @Nullable String error = GenAi.error(call, ending);
        meters.durations()
                .computeIfAbsent(error == null ? NONE : error, type -> duration(meters.name(), type))
                .record(ended - times.sentAt(), TimeUnit.NANOSECONDS);
        Answer answer = ending.answer();
        Usage usage = answer == null ? null : answer.usage();
        if (usage != null) {
            meters.input().record(usage.input());
            meters.output().record(usage.output());
        }
        if (call.request().stream() && times.firstByteAt() >= 0 && error == null) {
            meters.firstChunk().record(times.firstByteAt() - times.sentAt(), TimeUnit.NANOSECONDS);
            if (usage != null && usage.output() > 1) {
                meters.perToken().record((ended - times.firstByteAt()) / (usage.output() - 1), TimeUnit.NANOSECONDS);
            }
        }
    }

    @Override
    public void settled(LlmCall call, long nanos) {}

    private Of of(Name name) {
        Of found = known.get(name);
        if (found != null) {
            return found;
        }
        return known.computeIfAbsent(
                known.size() < MOST ? name : new Name(name.operation(), name.provider(), GenAi.OTHER), this::meters);
    }

    private Of meters(Name name) {
        return new Of(
                name,
                tokens(name, "input"),
                tokens(name, "output"),
                Meters.GEN_AI_FIRST_CHUNK.timer(registry, name.operation(), name.provider(), name.model()),
                Meters.GEN_AI_PER_TOKEN.timer(registry, name.operation(), name.provider(), name.model()),
                new ConcurrentHashMap<>());
    }

    private DistributionSummary tokens(Name name, String type) {
        return Meters.GEN_AI_TOKENS.summary(registry, name.operation(), name.provider(), name.model(), type);
    }

    private Timer duration(Name name, String error) {
        return Meters.GEN_AI_DURATION.timer(registry, name.operation(), name.provider(), name.model(), error);
    }
}
