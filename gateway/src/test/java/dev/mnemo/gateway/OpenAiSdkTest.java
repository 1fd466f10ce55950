package dev.mnemo.gateway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
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
        answers("application/json", ScriptedUpstream.answer("Hi.", 30, 2).getBytes());

        ChatCompletion answer = client.chat().completions().create(request().build());

        assertThat(answer.choices().getFirst().message().content()).hasValue("Hi.");
        assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(32);
        assertThat(sent()).contains("\\\"tone\\\":\\\"direct\\\"").contains("You are terse.");
    }

    @Test
    void aStreamIsReadToItsEnd() {
        answers("text/event-stream", GoldenStreams.read("plain"));

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(request().build())) {
            String text = stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .map(choice -> choice.delta().content().orElse(""))
                    .collect(Collectors.joining());

            assertThat(text).isEqualTo("Hello, world");
        }
        assertThat(sent()).contains("\"stream\":true");
    }

    @Test
    void toolsAreCalled() {
        answers("text/event-stream", GoldenStreams.read("tools"));
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
        assertThat(sent()).contains("\"name\":\"weather\"");
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

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .apiKey(key)
                .baseUrl("http://127.0.0.1:" + MNEMO.port() + "/v1")
                .maxRetries(0)
                .build();
    }

    private static void answers(String type, byte[] body) {
        LLM.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Type", type).withBody(body)));
    }

    private static String sent() {
        return LLM.getAllServeEvents().getFirst().getRequest().getBodyAsString();
    }
}
