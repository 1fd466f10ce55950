package dev.mnemo.dialect;

import static dev.mnemo.dialect.DialectJson.bytes;
import static dev.mnemo.dialect.DialectJson.quoted;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.tenant.Upstream.Protocol;
import java.net.URLEncoder;

/**
 * A chat request that Mnemo writes itself: one system text, one message of a user, no stream. The array is not copied.
 *
 * @param path where it is sent by {@code POST}, encoded
 * @param body JSON
 */
public record OwnRequest(Endpoint endpoint, String path, byte[] body) {

    /** What models that think before they answer may use for it: their thoughts count in an answer's maximum. */
    private static final int THOUGHTS = 1_400;

    /**
     * @param answer tokens that it may have at the most
     */
    public static OwnRequest of(Protocol protocol, String model, String system, String text, int answer) {
        return switch (protocol) {
            case OPENAI ->
                request(
                        OpenAiChat.INSTANCE,
                        "/v1/chat/completions",
                        "{\"model\":" + quoted(model) + ",\"messages\":" + messages(system, text)
                                + openAiMost(model, answer) + "}");
            case ANTHROPIC ->
                request(
                        AnthropicMessages.INSTANCE,
                        "/v1/messages",
                        "{\"model\":" + quoted(model) + ",\"max_tokens\":" + answer + ",\"system\":" + quoted(system)
                                + ",\"messages\":[" + message("user", text) + "]}");
            case GEMINI -> gemini(model, system, text, answer);
            case OLLAMA ->
                request(
                        OllamaChat.INSTANCE,
                        "/api/chat",
                        "{\"model\":" + quoted(model) + ",\"stream\":false,\"think\":false,\"messages\":"
                                + messages(system, text) + ",\"options\":{\"num_predict\":" + answer + "}}");
        };
    }

    private static OwnRequest request(Dialect dialect, String path, String body) {
        return new OwnRequest(new Endpoint(dialect, Operation.CHAT, ""), path, bytes(body));
    }

    /** The models that think know only the newer name, and many servers of others only the older. */
    private static String openAiMost(String model, int answer) {
        return OpenAiChat.knowsDeveloper(model)
                ? ",\"max_completion_tokens\":" + (answer + THOUGHTS) + ",\"reasoning_effort\":\"low\""
                : ",\"max_tokens\":" + answer;
    }

    private static OwnRequest gemini(String model, String system, String text, int answer) {
        String name = model.substring(model.lastIndexOf('/') + 1);
        String path = "/v1beta/models/" + URLEncoder.encode(name, UTF_8).replace("+", "%20") + ":generateContent";
        String body = "{\"systemInstruction\":{\"parts\":[{\"text\":" + quoted(system) + "}]},"
                + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":" + quoted(text) + "}]}],"
                + "\"generationConfig\":{\"maxOutputTokens\":" + (answer + THOUGHTS) + "}}";
        return new OwnRequest(new Endpoint(GeminiContent.INSTANCE, Operation.CHAT, name), path, bytes(body));
    }

    private static String messages(String system, String text) {
        return "[" + message("system", system) + "," + message("user", text) + "]";
    }

    private static String message(String role, String text) {
        return "{\"role\":\"" + role + "\",\"content\":" + quoted(text) + "}";
    }
}
