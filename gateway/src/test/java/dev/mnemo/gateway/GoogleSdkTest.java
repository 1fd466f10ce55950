package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.StubLlm.json;
import static dev.mnemo.gateway.StubLlm.sent;
import static dev.mnemo.gateway.StubLlm.sentTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.errors.ClientException;
import com.google.genai.errors.GenAiIOException;
import com.google.genai.errors.ServerException;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.Part;
import com.google.genai.types.Tool;
import dev.mnemo.redis.TestRedis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Google's own SDK for Java, with nothing changed but its base URL. */
class GoogleSdkTest {

    private static final String MODEL = "gemini-3.1-pro";

    private final String user = TestRedis.fresh("ada");
    private final Client client = client("wire-key", Map.of());

    @BeforeEach
    void somethingIsKnownOfTheUser() {
        LLM.resetAll();
        MNEMO.put("wire", user, "{\"tone\":\"direct\"}");
    }

    @Test
    void anAnswerIsReadAndTheRequestCarriesTheBlock() {
        StubLlm.answers(Talk.GEMINI.answer("Hi."));

        GenerateContentResponse answer =
                client.models.generateContent(MODEL, "Say hi.", request().build());

        assertThat(answer.text()).isEqualTo("Hi.");
        assertThat(answer.usageMetadata().orElseThrow().totalTokenCount()).hasValue(34);
        theBlockStandsAfterTheClientsInstruction();
    }

    @Test
    void aStreamIsReadToItsEnd() {
        StubLlm.streams("gemini.sse");

        String text = streamed(client, MODEL, request().build()).stream()
                .map(GenerateContentResponse::text)
                .collect(Collectors.joining());

        assertThat(text).isEqualTo("Hello, world");
        assertThat(sentTo()).isEqualTo("/v1/models/" + MODEL + ":streamGenerateContent?alt=sse");
        theBlockStandsAfterTheClientsInstruction();
    }

    @Test
    void toolsAreCalled() {
        StubLlm.streams("gemini-tools.sse");

        GenerateContentResponse answer =
                streamed(client, MODEL, request().tools(weather()).build()).getFirst();

        assertThat(answer.functionCalls().getFirst().args()).hasValue(Map.of("city", "Zürich"));
        assertThat(sent().at("/tools/0/functionDeclarations/0/name").asString()).isEqualTo("weather");
    }

    /** The API counts no system instruction, so that this SDK cannot send one: the block is counted among the contents. */
    @Test
    void whatIsCountedHoldsTheBlock() {
        StubLlm.answers("{\"totalTokens\":77}");

        assertThat(client.models.countTokens(MODEL, "Say hi.", null).totalTokens())
                .hasValue(77);
        JsonNode contents = sent().get("contents");
        assertThat(contents.at("/0/parts/0/text").asString()).contains("\"tone\":\"direct\"");
        assertThat(contents.get(1)).isEqualTo(saidHi().get(0));
    }

    @Test
    void mnemosOwnErrorsAreTheSdksTypes() {
        asking(client("nobodys-key", Map.of()), request())
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("401")
                .hasMessageContaining("mnemo: credential");
        asking(client("wire-key", Map.of("X-Mnemo-Memory", "offf")), request())
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("400")
                .hasMessageContaining("mnemo: X-Mnemo-Memory");
        asking(client("lean-key", Map.of()), request().maxOutputTokens(5_000))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("429")
                .hasMessageContaining("mnemo: budget");
    }

    /** Google's SDKs know no error in a stream; an answer without its end is what they notice. */
    @Test
    void aStreamThatIsBrokenOffIsTheSdksError() {
        StubLlm.breaksOff("broken-gemini", "text/event-stream", """
                data: {"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}]}

                """);

        assertThatThrownBy(() -> streamed(
                        client("breaking-key", Map.of()),
                        "broken-gemini",
                        request().build()))
                .isInstanceOf(GenAiIOException.class);
    }

    @Test
    void theUpstreamsOwnRefusalsAreTheSdksTypes() {
        StubLlm.answers(429, "{\"error\":{\"code\":429,\"message\":\"Too much.\",\"status\":\"RESOURCE_EXHAUSTED\"}}");
        asking(client("overloaded-key", Map.of()), request())
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Too much.")
                .extracting(refused -> ((ApiException) refused).status())
                .isEqualTo("RESOURCE_EXHAUSTED");

        StubLlm.answers(503, "{\"error\":{\"code\":503,\"message\":\"Too much.\",\"status\":\"UNAVAILABLE\"}}");
        asking(client("overloaded-key", Map.of()), request())
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("Too much.");
    }

    private static void theBlockStandsAfterTheClientsInstruction() {
        JsonNode parts = sent().at("/systemInstruction/parts");
        assertThat(parts.size()).isEqualTo(2);
        assertThat(parts.get(0)).isEqualTo(json("{\"text\":\"You are terse.\"}"));
        assertThat(parts.at("/1/text").asString()).contains("\"tone\":\"direct\"");
        assertThat(sent().get("contents")).isEqualTo(saidHi());
    }

    private static JsonNode saidHi() {
        return json("[{\"role\":\"user\",\"parts\":[{\"text\":\"Say hi.\"}]}]");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> asking(
            Client client, GenerateContentConfig.Builder request) {
        return assertThatThrownBy(() -> client.models.generateContent(MODEL, "Say hi.", request.build()));
    }

    private static GenerateContentConfig.Builder request() {
        return GenerateContentConfig.builder().systemInstruction(Content.fromParts(Part.fromText("You are terse.")));
    }

    private static List<GenerateContentResponse> streamed(Client client, String model, GenerateContentConfig request) {
        List<GenerateContentResponse> pieces = new ArrayList<>();
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(model, "Say hi.", request)) {
            stream.forEach(pieces::add);
        }
        return pieces;
    }

    private static Tool weather() {
        return Tool.builder()
                .functionDeclarations(
                        FunctionDeclaration.builder().name("weather").build())
                .build();
    }

    private Client client(String key, Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        headers.put("X-Mnemo-User", user);
        return Client.builder()
                .apiKey(key)
                .httpOptions(HttpOptions.builder()
                        .baseUrl("http://127.0.0.1:" + MNEMO.port())
                        .headers(headers)
                        // Otherwise it asks five times, whatever x-should-retry says, and waits behind the last.
                        .retryOptions(HttpRetryOptions.builder().httpStatusCodes(List.of()))
                        .build())
                .build();
    }
}
