package dev.mnemo.dialect;

import static dev.mnemo.dialect.DialectJson.bytes;
import static dev.mnemo.dialect.DialectJson.quoted;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Ollama's own chat format (facts: ollama's {@code api/types.go} and {@code docs/api.md}). A stream is one object a line. */
final class OllamaChat implements Dialect {

    static final OllamaChat INSTANCE = new OllamaChat();

    private OllamaChat() {}

    @Override
    public String id() {
        return "ollama-chat";
    }

    @Override
    public Protocol protocol() {
        return Protocol.OLLAMA;
    }

    @Override
    public @Nullable Endpoint endpoint(String path) {
        return path.endsWith("/api/chat") ? new Endpoint(this, Operation.CHAT, "") : null;
    }

    @Override
    public ChatRequest read(Endpoint endpoint, byte[] body) {
        return new OllamaReader().read(endpoint, body);
    }

    /** Into the client's system message: templates of models differ in what they make of a second one. */
    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        return OpenAiChat.placeAmongMessages(request, block, false);
    }

    @Override
    public List<Edit> placeTail(ChatRequest request, byte[] tail) {
        return OpenAiChat.INSTANCE.placeTail(request, tail);
    }

    /** A line and a whole answer have the same shape. */
    @Override
    public void readAnswer(JsonReader json, AnswerParts into) {
        long[] counts = new long[2];
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "message" -> {
                    for (Members inner = json.members(); inner.next(); ) {
                        message(inner.name(), json, into);
                    }
                }
                case "done" -> {
                    if (m.value() == JsonToken.VALUE_TRUE) {
                        into.end();
                    }
                }
                case "done_reason" -> into.finish(json.string());
                case "prompt_eval_count" -> counts[0] = number(json);
                case "eval_count" -> counts[1] = number(json);
                case "error" -> into.fail();
                default -> {
                    // Durations.
                }
            }
        }
        // A prompt that is not counted (it was in the model's cache) is unknown, not free.
        if (counts[0] > 0) {
            into.usage(new Usage(counts[0], 0, 0, counts[1], 0));
        }
    }

    private static void message(String name, JsonReader json, AnswerParts into) {
        switch (name) {
            case "content" -> into.text(json.string());
            case "thinking" -> into.bytes(json.string());
            case "tool_calls" -> {
                Span calls = json.span();
                if (calls.end() - calls.start() > 4) {
                    into.step();
                    into.bytes(calls.end() - calls.start());
                }
            }
            default -> {
                // The role.
            }
        }
    }

    private static long number(JsonReader json) {
        Long number = json.integer();
        return number == null ? 0 : Math.clamp(number, 0, 1L << 40);
    }

    @Override
    public byte[] error(Problem problem) {
        return bytes(json(problem));
    }

    @Override
    public byte[] errorInStream(Problem problem, Framing framing) {
        return framing == Framing.LINES ? bytes(json(problem) + "\n") : new byte[0];
    }

    private static String json(Problem problem) {
        return "{\"error\":" + quoted(problem.message()) + "}";
    }
}
