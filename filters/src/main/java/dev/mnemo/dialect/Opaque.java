package dev.mnemo.dialect;

import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.ChatRequest.CacheMarkers;
import dev.mnemo.dialect.ChatRequest.Kept;
import dev.mnemo.dialect.ChatRequest.Place;
import dev.mnemo.dialect.ChatRequest.Size;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is no known chat call: passed through, never read.
 *
 * @param protocol whose provider the path belongs to; Mnemo's own errors have its shape
 */
record Opaque(Protocol protocol) implements Dialect {

    @Override
    public String id() {
        return "opaque";
    }

    @Override
    public @Nullable Endpoint endpoint(String path) {
        return null;
    }

    @Override
    public ChatRequest read(Endpoint endpoint, byte[] body) {
        return new ChatRequest(
                endpoint,
                body,
                "",
                false,
                new Size(-1, 1, 0, TextUnits.NONE, 0, 0, -1),
                Map.of(),
                List.of(),
                Place.NONE,
                Kept.CLOSED,
                CacheMarkers.NONE);
    }

    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        return SplicedBody.of(request.body());
    }

    @Override
    public List<Edit> placeTail(ChatRequest request, byte[] tail) {
        return List.of();
    }

    @Override
    public void readAnswer(JsonReader json, AnswerParts into) {
        // Nothing is read.
    }

    @Override
    public byte[] error(Problem problem) {
        return speaker().error(problem);
    }

    @Override
    public byte[] errorInStream(Problem problem, Framing framing) {
        return speaker().errorInStream(problem, framing);
    }

    private Dialect speaker() {
        return switch (protocol) {
            case OPENAI -> OpenAiChat.INSTANCE;
            case ANTHROPIC -> AnthropicMessages.INSTANCE;
            case GEMINI -> GeminiContent.INSTANCE;
            case OLLAMA -> OllamaChat.INSTANCE;
        };
    }
}
