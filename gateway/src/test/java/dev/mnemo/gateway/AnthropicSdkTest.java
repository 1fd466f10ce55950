package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.StubLlm.json;
import static dev.mnemo.gateway.StubLlm.sent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.OverloadedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolUseBlock;
import dev.mnemo.redis.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Anthropic's own SDK for Java, with nothing changed but its base URL. */
class AnthropicSdkTest {

    private final String user = TestRedis.fresh("ada");
    private final AnthropicClient client = client("wire-key");

    @BeforeEach
    void somethingIsKnownOfTheUser() {
        LLM.resetAll();
        MNEMO.put("wire", user, "{\"tone\":\"direct\"}");
    }

    @Test
    void anAnswerIsReadAndTheRequestCarriesTheBlock() {
        StubLlm.answers(Talk.ANTHROPIC.answer("Hi."));

        Message answer = client.messages().create(request().build());

        assertThat(text(answer)).isEqualTo("Hi.");
        assertThat(answer.usage().outputTokens()).isEqualTo(4);
        theBlockStandsAfterTheClientsSystemText();
    }

    @Test
    void aStreamIsReadToItsEnd() {
        StubLlm.streams("anthropic.sse");

        assertThat(text(streamed(client, request().build()))).isEqualTo("Hello, world");
        assertThat(sent().get("stream").asBoolean()).isTrue();
        theBlockStandsAfterTheClientsSystemText();
    }

    @Test
    void toolsAreCalled() {
        StubLlm.streams("anthropic-tools.sse");

        Message answer = streamed(client, request().addTool(weather()).build());

        ToolUseBlock call = answer.content().getFirst().asToolUse();
        assertThat(call._input().convert(Map.class)).isEqualTo(Map.of("city", "Zürich"));
        assertThat(sent().at("/tools/0/name").asString()).isEqualTo("weather");
    }

    @Test
    void whatIsCountedHoldsTheBlock() {
        StubLlm.answers("{\"input_tokens\":77}");

        long tokens = client.messages()
                .countTokens(MessageCountTokensParams.builder()
                        .model("claude-sonnet-5")
                        .system("You are terse.")
                        .addUserMessage("Say hi.")
                        .putAdditionalHeader("X-Mnemo-User", user)
                        .build())
                .inputTokens();

        assertThat(tokens).isEqualTo(77);
        theBlockStandsAfterTheClientsSystemText();
    }

    @Test
    void mnemosOwnErrorsAreTheSdksTypes() {
        assertThatThrownBy(
                        () -> client("nobodys-key").messages().create(request().build()))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("mnemo: credential");
        assertThatThrownBy(() -> client.messages()
                        .create(request()
                                .putAdditionalHeader("X-Mnemo-Memory", "offf")
                                .build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("mnemo: X-Mnemo-Memory");
        assertThatThrownBy(() -> client("lean-key")
                        .messages()
                        .create(request().maxTokens(5_000).build()))
                .isInstanceOf(RateLimitException.class)
                .hasMessageContaining("mnemo: budget");
    }

    @Test
    void aStreamThatIsBrokenOffIsTheSdksError() {
        StubLlm.breaksOff("broken-claude", "text/event-stream", """
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}

                """);

        assertThatThrownBy(() -> streamed(
                        client("breaking-key"), request().model("broken-claude").build()))
                .isInstanceOf(SseException.class)
                .hasMessageContaining("mnemo: the upstream broke off");
    }

    @Test
    void theUpstreamsOwnRefusalsArriveWithTheirHeaders() {
        AnthropicServiceException overloaded = refused(529, "overloaded_error");
        AnthropicServiceException limited = refused(429, "rate_limit_error");

        assertThat(overloaded).isInstanceOf(OverloadedException.class);
        assertThat(limited).isInstanceOf(RateLimitException.class);
        for (AnthropicServiceException refused : new AnthropicServiceException[] {overloaded, limited}) {
            assertThat(refused).hasMessageContaining("Too much.");
            assertThat(refused.headers().values("retry-after")).containsExactly("7");
            assertThat(refused.headers().values("anthropic-ratelimit-tokens-remaining"))
                    .containsExactly("0");
        }
    }

    private AnthropicServiceException refused(int status, String type) {
        StubLlm.answers(
                status,
                "{\"type\":\"error\",\"error\":{\"type\":\"" + type
                        + "\",\"message\":\"Too much.\"},\"request_id\":\"req_1\"}",
                "retry-after",
                "7",
                "anthropic-ratelimit-tokens-remaining",
                "0");
        return catchThrowableOfType(
                AnthropicServiceException.class,
                () -> client("overloaded-key").messages().create(request().build()));
    }

    private static void theBlockStandsAfterTheClientsSystemText() {
        JsonNode system = sent().get("system");
        assertThat(system.size()).isEqualTo(2);
        assertThat(system.get(0)).isEqualTo(json("{\"type\":\"text\",\"text\":\"You are terse.\"}"));
        assertThat(system.at("/1/text").asString()).contains("\"tone\":\"direct\"");
        assertThat(sent().get("messages")).isEqualTo(json("[{\"role\":\"user\",\"content\":\"Say hi.\"}]"));
    }

    private MessageCreateParams.Builder request() {
        return MessageCreateParams.builder()
                .model("claude-sonnet-5")
                .maxTokens(100)
                .system("You are terse.")
                .addUserMessage("Say hi.")
                .putAdditionalHeader("X-Mnemo-User", user);
    }

    private static Message streamed(AnthropicClient client, MessageCreateParams request) {
        MessageAccumulator whole = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(request)) {
            stream.stream().forEach(whole::accumulate);
        }
        return whole.message();
    }

    private static String text(Message answer) {
        return answer.content().getFirst().asText().text();
    }

    private static Tool weather() {
        return Tool.builder()
                .name("weather")
                .inputSchema(Tool.InputSchema.builder().build())
                .build();
    }

    private static AnthropicClient client(String key) {
        return AnthropicOkHttpClient.builder()
                .apiKey(key)
                .baseUrl("http://127.0.0.1:" + MNEMO.port())
                .maxRetries(0)
                .build();
    }
}
