package dev.mnemo.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Calls;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.ModelFacts;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenAiMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GenAiMetrics metrics = new GenAiMetrics(registry);

    @Test
    void aStreamIsMeasuredAsItsClientWould() {
        metrics.ended(Calls.streamed(tenant(), "gpt-5.4"), Calls.ended(200, Outcome.COMPLETE, 900, 101));

        assertThat(registry.get(GenAi.TOKEN_USAGE)
                        .tag(GenAi.TOKEN_TYPE, "input")
                        .tag(GenAi.MODEL, "gpt-5.4")
                        .summary()
                        .totalAmount())
                .isEqualTo(900);
        assertThat(registry.get(GenAi.TOKEN_USAGE)
                        .tag(GenAi.TOKEN_TYPE, "output")
                        .summary()
                        .totalAmount())
                .isEqualTo(101);
        assertThat(millis(GenAi.OPERATION_DURATION)).isEqualTo(1_200);
        assertThat(millis(GenAi.TIME_TO_FIRST_CHUNK)).isEqualTo(200);
        assertThat(millis(GenAi.TIME_PER_OUTPUT_TOKEN)).as("1 s for 100 tokens").isEqualTo(10);
    }

    @Test
    void anErrorIsADurationOfItsOwnAndNoTimeToAFirstChunk() {
        metrics.ended(Calls.streamed(tenant(), "gpt-5.4"), Calls.ended(500, Outcome.COMPLETE, 0, 0));

        assertThat(registry.get(GenAi.OPERATION_DURATION)
                        .tag(GenAi.ERROR, "500")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get(GenAi.TIME_TO_FIRST_CHUNK).timer().count()).isZero();
    }

    @Test
    void tenThousandModelsOfAClientMakeNoSeries() {
        for (int i = 0; i < 10_000; i++) {
            metrics.ended(Calls.streamed(tenant(), "made-up-" + i), Calls.ended(200, Outcome.COMPLETE, 1, 1));
            metrics.ended(Calls.streamed(tenant(), "gpt-5.4-made-up-" + i), Calls.ended(200, Outcome.COMPLETE, 1, 1));
        }

        assertThat(models()).containsExactly("gpt-5.4*", GenAi.OTHER);
        assertThat(registry.getMeters())
                .as("buckets are gauges in this registry")
                .filteredOn(meter -> meter.getId().getType() != Meter.Type.GAUGE)
                .hasSize(2 * 5);
    }

    @Test
    void modelsThatFilesNameAreBoundedToo() {
        for (int i = 0; i < 1_000; i++) {
            metrics.ended(Calls.streamed(tenant("m-" + i), "m-" + i), Calls.ended(200, Outcome.COMPLETE, 1, 1));
        }

        assertThat(models()).hasSize(501).contains("m-0", "m-499", GenAi.OTHER);
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com, OPENAI, openai",
        "https://acme.openai.azure.com/openai, OPENAI, azure.ai.openai",
        "https://api.anthropic.com, ANTHROPIC, anthropic",
        "https://europe-west4-aiplatform.googleapis.com, GEMINI, gcp.vertex_ai",
        "https://notopenai.azure.com, OPENAI, openai",
        "https://bedrock-runtime.us-east-1.amazonaws.com, ANTHROPIC, aws.bedrock",
        "http://10.1.2.3:8000, OPENAI, openai",
        "http://localhost:11434, OLLAMA, ollama",
        "http://llm.internal, GEMINI, gcp.gemini",
        "https://max.ai, OPENAI, openai",
        "https://api.x.ai, OPENAI, x_ai",
    })
    void theProviderIsTakenFromTheAddress(String url, Protocol spoken, String provider) {
        Upstream upstream =
                new Upstream("u", Set.of(spoken), URI.create(url), null, List.of("*"), Upstream.Timeouts.DEFAULT);

        assertThat(GenAi.provider(upstream, spoken)).isEqualTo(provider);
    }

    private double millis(String timer) {
        Timer found = registry.get(timer).timer();
        assertThat(found.count()).isEqualTo(1);
        return found.totalTime(TimeUnit.MILLISECONDS);
    }

    private Set<String> models() {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .flatMap(id -> id.getTags().stream())
                .filter(tag -> tag.getKey().equals(GenAi.MODEL))
                .map(Tag::getValue)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** One whose file has facts of a model. */
    private static Tenant tenant(String... models) {
        Tenant plain = Fixtures.tenant("acme", MemoryPolicy.DEFAULT);
        return new Tenant(
                plain.id(),
                plain.name(),
                plain.keys(),
                plain.jwt(),
                plain.user(),
                plain.anonymous(),
                plain.upstreams(),
                plain.memory(),
                plain.budgets(),
                List.of(models).stream()
                        .map(name -> new ModelFacts(name, 1_000, 100, -1, null))
                        .toList());
    }
}
