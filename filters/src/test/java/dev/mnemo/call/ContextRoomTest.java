package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.tenant.Tenant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tenant's cap, unless the model leaves less. */
class ContextRoomTest {

    private static final Tenant TENANT = Fixtures.tenant("acme", Fixtures.memory(50_000, 5));

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

        assertThat(ContextRoom.of(TENANT, request, prompt)).isEqualTo(room);
    }

    @Test
    void ofOllamasWindowItIsAQuarter() {
        assertThat(ollama("")).isEqualTo(1_024);
        assertThat(ollama(",\"options\":{\"num_ctx\":16384}")).isEqualTo(4_096);
        assertThat(ollama(",\"options\":{\"num_ctx\":4096,\"num_predict\":3500}"))
                .isEqualTo(427);
    }

    private static long ollama(String more) {
        ChatRequest request = Endpoints.read(
                Endpoints.OLLAMA,
                "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]" + more + "}");
        return ContextRoom.of(TENANT, request, 100);
    }
}
