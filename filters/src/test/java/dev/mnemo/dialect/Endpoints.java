package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.json.JsonText;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import java.util.List;

/** One chat endpoint of each dialect, and what tests do with one. */
public final class Endpoints {

    public static final Endpoint CHAT = post("/v1/chat/completions");
    public static final Endpoint RESPONSES = post("/v1/responses");
    public static final Endpoint ANTHROPIC = post("/v1/messages");
    public static final Endpoint GEMINI = post("/v1beta/models/gemini-3.1-pro:generateContent");
    public static final Endpoint OLLAMA = post("/api/chat");

    public static final List<Endpoint> ALL = List.of(CHAT, RESPONSES, ANTHROPIC, GEMINI, OLLAMA);

    static final Placement SEPARATE = new Placement(true, CacheMarker.OFF);
    static final Placement MERGED = new Placement(false, CacheMarker.OFF);

    private Endpoints() {}

    public static Endpoint post(String path) {
        return Endpoint.of("POST", path, null, header -> null);
    }

    /** The least that is a request with words of a user, the letter u. */
    public static String smallest(Endpoint endpoint) {
        return switch (endpoint.dialect()) {
            case OpenAiResponses responses -> "{\"model\":\"m\",\"input\":\"u\"}";
            case GeminiContent gemini -> "{\"contents\":[{\"parts\":[{\"text\":\"u\"}]}]}";
            default -> "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}";
        };
    }

    public static ChatRequest read(Endpoint endpoint, String body) {
        return endpoint.dialect().read(endpoint, body.getBytes(UTF_8));
    }

    /** The request with the block put in. */
    static String placed(Endpoint endpoint, String body, String block, Placement placement) {
        byte[] placed = endpoint.dialect()
                .place(read(endpoint, body), JsonText.escaped(block), placement)
                .toBytes();
        return new String(placed, UTF_8);
    }
}
