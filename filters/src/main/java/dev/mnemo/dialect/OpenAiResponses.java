package dev.mnemo.dialect;

import static dev.mnemo.dialect.DialectJson.bytes;
import static dev.mnemo.dialect.DialectJson.quoted;

import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.ChatRequest.Message;
import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * OpenAI Responses (facts: openai-python 3.3.1, {@code types/responses}). The block is an item of its own in {@code input}:
 * {@code instructions} would be sent back with the answer three times.
 */
final class OpenAiResponses implements Dialect {

    static final OpenAiResponses INSTANCE = new OpenAiResponses();

    /** The others are reasoning, and tools that the provider runs itself. */
    private static final Set<String> CALLS = Set.of(
            "function_call",
            "custom_tool_call",
            "computer_call",
            "local_shell_call",
            "shell_call",
            "apply_patch_call",
            "mcp_approval_request");

    private static final byte[] ITEM =
            bytes("{\"type\":\"message\",\"role\":\"developer\",\"content\":[{\"type\":\"input_text\",\"text\":\"");
    private static final byte[] PART_AFTER = bytes(",{\"type\":\"input_text\",\"text\":\"");
    private static final byte[] ITEM_END = bytes("\"}]}");
    private static final byte[] LIST = bytes("[");
    private static final byte[] USER = bytes(",{\"type\":\"message\",\"role\":\"user\",\"content\":");
    private static final byte[] USER_END = bytes("}]");
    private static final byte[] COMMA = bytes(",");

    private OpenAiResponses() {}

    @Override
    public String id() {
        return "openai-responses";
    }

    @Override
    public Protocol protocol() {
        return Protocol.OPENAI;
    }

    /** Azure's older path has no version. */
    @Override
    public @Nullable Endpoint endpoint(String path) {
        if (path.endsWith("/v1/responses") || path.equals("/openai/responses") || path.equals("/responses")) {
            return new Endpoint(this, Operation.CHAT, "");
        }
        return path.endsWith("/v1/responses/input_tokens") ? new Endpoint(this, Operation.COUNT, "") : null;
    }

    @Override
    public ChatRequest read(Endpoint endpoint, byte[] body) {
        return new OpenAiResponsesReader().read(endpoint, body);
    }

    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        Span input = Objects.requireNonNull(request.place().value());
        byte[] body = request.body();
        if (body[input.start()] == '"') {
            return SplicedBody.of(
                    body,
                    Edit.insert(input.start(), LIST, ITEM, block, ITEM_END, USER),
                    Edit.insert(input.end(), USER_END));
        }
        if (request.messages().isEmpty()) {
            return SplicedBody.of(body, Edit.insert(input.end() - 1, ITEM, block, ITEM_END));
        }
        Message before = null;
        for (Message message : request.messages()) {
            if (!message.role().isSystem()) {
                break;
            }
            before = message;
        }
        return before == null
                ? SplicedBody.of(
                        body, Edit.insert(request.messages().getFirst().span().start(), ITEM, block, ITEM_END, COMMA))
                : SplicedBody.of(body, Edit.insert(before.span().end(), COMMA, ITEM, block, ITEM_END));
    }

    @Override
    public List<Edit> placeTail(ChatRequest request, byte[] tail) {
        return OpenAiChat.behindLastWords(request, tail, PART_AFTER);
    }

    /** An event, or a whole Response. Servers that are compatible write an event's type behind what it is about. */
    @Override
    public void readAnswer(JsonReader json, AnswerParts into) {
        String type = "";
        @Nullable String delta = null;
        @Nullable Item item = null;
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = Objects.requireNonNullElse(json.string(), "");
                case "delta" -> delta = json.string();
                case "item" -> item = item(json);
                case "response" -> {
                    for (Members inner = json.members(); inner.next(); ) {
                        response(inner.name(), inner.value(), json, into);
                    }
                }
                default -> response(m.name(), m.value(), json, into);
            }
        }
        switch (type) {
            case "response.output_text.delta" -> into.text(Objects.requireNonNullElse(delta, ""));
            case "response.output_item.done" -> done(item, into);
            case "error" -> into.fail();
            default -> into.bytes(delta);
        }
    }

    private static void done(@Nullable Item item, AnswerParts into) {
        if (item != null && item.asks()) {
            into.step();
        }
        if (item != null && item.commentary()) {
            into.unsay(item.text());
        }
    }

    /** A member of the Response: the events that begin and end a stream hold one, and a whole answer is one. */
    private static void response(String name, JsonToken value, JsonReader json, AnswerParts into) {
        switch (name) {
            case "id" -> into.id(json.string());
            case "status" -> status(json.string(), into);
            case "error" -> {
                if (value != JsonToken.VALUE_NULL) {
                    into.fail();
                }
            }
            case "output" -> {
                StringBuilder said = new StringBuilder();
                for (Elements e = json.elements(); e.nextObject(); ) {
                    Item item = item(json);
                    said.append(item.commentary() ? "" : item.text());
                    if (item.asks()) {
                        into.step();
                    }
                }
                if (!said.isEmpty()) {
                    into.wholeText(said.toString());
                }
            }
            case "usage" -> into.usage(OpenAiChat.usage(AnswerParts.counts(json), "input_tokens", "output_tokens"));
            default -> {
                // What the client had sent, and details.
            }
        }
    }

    private static void status(@Nullable String status, AnswerParts into) {
        switch (status) {
            case "completed", "incomplete" -> into.finish(status);
            case "failed", "cancelled" -> into.fail();
            case null, default -> {
                // It goes on.
            }
        }
    }

    /**
     * A part of the output.
     *
     * @param text that is shown; empty where it is no message
     * @param commentary whether the text is said by the way, and is not the answer
     * @param asks whether it is a call that the client must answer
     */
    private record Item(String text, boolean commentary, boolean asks) {}

    private static Item item(JsonReader json) {
        String type = "";
        String phase = "";
        StringBuilder text = new StringBuilder();
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = Objects.requireNonNullElse(json.string(), "");
                case "phase" -> phase = Objects.requireNonNullElse(json.string(), "");
                case "content" -> {
                    for (Elements e = json.elements(); e.nextObject(); ) {
                        part(json, text);
                    }
                }
                default -> {
                    // Annotations, arguments.
                }
            }
        }
        boolean message = type.equals("message");
        return new Item(message ? text.toString() : "", message && phase.equals("commentary"), CALLS.contains(type));
    }

    private static void part(JsonReader json, StringBuilder text) {
        String type = "";
        @Nullable String words = null;
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = Objects.requireNonNullElse(json.string(), "");
                case "text" -> words = json.string();
                default -> {
                    // Annotations.
                }
            }
        }
        if (type.equals("output_text") && words != null) {
            text.append(words);
        }
    }

    @Override
    public byte[] error(Problem problem) {
        return bytes(OpenAiErrors.json(problem));
    }

    /** The member {@code error} is none of the format's: without it the SDKs for Python and Java take it for no error. */
    @Override
    public byte[] errorInStream(Problem problem, Framing framing) {
        return DialectJson.event(
                framing,
                "event: error\ndata: {\"type\":\"error\",\"code\":" + quoted(problem.code()) + ",\"message\":"
                        + quoted(problem.message()) + ",\"param\":null,\"sequence_number\":0,\"error\":"
                        + OpenAiErrors.error(problem) + "}");
    }
}
