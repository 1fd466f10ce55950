package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.StubLlm.json;
import static dev.mnemo.gateway.StubLlm.sent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import dev.mnemo.redis.TestRedis;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** OpenAI's own SDK for Java on its newer API. */
class OpenAiResponsesSdkTest {

    private final String user = TestRedis.fresh("ada");
    private final OpenAIClient client = OpenAiSdkTest.client("wire-key");

    @BeforeEach
    void somethingIsKnownOfTheUser() {
        LLM.resetAll();
        MNEMO.put("wire", user, "{\"tone\":\"direct\"}");
    }

    @Test
    void anAnswerIsReadAndTheRequestCarriesTheBlock() {
        StubLlm.answers(Talk.response("resp_1", "Hi."));

        Response answer = client.responses().create(request().build());

        assertThat(text(answer)).isEqualTo("Hi.");
        assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(34);
        theBlockStandsBeforeWhatTheUserSaid();
    }

    @Test
    void aStreamIsReadToItsEnd() {
        StubLlm.streams("responses.sse");

        assertThat(text(streamed(client, request().build()))).isEqualTo("Hello, world");
        assertThat(sent().get("stream").asBoolean()).isTrue();
        theBlockStandsBeforeWhatTheUserSaid();
    }

    @Test
    void toolsAreCalled() {
        StubLlm.streams("responses-tools.sse");

        Response answer = streamed(client, request().addTool(weather()).build());

        assertThat(answer.output().getFirst().asFunctionCall().arguments()).isEqualTo("{\"city\":\"Zürich\"}");
        assertThat(sent().at("/tools/0/name").asString()).isEqualTo("weather");
    }

    @Test
    void whatIsCountedHoldsTheBlock() {
        StubLlm.answers("{\"object\":\"response.input_tokens\",\"input_tokens\":77}");

        long tokens = client.responses()
                .inputTokens()
                .count(InputTokenCountParams.builder()
                        .model("gpt-5.5")
                        .instructions("You are terse.")
                        .input("Say hi.")
                        .putAdditionalHeader("X-Mnemo-User", user)
                        .build())
                .inputTokens();

        assertThat(tokens).isEqualTo(77);
        theBlockStandsBeforeWhatTheUserSaid();
    }

    @Test
    void mnemosOwnErrorsAreTheSdksTypes() {
        assertThatThrownBy(() -> OpenAiSdkTest.client("nobodys-key")
                        .responses()
                        .create(request().build()))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("mnemo: credential");
        assertThatThrownBy(() -> client.responses()
                        .create(request()
                                .putAdditionalHeader("X-Mnemo-Memory", "offf")
                                .build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("mnemo: X-Mnemo-Memory");
        assertThatThrownBy(() -> OpenAiSdkTest.client("lean-key")
                        .responses()
                        .create(request().maxOutputTokens(5_000).build()))
                .isInstanceOf(RateLimitException.class)
                .hasMessageContaining("mnemo: budget");
    }

    @Test
    void aStreamThatIsBrokenOffIsTheSdksError() {
        StubLlm.breaksOff("broken-responses", "text/event-stream", """
                event: response.output_text.delta
                data: {"type":"response.output_text.delta","sequence_number":3,"item_id":"m1","output_index":0,"content_index":0,"delta":"Hel","logprobs":[]}

                """);

        assertThatThrownBy(() -> streamed(
                        OpenAiSdkTest.client("breaking-key"),
                        request().model("broken-responses").build()))
                .isInstanceOf(SseException.class)
                .hasMessageContaining("mnemo: the upstream broke off");
    }

    @Test
    void theUpstreamsOwnRefusalArrivesWithItsHeaders() {
        StubLlm.answers(
                429,
                "{\"error\":{\"message\":\"Slow down.\",\"type\":\"rate_limit_error\",\"param\":null,\"code\":\"slow_down\"}}",
                "retry-after",
                "7",
                "x-ratelimit-remaining-tokens",
                "0");

        RateLimitException refused = catchThrowableOfType(
                RateLimitException.class,
                () -> OpenAiSdkTest.client("overloaded-key")
                        .responses()
                        .create(request().build()));

        assertThat(refused).hasMessageContaining("Slow down.");
        assertThat(refused.headers().values("retry-after")).containsExactly("7");
        assertThat(refused.headers().values("x-ratelimit-remaining-tokens")).containsExactly("0");
    }

    private static void theBlockStandsBeforeWhatTheUserSaid() {
        JsonNode input = sent().get("input");
        assertThat(sent().get("instructions").asString()).isEqualTo("You are terse.");
        assertThat(input.size()).isEqualTo(2);
        assertThat(input.at("/0/role").asString()).isEqualTo("developer");
        assertThat(input.at("/0/content/0/text").asString()).contains("\"tone\":\"direct\"");
        assertThat(input.get(1)).isEqualTo(json("{\"type\":\"message\",\"role\":\"user\",\"content\":\"Say hi.\"}"));
    }

    private ResponseCreateParams.Builder request() {
        return ResponseCreateParams.builder()
                .model("gpt-5.5")
                .instructions("You are terse.")
                .input("Say hi.")
                .putAdditionalHeader("X-Mnemo-User", user);
    }

    private static Response streamed(OpenAIClient client, ResponseCreateParams request) {
        ResponseAccumulator whole = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(request)) {
            stream.stream().forEach(whole::accumulate);
        }
        return whole.response();
    }

    private static String text(Response answer) {
        return answer.output()
                .getFirst()
                .asMessage()
                .content()
                .getFirst()
                .asOutputText()
                .text();
    }

    private static FunctionTool weather() {
        return FunctionTool.builder()
                .name("weather")
                .strict(false)
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .build())
                .build();
    }
}
