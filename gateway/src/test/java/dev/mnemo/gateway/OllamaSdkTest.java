package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.StubLlm.json;
import static dev.mnemo.gateway.StubLlm.sent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingException;
import dev.mnemo.redis.TestRedis;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** LangChain4j as a client of Ollama; the key is one more header. */
class OllamaSdkTest {

    private final String user = TestRedis.fresh("ada");

    @BeforeEach
    void somethingIsKnownOfTheUser() {
        LLM.resetAll();
        MNEMO.put("wire", user, "{\"tone\":\"direct\"}");
    }

    @Test
    void anAnswerIsReadAndTheRequestCarriesTheBlock() {
        StubLlm.answers(Talk.OLLAMA.answer("Hi."));

        ChatResponse answer = model("wire-key", Map.of()).chat(request().build());

        assertThat(answer.aiMessage().text()).isEqualTo("Hi.");
        assertThat(answer.tokenUsage().totalTokenCount()).isEqualTo(34);
        theBlockStandsInTheClientsSystemMessage();
    }

    @Test
    void aStreamIsReadToItsEnd() {
        StubLlm.streams("ollama.ndjson");

        ChatResponse answer = streamed("wire-key", "qwen3", request().build()).join();

        assertThat(answer.aiMessage().text()).isEqualTo("Hello, world");
        assertThat(answer.tokenUsage().totalTokenCount()).isEqualTo(34);
        theBlockStandsInTheClientsSystemMessage();
    }

    @Test
    void toolsAreCalled() {
        StubLlm.streams("ollama-tools.ndjson");
        ToolSpecification weather = ToolSpecification.builder().name("weather").build();

        ChatResponse answer = streamed(
                        "wire-key",
                        "qwen3",
                        request().toolSpecifications(weather).build())
                .join();

        assertThat(json(answer.aiMessage().toolExecutionRequests().getFirst().arguments()))
                .isEqualTo(json("{\"city\":\"Zürich\"}"));
        assertThat(sent().at("/tools/0/function/name").asString()).isEqualTo("weather");
    }

    @Test
    void mnemosOwnErrorsAreTheSdksTypes() {
        assertThatThrownBy(() -> model("nobodys-key", Map.of()).chat(request().build()))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("mnemo: credential");
        assertThatThrownBy(() -> model("wire-key", Map.of("X-Mnemo-Memory", "offf"))
                        .chat(request().build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("mnemo: X-Mnemo-Memory");
        assertThatThrownBy(() -> model("lean-key", Map.of())
                        .chat(request().maxOutputTokens(5_000).build()))
                .isInstanceOf(RateLimitException.class)
                .hasMessageContaining("mnemo: budget");
    }

    @Test
    void aStreamThatIsBrokenOffIsTheSdksError() {
        StubLlm.breaksOff("broken-qwen", "application/x-ndjson", """
                {"model":"broken-qwen","created_at":"2026-11-24T10:00:00Z","message":{"role":"assistant","content":"Hel"},"done":false}
                """);

        assertThat(streamed("breaking-key", "broken-qwen", request().build()))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(OllamaStreamingException.class)
                .withMessageContaining("mnemo: the upstream broke off");
    }

    @Test
    void theUpstreamsOwnRefusalIsTheSdksType() {
        StubLlm.answers(429, "{\"error\":\"Too much.\"}");

        assertThatThrownBy(
                        () -> model("overloaded-key", Map.of()).chat(request().build()))
                .isInstanceOf(RateLimitException.class)
                .hasMessageContaining("Too much.");
    }

    private static void theBlockStandsInTheClientsSystemMessage() {
        JsonNode messages = sent().get("messages");
        assertThat(messages.size()).isEqualTo(2);
        assertThat(messages.at("/0/role").asString()).isEqualTo("system");
        assertThat(messages.at("/0/content").asString())
                .startsWith("You are terse.\n\n")
                .contains("\"tone\":\"direct\"");
        assertThat(messages.at("/1/content").asString()).isEqualTo("Say hi.");
    }

    private static ChatRequest.Builder request() {
        return ChatRequest.builder().messages(SystemMessage.from("You are terse."), UserMessage.from("Say hi."));
    }

    private OllamaChatModel model(String key, Map<String, String> more) {
        return OllamaChatModel.builder()
                .baseUrl("http://127.0.0.1:" + MNEMO.port())
                .modelName("qwen3")
                .customHeaders(headers(key, more))
                .maxRetries(0)
                .build();
    }

    private CompletableFuture<ChatResponse> streamed(String key, String model, ChatRequest request) {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        OllamaStreamingChatModel.builder()
                .baseUrl("http://127.0.0.1:" + MNEMO.port())
                .modelName(model)
                .customHeaders(headers(key, Map.of()))
                .build()
                .chat(request, new StreamingChatResponseHandler() {
                    @Override
                    public void onCompleteResponse(ChatResponse whole) {
                        answer.complete(whole);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.completeExceptionally(error);
                    }
                });
        return answer;
    }

    private Map<String, String> headers(String key, Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        headers.put("Authorization", "Bearer " + key);
        headers.put("X-Mnemo-User", user);
        return headers;
    }
}
