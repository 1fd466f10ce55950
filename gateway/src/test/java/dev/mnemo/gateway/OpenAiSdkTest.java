package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.StubLlm.json;
import static dev.mnemo.gateway.StubLlm.sent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionTool;
import dev.mnemo.dialect.GoldenStreams;
import dev.mnemo.redis.TestRedis;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** OpenAI's own SDK for Java, with nothing changed but its base URL. */
class OpenAiSdkTest {

    private final String user = TestRedis.fresh("ada");
    private final OpenAIClient client = client("wire-key");

    @BeforeEach
    void somethingIsKnownOfTheUser() {
        LLM.resetAll();
        MNEMO.put("wire", user, "{\"tone\":\"direct\"}");
    }

    @Test
    void anAnswerIsReadAndTheRequestCarriesTheBlock() {
        StubLlm.answers(ScriptedUpstream.answer("Hi.", 30, 2));

        ChatCompletion answer = client.chat().completions().create(request().build());

        assertThat(answer.choices().getFirst().message().content()).hasValue("Hi.");
        assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(32);
        theBlockStandsInTheClientsSystemMessage();
    }

    @Test
    void aStreamIsReadToItsEnd() {
        StubLlm.streams("text/event-stream", GoldenStreams.read("plain"));

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(request().build())) {
            String text = stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .map(choice -> choice.delta().content().orElse(""))
                    .collect(Collectors.joining());

            assertThat(text).isEqualTo("Hello, world");
        }
        assertThat(sent().get("stream").asBoolean()).isTrue();
        theBlockStandsInTheClientsSystemMessage();
    }

    @Test
    void toolsAreCalled() {
        StubLlm.streams("text/event-stream", GoldenStreams.read("tools"));
        ChatCompletionCreateParams request = request().tools(List.of(weather())).build();

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(request)) {
            String arguments = stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().toolCalls().orElse(List.of()).stream())
                    .map(call -> call.function().orElseThrow().arguments().orElse(""))
                    .collect(Collectors.joining());

            assertThat(arguments).isEqualTo("{\"city\":\"Zürich\"}");
        }
        assertThat(sent().at("/tools/0/function/name").asString()).isEqualTo("weather");
    }

    @Test
    void mnemosOwnErrorsAreTheSdksTypes() {
        assertThatThrownBy(() -> client("nobodys-key")
                        .chat()
                        .completions()
                        .create(request().build()))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("mnemo: credential");
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(request()
                                .putAdditionalHeader("X-Mnemo-Memory", "offf")
                                .build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("mnemo: X-Mnemo-Memory");
        assertThatThrownBy(() -> client("lean-key")
                        .chat()
                        .completions()
                        .create(request().maxCompletionTokens(5_000).build()))
                .isInstanceOf(RateLimitException.class)
                .hasMessageContaining("mnemo: budget");
    }

    @Test
    void aStreamThatIsBrokenOffIsTheSdksError() {
        StubLlm.breaksOff("broken-gpt", "text/event-stream", ScriptedUpstream.delta("Hel"));

        try (StreamResponse<ChatCompletionChunk> stream = client("breaking-key")
                .chat()
                .completions()
                .createStreaming(request().model("broken-gpt").build())) {
            assertThatThrownBy(() -> stream.stream().toList())
                    .isInstanceOf(SseException.class)
                    .hasMessageContaining("mnemo: the upstream broke off");
        }
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
                () -> client("overloaded-key")
                        .chat()
                        .completions()
                        .create(request().build()));

        assertThat(refused).hasMessageContaining("Slow down.");
        assertThat(refused.headers().values("retry-after")).containsExactly("7");
        assertThat(refused.headers().values("x-ratelimit-remaining-tokens")).containsExactly("0");
    }

    /** An upstream that is neither OpenAI nor Azure may allow only one. */
    private static void theBlockStandsInTheClientsSystemMessage() {
        JsonNode messages = sent().get("messages");
        assertThat(messages.size()).isEqualTo(2);
        assertThat(messages.at("/0/role").asString()).isEqualTo("system");
        assertThat(messages.at("/0/content").asString())
                .startsWith("You are terse.\n\n")
                .contains("\"tone\":\"direct\"");
        assertThat(messages.get(1)).isEqualTo(json("{\"role\":\"user\",\"content\":\"Say hi.\"}"));
    }

    private ChatCompletionCreateParams.Builder request() {
        return ChatCompletionCreateParams.builder()
                .model("gpt-5.5")
                .addSystemMessage("You are terse.")
                .addUserMessage("Say hi.")
                .putAdditionalHeader("X-Mnemo-User", user);
    }

    private static ChatCompletionTool weather() {
        return ChatCompletionTool.ofFunction(ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name("weather")
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .build())
                        .build())
                .build());
    }

    static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .apiKey(key)
                .baseUrl("http://127.0.0.1:" + MNEMO.port() + "/v1")
                .maxRetries(0)
                .build();
    }
}
