package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A call is known by method, path and headers alone; what is not known passes through. */
class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, openai-chat, CHAT, ''",
        "/chat/completions, openai-chat, CHAT, ''",
        "/api/v1/chat/completions, openai-chat, CHAT, ''",
        "/openai/v1/chat/completions, openai-chat, CHAT, ''",
        "/openai/deployments/my-gpt/chat/completions, openai-chat, CHAT, my-gpt",
        "/v1beta/openai/chat/completions, openai-chat, CHAT, ''",
        "/api/chat/completions, openai-chat, CHAT, ''",
        "/v1/responses, openai-responses, CHAT, ''",
        "/responses, openai-responses, CHAT, ''",
        "/openai/v1/responses, openai-responses, CHAT, ''",
        "/openai/responses, openai-responses, CHAT, ''",
        "/v1/responses/input_tokens, openai-responses, COUNT, ''",
        "/openai/v1/responses/input_tokens, openai-responses, COUNT, ''",
        "/v1/messages, anthropic-messages, CHAT, ''",
        "/anthropic/v1/messages, anthropic-messages, CHAT, ''",
        "/v1/messages/count_tokens, anthropic-messages, COUNT, ''",
        "/v1beta/models/gemini-3.1-pro:generateContent, gemini, CHAT, gemini-3.1-pro",
        "/v1/models/gemini-3.1-pro:generateContent, gemini, CHAT, gemini-3.1-pro",
        "/v1beta/models/gemini-3.1-pro:streamGenerateContent, gemini, STREAM, gemini-3.1-pro",
        "/v1beta/models/gemini-3.1-pro:countTokens, gemini, COUNT, gemini-3.1-pro",
        "/v1beta/tunedModels/my-model:generateContent, gemini, CHAT, my-model",
        "/v1beta1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent, gemini, STREAM, m",
        "/v1/projects/p/locations/l/publishers/google/models/m:countTokens, gemini, COUNT, m",
        "/v1/projects/p/locations/l/endpoints/77:generateContent, gemini, CHAT, 77",
        "/api/chat, ollama-chat, CHAT, ''",
        "/ollama/api/chat, ollama-chat, CHAT, ''",
    })
    void chatCallsAreKnownByTheirPath(String path, String dialect, Operation operation, String model) {
        Endpoint endpoint = Endpoints.post(path);

        assertThat(endpoint.dialect().id()).isEqualTo(dialect);
        assertThat(endpoint.operation()).isEqualTo(operation);
        assertThat(endpoint.model()).isEqualTo(model);
        assertThat(endpoint.dialect().reads()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/embeddings, OPENAI",
        "/v1/completions, OPENAI",
        "/openai/deployments/d/completions, OPENAI",
        "/openai/deployments/d/embeddings, OPENAI",
        "/v1/models, OPENAI",
        "/v1/audio/speech, OPENAI",
        "/v1/audio/transcriptions, OPENAI",
        "/v1/images/generations, OPENAI",
        "/v1/videos, OPENAI",
        "/v1/files, OPENAI",
        "/v1/uploads, OPENAI",
        "/v1/batches, OPENAI",
        "/v1/moderations, OPENAI",
        "/v1/fine_tuning/jobs, OPENAI",
        "/v1/vector_stores, OPENAI",
        "/v1/containers, OPENAI",
        "/v1/evals, OPENAI",
        "/v1/assistants, OPENAI",
        "/v1/threads/t/messages, OPENAI",
        "/v1/conversations, OPENAI",
        "/v1/conversations/conv_1/items, OPENAI",
        "/v1/responses/resp_1, OPENAI",
        "/v1/responses/resp_1/cancel, OPENAI",
        "/v1/responses/resp_1/input_items, OPENAI",
        "/v1/responses/compact, OPENAI",
        "/v1/chat/completions/chatcmpl-1, OPENAI",
        "/v1/chat/completions/chatcmpl-1/messages, OPENAI",
        "/v1/realtime, OPENAI",
        "/v1/realtime/calls, OPENAI",
        "/v1/realtime/client_secrets, OPENAI",
        "/v1/messages/batches, ANTHROPIC",
        "/v1/messages/batches/b/results, ANTHROPIC",
        "/v1/complete, ANTHROPIC",
        "/v1beta/models/m:embedContent, GEMINI",
        "/v1beta/models/m:batchEmbedContents, GEMINI",
        "/v1beta/models/m:predict, GEMINI",
        "/v1beta/models/m:generateContentX, GEMINI",
        "/v1beta/cachedContents, GEMINI",
        "/v1beta/files, GEMINI",
        "/v1beta/interactions, GEMINI",
        "/upload/v1beta/files, GEMINI",
        "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent, GEMINI",
        "/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-4-7:rawPredict, GEMINI",
        "/v1beta1/projects/p/locations/l/cachedContents, GEMINI",
        "/api/generate, OLLAMA",
        "/api/embed, OLLAMA",
        "/api/tags, OLLAMA",
        "/api/pull, OLLAMA",
        "/model/anthropic.claude-opus-4-7/converse, OPENAI",
        "/model/anthropic.claude-opus-4-7/invoke-with-response-stream, OPENAI",
        "/, OPENAI",
        "/v1, OPENAI",
        "/something/new, OPENAI",
        "/v1/messagesX, ANTHROPIC",
        "/xchat/completionsx, OPENAI",
    })
    void everythingElsePassesThroughAndErrorsHaveItsProvidersShape(String path, Protocol protocol) {
        for (String method : new String[] {"POST", "GET"}) {
            Endpoint endpoint = Endpoint.of(method, path, null, header -> null);

            assertThat(endpoint).isEqualTo(new Endpoint(new Opaque(protocol), Operation.OTHER, ""));
            assertThat(endpoint.dialect().reads()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "post"})
    void onlyAPostIsAChatCall(String method) {
        assertThat(Endpoint.of(method, "/v1/chat/completions", null, header -> null))
                .isEqualTo(new Endpoint(new Opaque(Protocol.OPENAI), Operation.OTHER, ""));
        assertThat(Endpoint.of(method, "/v1/messages", null, header -> null))
                .isEqualTo(new Endpoint(new Opaque(Protocol.ANTHROPIC), Operation.OTHER, ""));
        assertThat(Endpoint.of(method, "/api/chat", null, header -> null))
                .isEqualTo(new Endpoint(new Opaque(Protocol.OLLAMA), Operation.OTHER, ""));
        assertThat(Endpoint.of(method, "/v1beta/models/m:generateContent", null, header -> null))
                .isEqualTo(new Endpoint(new Opaque(Protocol.GEMINI), Operation.OTHER, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "anthropic-version, 2023-06-01, ANTHROPIC",
        "x-goog-api-key, k, GEMINI",
        "api-key, k, OPENAI",
    })
    void whosePathItIsMayBeToldByAHeader(String header, String value, Protocol protocol) {
        assertThat(with("/v1/models", null, Map.of(header, value)))
                .isEqualTo(new Endpoint(new Opaque(protocol), Operation.OTHER, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "authorization, 'AWS4-HMAC-SHA256 Credential=a/20261124/us-east-1/bedrock/aws4_request'",
        "content-encoding, br",
        "content-encoding, deflate",
        "content-encoding, 'gzip, gzip'",
        "content-encoding, aws-chunked",
    })
    void aBodyThatIsSignedOrInAnUnknownCodingIsSealed(String header, String value) {
        Endpoint sealed = with("/anthropic/v1/messages", null, Map.of(header, value));

        assertThat(sealed).isEqualTo(new Endpoint(new Opaque(Protocol.ANTHROPIC), Operation.SEALED, ""));
        assertThat(with("/v1/files", null, Map.of(header, value)).operation()).isEqualTo(Operation.OTHER);
    }

    @Test
    void aSignatureInTheQueryIsOneToo() {
        String query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc";

        assertThat(with("/v1/messages", query, Map.of()).operation()).isEqualTo(Operation.SEALED);
        assertThat(with("/v1/messages", "beta=true", Map.of()).operation()).isEqualTo(Operation.CHAT);
    }

    @ParameterizedTest
    @CsvSource({
        "authorization, Bearer sk-AWS4-x",
        "content-encoding, identity",
        "content-encoding, ''",
        "content-encoding, ' GZip '",
        "content-encoding, x-gzip",
        "content-encoding, zstd",
    })
    void othersAre(String header, String value) {
        assertThat(with("/v1/messages", null, Map.of(header, value)).operation())
                .isEqualTo(Operation.CHAT);
    }

    @Test
    void everyDialectThatReadsIsInTheTable() {
        List<Object> reading = Arrays.stream(Dialect.class.getPermittedSubclasses())
                .filter(type -> type != Opaque.class)
                .<Object>map(type -> type)
                .toList();
        assertThat(Endpoint.READING.stream().<Object>map(Dialect::getClass))
                .containsExactlyInAnyOrderElementsOf(reading);
        assertThat(Endpoint.READING).extracting(Dialect::id).doesNotHaveDuplicates();
        assertThat(Endpoint.READING).allMatch(Dialect::reads);
    }

    @Test
    void noPathBelongsToTwoDialects() {
        for (Endpoint known : Endpoints.ALL) {
            for (String path : new String[] {
                "/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1beta/models/m:generateContent", "/api/chat"
            }) {
                boolean own = Endpoints.post(path).dialect().equals(known.dialect());
                assertThat(known.dialect().endpoint(path) != null).as(path).isEqualTo(own);
            }
        }
    }

    private static Endpoint with(String path, @Nullable String query, Map<String, String> headers) {
        return Endpoint.of("POST", path, query, headers::get);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/openai/deployments/big/chat/completions",
                "/deployments/big/chat/completions",
                "/azure/openai/deployments/big/chat/completions",
                "/openai/Deployments/big/chat/completions"
            })
    void aDeploymentInThePathIsTheModelWhereverItStands(String path) {
        assertThat(Endpoints.post(path).model()).isEqualTo("big");
    }
}
