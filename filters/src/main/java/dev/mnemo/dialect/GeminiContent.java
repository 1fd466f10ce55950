package dev.mnemo.dialect;

import static dev.mnemo.dialect.DialectJson.bytes;
import static dev.mnemo.dialect.DialectJson.firstMember;
import static dev.mnemo.dialect.DialectJson.isEmpty;
import static dev.mnemo.dialect.DialectJson.quoted;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Gemini's generateContent, of the Gemini API and of Vertex AI (facts: Google's API reference, python-genai's types). */
final class GeminiContent implements Dialect {

    static final GeminiContent INSTANCE = new GeminiContent();

    private static final Pattern PATH = Pattern.compile(
            ".*/(?:models|tunedModels|endpoints)/([^/:]+):(generateContent|streamGenerateContent|countTokens)");

    private static final byte[] MEMBER = bytes("\"systemInstruction\":");
    private static final byte[] CONTENT = bytes("{\"role\":\"user\",\"parts\":[{\"text\":\"");
    private static final byte[] CONTENT_END = bytes("\"}]},");
    private static final byte[] PARTS = bytes("\"parts\":[");
    private static final byte[] PART = bytes("{\"text\":\"");
    private static final byte[] PART_END = bytes("\"}");
    private static final byte[] LIST = bytes("[");
    private static final byte[] LIST_END = bytes("]");
    private static final byte[] OBJECT = bytes("{");
    private static final byte[] OBJECT_END = bytes("}");
    private static final byte[] COMMA = bytes(",");
    private static final byte[] NONE = {};

    private GeminiContent() {}

    @Override
    public String id() {
        return "gemini";
    }

    @Override
    public Protocol protocol() {
        return Protocol.GEMINI;
    }

    @Override
    public @Nullable Endpoint endpoint(String path) {
        Matcher matcher = path.indexOf(':') < 0 ? null : PATH.matcher(path);
        if (matcher == null || !matcher.matches()) {
            return null;
        }
        Operation operation = switch (matcher.group(2)) {
            case "generateContent" -> Operation.CHAT;
            case "streamGenerateContent" -> Operation.STREAM;
            default -> Operation.COUNT;
        };
        return new Endpoint(this, operation, matcher.group(1));
    }

    @Override
    public ChatRequest read(Endpoint endpoint, byte[] body) {
        return new GeminiReader().read(endpoint, body);
    }

    /**
     * As the last part of the system instruction. Where tokens are counted without one, the API takes none: there the block
     * counts as one more content.
     */
    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        byte[] body = request.body();
        Span system = request.place().value();
        int members = request.place().members();
        if (system != null && body[system.start()] == '{') {
            return intoParts(body, system, block);
        }
        if (system != null) {
            return SplicedBody.of(
                    body, Edit.replace(system, OBJECT, PARTS, PART, block, PART_END, LIST_END, OBJECT_END));
        }
        boolean bare = request.counts() && members == firstMember(body);
        if (bare) {
            return intoContents(body, request.messages().getFirst().span(), block);
        }
        return SplicedBody.of(
                body, Edit.insert(members, MEMBER, OBJECT, PARTS, PART, block, PART_END, LIST_END, OBJECT_END, COMMA));
    }

    /** As the last part of the content. */
    @Override
    public List<Edit> placeTail(ChatRequest request, byte[] tail) {
        Span parts = request.lastWords();
        if (parts == null) {
            return List.of();
        }
        return request.body()[parts.start()] == '['
                ? List.of(Edit.insert(parts.end() - 1, COMMA, PART, tail, PART_END))
                : List.of(
                        Edit.insert(parts.start(), LIST),
                        Edit.insert(parts.end(), COMMA, PART, tail, PART_END, LIST_END));
    }

    private static SplicedBody intoContents(byte[] body, Span first, byte[] block) {
        boolean listed = isListed(body, first);
        return SplicedBody.of(
                body,
                Edit.insert(first.start(), listed ? NONE : LIST, CONTENT, block, CONTENT_END),
                Edit.insert(first.end(), listed ? NONE : LIST_END));
    }

    /** Whether the first content stands in a list; else it is a member's value itself. */
    private static boolean isListed(byte[] body, Span first) {
        int before = first.start() - 1;
        while (body[before] <= ' ') {
            before--;
        }
        return body[before] == '[';
    }

    private static SplicedBody intoParts(byte[] body, Span system, byte[] block) {
        Span parts = parts(body, system);
        if (parts == null) {
            boolean empty = isEmpty(body, system);
            return SplicedBody.of(
                    body,
                    Edit.insert(system.start() + 1, PARTS, PART, block, PART_END, LIST_END, empty ? NONE : COMMA));
        }
        return switch (body[parts.start()]) {
            case 'n' -> SplicedBody.of(body, Edit.replace(parts, LIST, PART, block, PART_END, LIST_END));
            case '{' ->
                SplicedBody.of(
                        body,
                        Edit.insert(parts.start(), LIST),
                        Edit.insert(parts.end(), COMMA, PART, block, PART_END, LIST_END));
            default -> {
                boolean empty = isEmpty(body, parts);
                yield SplicedBody.of(body, Edit.insert(parts.end() - 1, empty ? NONE : COMMA, PART, block, PART_END));
            }
        };
    }

    /** The value of {@code parts}; null when the instruction has none. */
    private static @Nullable Span parts(byte[] body, Span system) {
        @Nullable Span parts = null;
        try (JsonReader json = JsonReader.trusted(body, system.start(), system.end() - system.start())) {
            json.next();
            for (Members m = json.members(); m.next(); ) {
                if (m.name().equals("parts")) {
                    Span inside = json.span();
                    parts = new Span(system.start() + inside.start(), system.start() + inside.end());
                }
            }
        }
        return parts;
    }

    /** A piece of a stream and a whole answer have the same shape. */
    @Override
    public void readAnswer(JsonReader json, AnswerParts into) {
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "candidates" -> {
                    for (Elements e = json.elements(); e.nextObject(); ) {
                        into.choice(json, GeminiContent::content);
                    }
                }
                case "promptFeedback" -> {
                    for (Members inner = json.members(); inner.next(); ) {
                        if (inner.name().equals("blockReason")) {
                            into.finish(json.string());
                        }
                    }
                }
                case "usageMetadata" -> into.usage(usage(AnswerParts.counts(json)));
                case "error" -> {
                    if (m.value() != JsonToken.VALUE_NULL) {
                        into.fail();
                    }
                }
                default -> {
                    // Its model, its id.
                }
            }
        }
    }

    private static void content(JsonReader json, AnswerParts into) {
        for (Members m = json.members(); m.next(); ) {
            if (m.name().equals("parts")) {
                for (Elements e = json.elements(); e.nextObject(); ) {
                    part(json, into);
                }
            }
        }
    }

    private static void part(JsonReader json, AnswerParts into) {
        @Nullable String text = null;
        boolean thought = false;
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "text" -> text = json.string();
                case "thought" -> thought = m.value() == JsonToken.VALUE_TRUE;
                case "functionCall" -> {
                    Span call = json.span();
                    into.step();
                    into.bytes(call.end() - call.start());
                }
                default -> {
                    // Signatures, pictures.
                }
            }
        }
        if (thought) {
            into.bytes(text);
        } else if (text != null) {
            into.text(text);
        }
    }

    /** Each piece counts the whole so far. Thoughts are not among the candidates' tokens. */
    private static Usage usage(Map<String, Long> counts) {
        long thoughts = counts.getOrDefault("thoughtsTokenCount", 0L);
        return new Usage(
                counts.getOrDefault("promptTokenCount", 0L) + counts.getOrDefault("toolUsePromptTokenCount", 0L),
                counts.getOrDefault("cachedContentTokenCount", 0L),
                0,
                counts.getOrDefault("candidatesTokenCount", 0L) + thoughts,
                thoughts);
    }

    @Override
    public byte[] error(Problem problem) {
        return bytes("{\"error\":{\"code\":" + problem.status() + ",\"message\":" + quoted(problem.message())
                + ",\"status\":\"" + status(problem.status()) + "\"}}");
    }

    /** Google's SDKs know no error in a stream: they would take the answer for whole. */
    @Override
    public byte[] errorInStream(Problem problem, Framing framing) {
        return NONE;
    }

    private static String status(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 502, 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }
}
