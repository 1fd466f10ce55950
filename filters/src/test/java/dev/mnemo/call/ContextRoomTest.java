package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tenant's cap, unless the model leaves less. */
class ContextRoomTest {

    private static final Tenant TENANT = Fixtures.tenant(
            "acme", new MemoryPolicy(50_000, true, 5, 20, Duration.ofDays(1), true, true, CacheMarker.OFF, false));

    private static final Upstream OLLAMA = new Upstream(
            "local",
            Set.of(Protocol.OLLAMA, Protocol.OPENAI),
            URI.create("http://127.0.0.1:11434"),
            null,
            List.of("*"),
            Upstream.Timeouts.DEFAULT);

    @ParameterizedTest
    @CsvSource({
        // model, maximum answer, prompt: what a block may take
        "unknown, 100, 1000000, 50000",
        "gpt-4o, 100, 1000, 50000",
        "gpt-4o, 4000, 100000, 18936",
        "gpt-4o, 4000, 125000, 0",
        "gpt-4o, 99999999, 80000, 27552",
        "gpt-5.5-2026-04-23, 100, 250000, 9436",
        "gpt-5.5, 100, 272001, 50000",
        "openai/gpt-5.5, 100, 250000, 9436",
        "gpt-5.4-mini, 100, 250000, 50000",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0, 1000, 180000, 9936"
    })
    void isWhatTheModelsWindowAndTierLeave(String model, int answer, long prompt, long room) {
        ChatRequest request = Endpoints.read(
                Endpoints.CHAT,
                "{\"model\":\"" + model + "\",\"max_tokens\":" + answer
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}");

        assertThat(ContextRoom.of(TENANT, TENANT.upstreams().getFirst(), request, prompt))
                .isEqualTo(room);
    }

    @Test
    void ofOllamasWindowItIsAQuarter() {
        assertThat(ollama("")).isEqualTo(1_024);
        assertThat(ollama(",\"options\":{\"num_ctx\":16384}")).isEqualTo(4_096);
        assertThat(ollama(",\"options\":{\"num_ctx\":4096,\"num_predict\":3500}"))
                .isEqualTo(427);
    }

    @Test
    void alsoWhereItIsAskedInAnotherFormat() {
        ChatRequest chat = Endpoints.read(
                Endpoints.CHAT, "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}");

        assertThat(ContextRoom.of(TENANT, OLLAMA, chat, 100)).isEqualTo(1_024);
    }

    private static long ollama(String more) {
        ChatRequest request = Endpoints.read(
                Endpoints.OLLAMA,
                "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]" + more + "}");
        return ContextRoom.of(TENANT, OLLAMA, request, 100);
    }
}
