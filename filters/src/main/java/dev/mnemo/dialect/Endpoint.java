package dev.mnemo.dialect;

import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks for, known from its method, path and headers alone, before anything of its body is read.
 *
 * @param model that the path names; empty where the body names it
 */
public record Endpoint(Dialect dialect, Operation operation, String model) {

    /** What is done at an endpoint. */
    public enum Operation {
        /** A chat call; its body says whether the answer is streamed. */
        CHAT,
        /** A chat call whose path asks for a stream. */
        STREAM,
        /** Counts a chat call's tokens: it gets the same block, so that the client's meter is right. */
        COUNT,
        /** A chat call that cannot be read, or must not be changed: packed in an unknown way, or signed. */
        SEALED,
        /** Anything else: passed through, never read. */
        OTHER
    }

    /** Every dialect that reads; a test holds it against the interface's own list. */
    static final List<Dialect> READING = List.of(
            OpenAiChat.INSTANCE,
            OpenAiResponses.INSTANCE,
            AnthropicMessages.INSTANCE,
            GeminiContent.INSTANCE,
            OllamaChat.INSTANCE);

    /** The Gemini API, its uploads and its websockets, and Vertex AI. */
    private static final List<String> GOOGLE = List.of("/v1beta", "/upload/", "/ws/google.", "/v1/projects/");

    /**
     * The endpoint of a call. What is not known, or must not be changed, is passed through unread.
     *
     * @param path decoded, without query and without a trailing slash
     * @param header the first value of a request header; null when it is absent
     * @param query as it was sent; null when there is none
     */
    public static Endpoint of(
            String method, String path, @Nullable String query, Function<String, @Nullable String> header) {
        if (method.equals("POST")) {
            for (Dialect dialect : READING) {
                Endpoint endpoint = dialect.endpoint(path);
                if (endpoint != null) {
                    return isSealed(query, header)
                            ? new Endpoint(new Opaque(dialect.protocol()), Operation.SEALED, "")
                            : endpoint;
                }
            }
        }
        return new Endpoint(new Opaque(protocol(path, header)), Operation.OTHER, "");
    }

    private static boolean isSealed(@Nullable String query, Function<String, @Nullable String> header) {
        return isSigned(query, header) || ContentCoding.of(header.apply("content-encoding")) == null;
    }

    /** AWS' SigV4 signs the body's hash: a body that was changed would be refused. */
    private static boolean isSigned(@Nullable String query, Function<String, @Nullable String> header) {
        String authorization = header.apply("authorization");
        return (authorization != null && authorization.startsWith("AWS4-"))
                || (query != null && query.contains("X-Amz-Signature="));
    }

    /** Whose provider an unread path belongs to: it decides upstream and shape of errors. */
    private static Protocol protocol(String path, Function<String, @Nullable String> header) {
        if (path.startsWith("/api/")) {
            return Protocol.OLLAMA;
        }
        if (GOOGLE.stream().anyMatch(path::startsWith) || header.apply("x-goog-api-key") != null) {
            return Protocol.GEMINI;
        }
        boolean anthropic = path.startsWith("/v1/messages") || path.equals("/v1/complete");
        return anthropic || header.apply("anthropic-version") != null ? Protocol.ANTHROPIC : Protocol.OPENAI;
    }
}
