package dev.mnemo.dialect;

import static dev.mnemo.dialect.DialectJson.bytes;
import static dev.mnemo.dialect.DialectJson.isEmpty;
import static dev.mnemo.dialect.DialectJson.quoted;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.ChatRequest.CacheMarkers;
import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Anthropic Messages (facts: Anthropic's API reference and prompt-caching guide, August 2026). */
final class AnthropicMessages implements Dialect {

    static final AnthropicMessages INSTANCE = new AnthropicMessages();

    private static final int MARKERS = 4;

    private static final byte[] MEMBER = bytes("\"system\":");
    private static final byte[] COMMA = bytes(",");
    private static final byte[] LIST = bytes("[");
    private static final byte[] LIST_END = bytes("]");
    private static final byte[] BLOCK = bytes("{\"type\":\"text\",\"text\":");
    private static final byte[] OUR_BLOCK = bytes("{\"type\":\"text\",\"text\":\"");
    private static final byte[] BLOCK_END = bytes("}");
    private static final byte[] OUR_BLOCK_END = bytes("\"}");

    private AnthropicMessages() {}

    @Override
    public String id() {
        return "anthropic-messages";
    }

    @Override
    public Protocol protocol() {
        return Protocol.ANTHROPIC;
    }

    @Override
    public @Nullable Endpoint endpoint(String path) {
        if (path.endsWith("/v1/messages") || path.equals("/messages")) {
            return new Endpoint(this, Operation.CHAT, "");
        }
        return path.endsWith("/v1/messages/count_tokens") ? new Endpoint(this, Operation.COUNT, "") : null;
    }

    @Override
    public ChatRequest read(Endpoint endpoint, byte[] body) {
        return new AnthropicReader().read(endpoint, body);
    }

    /**
     * As the last block: Claude Code's attribution must stay the first, and alone. A string becomes a block with the same
     * bytes in it.
     */
    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        byte[] body = request.body();
        byte[] end = bytes("\"" + marker(request.markers(), placement.marker()) + "}");
        Span system = request.place().value();
        if (system == null) {
            return SplicedBody.of(
                    body, Edit.insert(request.place().members(), MEMBER, LIST, OUR_BLOCK, block, end, LIST_END, COMMA));
        }
        return switch (body[system.start()]) {
            case 'n' -> SplicedBody.of(body, Edit.replace(system, LIST, OUR_BLOCK, block, end, LIST_END));
            case '"' -> {
                // An empty text block would be refused; an empty string says no more than none.
                yield system.end() - system.start() == 2
                        ? SplicedBody.of(body, Edit.replace(system, LIST, OUR_BLOCK, block, end, LIST_END))
                        : SplicedBody.of(
                                body,
                                Edit.insert(system.start(), LIST, BLOCK),
                                Edit.insert(system.end(), BLOCK_END, COMMA, OUR_BLOCK, block, end, LIST_END));
            }
            default -> {
                boolean empty = isEmpty(body, system);
                yield SplicedBody.of(
                        body,
                        empty
                                ? Edit.insert(system.end() - 1, OUR_BLOCK, block, end)
                                : Edit.insert(system.end() - 1, COMMA, OUR_BLOCK, block, end));
            }
        };
    }

    /**
     * As the last block of the message: behind tools' answers, which must be the first, and behind whatever the client has
     * marked. A string becomes a block, so that the prompt is the same when the client writes the same words the other way:
     * many do, when they move their mark on.
     */
    @Override
    public List<Edit> placeTail(ChatRequest request, byte[] tail) {
        Span content = request.kept().signs() ? null : request.lastWords();
        if (content == null) {
            return List.of();
        }
        return request.body()[content.start()] == '['
                ? List.of(Edit.insert(content.end() - 1, COMMA, OUR_BLOCK, tail, OUR_BLOCK_END))
                : List.of(
                        Edit.insert(content.start(), LIST, BLOCK),
                        Edit.insert(content.end(), BLOCK_END, COMMA, OUR_BLOCK, tail, OUR_BLOCK_END, LIST_END));
    }

    /** Only where a slot is free, and never so that a shorter life stands before a longer one: both would be refused. */
    private static String marker(CacheMarkers client, CacheMarker wanted) {
        if (wanted == CacheMarker.OFF || client.used() >= MARKERS || (client.shortBefore() && client.longAfter())) {
            return "";
        }
        boolean anHour = client.longAfter() || (wanted == CacheMarker.HOUR && !client.shortBefore());
        return ",\"cache_control\":{\"type\":\"ephemeral\"" + (anHour ? ",\"ttl\":\"1h\"}" : "}");
    }

    /** An event, or a whole message. */
    @Override
    public void readAnswer(JsonReader json, AnswerParts into) {
        String type = "";
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = Objects.requireNonNullElse(json.string(), "");
                case "message" -> {
                    for (Members inner = json.members(); inner.next(); ) {
                        message(inner.name(), json, into);
                    }
                }
                case "delta" -> delta(json, into);
                case "content_block" -> block(json, into);
                case "error" -> {
                    if (m.value() != JsonToken.VALUE_NULL) {
                        into.fail();
                    }
                }
                default -> message(m.name(), json, into);
            }
        }
        if (type.equals("message_stop")) {
            into.end();
        }
    }

    /** A member of a message: a stream begins with one, and a whole answer is one. */
    private static void message(String name, JsonReader json, AnswerParts into) {
        switch (name) {
            case "content" -> {
                for (Elements e = json.elements(); e.nextObject(); ) {
                    block(json, into);
                }
            }
            case "stop_reason" -> stop(json.string(), into);
            case "usage" -> into.usage(usage(AnswerParts.counts(json), into.usage()));
            default -> {
                // Its id, its model.
            }
        }
    }

    private static void stop(@Nullable String reason, AnswerParts into) {
        into.finish(reason);
        if ("tool_use".equals(reason) || "pause_turn".equals(reason)) {
            into.step();
        }
    }

    private static void block(JsonReader json, AnswerParts into) {
        String type = "";
        @Nullable String text = null;
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = Objects.requireNonNullElse(json.string(), "");
                case "text" -> text = json.string();
                case "thinking" -> into.bytes(json.string());
                case "input" -> {
                    Span arguments = json.span();
                    into.bytes(arguments.end() - arguments.start());
                }
                default -> {
                    // Signatures, ids.
                }
            }
        }
        if (type.equals("text")) {
            into.text(text);
        }
    }

    /** A piece of a block, or the message's end. */
    private static void delta(JsonReader json, AnswerParts into) {
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "text" -> into.text(json.string());
                case "partial_json", "thinking" -> into.bytes(json.string());
                case "stop_reason" -> stop(json.string(), into);
                default -> {
                    // Signatures, citations.
                }
            }
        }
    }

    /** What a later event says takes an earlier one's place: counts are of the whole. {@code input_tokens} leaves out the cached. */
    private static Usage usage(Map<String, Long> counts, @Nullable Usage before) {
        Usage known = before == null ? new Usage(0, 0, 0, 0, 0) : before;
        long read = counts.getOrDefault("cache_read_input_tokens", known.cachedInput());
        long written = counts.getOrDefault("cache_creation_input_tokens", known.writtenInput());
        long fresh = counts.getOrDefault("input_tokens", known.input() - known.cachedInput() - known.writtenInput());
        long output = counts.getOrDefault("output_tokens", known.output());
        return new Usage(
                fresh + read + written,
                read,
                written,
                counts.getOrDefault("ephemeral_1h_input_tokens", known.writtenForHour()),
                output,
                counts.getOrDefault("thinking_tokens", known.reasoning()));
    }

    @Override
    public byte[] error(Problem problem) {
        return bytes(json(problem));
    }

    @Override
    public byte[] errorInStream(Problem problem, Framing framing) {
        return DialectJson.event(framing, "event: error\ndata: " + json(problem));
    }

    private static String json(Problem problem) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"" + type(problem.status()) + "\",\"message\":"
                + quoted(problem.message()) + "},\"request_id\":" + quoted(problem.request()) + "}";
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
