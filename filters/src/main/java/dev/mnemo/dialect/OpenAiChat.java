package dev.mnemo.dialect;

import static dev.mnemo.dialect.DialectJson.bytes;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.ChatRequest.Message;
import dev.mnemo.dialect.ChatRequest.Role;
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

/**
 * OpenAI Chat Completions, as OpenAI, Azure and the many servers that are compatible with it speak it (facts: openai-python
 * 3.3.1, {@code types/chat}).
 */
final class OpenAiChat implements Dialect {

    static final OpenAiChat INSTANCE = new OpenAiChat();

    /** With or without a version: vendors differ in it. */
    private static final String PATH = "/chat/completions";

    private static final Pattern AZURE = Pattern.compile("(?i).*/deployments/([^/]+)/chat/completions");

    private static final byte[] DEVELOPER = bytes("{\"role\":\"developer\",\"content\":\"");
    private static final byte[] SYSTEM = bytes("{\"role\":\"system\",\"content\":\"");
    private static final Pattern DEVELOPERS = Pattern.compile("(?!o1-mini|o1-preview)(o[1-9]|gpt-[5-9])");
    private static final byte[] BLANK_LINE = bytes("\\n\\n");
    private static final byte[] PART = bytes("{\"type\":\"text\",\"text\":\"");
    private static final byte[] PART_AFTER = bytes(",{\"type\":\"text\",\"text\":\"");
    private static final byte[] END = bytes("\"}");
    private static final byte[] COMMA = bytes(",");

    private OpenAiChat() {}

    @Override
    public String id() {
        return "openai-chat";
    }

    @Override
    public Protocol protocol() {
        return Protocol.OPENAI;
    }

    @Override
    public @Nullable Endpoint endpoint(String path) {
        if (!path.endsWith(PATH)) {
            return null;
        }
        Matcher azure = AZURE.matcher(path);
        return new Endpoint(this, Operation.CHAT, azure.matches() ? azure.group(1) : "");
    }

    @Override
    public ChatRequest read(Endpoint endpoint, byte[] body) {
        return new OpenAiChatReader().read(endpoint, body);
    }

    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        return placeAmongMessages(request, block, placement.separate());
    }

    /** After the leading system messages; never later, where it could stand between a tool's call and its answer. */
    static SplicedBody placeAmongMessages(ChatRequest request, byte[] block, boolean separate) {
        List<Message> messages = request.messages();
        int leading = 0;
        while (leading < messages.size() && messages.get(leading).role().isSystem()) {
            leading++;
        }
        if (leading == 0) {
            int first = messages.getFirst().span().start();
            Role role = separate && knowsDeveloper(request.model()) ? Role.DEVELOPER : Role.SYSTEM;
            return SplicedBody.of(request.body(), Edit.insert(first, message(role), block, END, COMMA));
        }
        Message last = messages.get(leading - 1);
        Span content = last.content();
        if (separate || content == null) {
            int after = last.span().end();
            return SplicedBody.of(request.body(), Edit.insert(after, COMMA, message(last.role()), block, END));
        }
        return merged(request.body(), content, block);
    }

    @Override
    public List<Edit> placeTail(ChatRequest request, byte[] tail) {
        return behindLastWords(request, tail, PART_AFTER);
    }

    /**
     * Into the string, as a paragraph of its own, or as one more part: many servers of the format take no parts where the
     * client sends a string.
     */
    static List<Edit> behindLastWords(ChatRequest request, byte[] tail, byte[] part) {
        Span content = request.lastWords();
        if (content == null) {
            return List.of();
        }
        int close = content.end() - 1;
        boolean string = request.body()[close] == '"';
        return List.of(string ? Edit.insert(close, BLANK_LINE, tail) : Edit.insert(close, part, tail, END));
    }

    /** Into the string, or as one more part. */
    private static SplicedBody merged(byte[] body, Span content, byte[] block) {
        int close = content.end() - 1;
        if (body[close] == '"') {
            boolean empty = content.end() - content.start() == 2;
            return SplicedBody.of(body, empty ? Edit.insert(close, block) : Edit.insert(close, BLANK_LINE, block));
        }
        return SplicedBody.of(
                body, Edit.insert(close, DialectJson.isEmpty(body, content) ? PART : PART_AFTER, block, END));
    }

    /** From o1 on, {@code developer} takes the place of {@code system}; the first o1 models knew neither. */
    static boolean knowsDeveloper(String model) {
        return DEVELOPERS.matcher(model).lookingAt();
    }

    private static byte[] message(Role role) {
        return role == Role.DEVELOPER ? DEVELOPER : SYSTEM;
    }

    /** A chunk and a whole answer have the same shape, but for the name of a choice's content. */
    @Override
    public void readAnswer(JsonReader json, AnswerParts into) {
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "choices" -> {
                    for (Elements e = json.elements(); e.nextObject(); ) {
                        into.choice(json, OpenAiChat::content);
                    }
                }
                case "usage" -> into.usage(usage(AnswerParts.counts(json), "prompt_tokens", "completion_tokens"));
                case "error" -> {
                    if (m.value() != JsonToken.VALUE_NULL) {
                        into.fail();
                    }
                }
                default -> {
                    // Between client and provider.
                }
            }
        }
    }

    private static void content(JsonReader json, AnswerParts into) {
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "content" -> into.text(json.string());
                case "refusal", "reasoning_content", "reasoning" -> into.bytes(json.string());
                case "tool_calls", "function_call" -> {
                    Span calls = json.span();
                    if (m.value() != JsonToken.VALUE_NULL && calls.end() - calls.start() > 2) {
                        into.step();
                        into.bytes(calls.end() - calls.start());
                    }
                }
                default -> {
                    // Audio, annotations.
                }
            }
        }
    }

    /** OpenAI's two formats differ in two names. Prompts include what was cached, answers what was thought. */
    static Usage usage(Map<String, Long> counts, String input, String output) {
        return new Usage(
                counts.getOrDefault(input, 0L),
                counts.getOrDefault("cached_tokens", 0L),
                counts.getOrDefault("cache_write_tokens", 0L),
                counts.getOrDefault(output, 0L),
                counts.getOrDefault("reasoning_tokens", 0L));
    }

    @Override
    public byte[] error(Problem problem) {
        return bytes(OpenAiErrors.json(problem));
    }

    @Override
    public byte[] errorInStream(Problem problem, Framing framing) {
        return DialectJson.event(framing, "data: " + OpenAiErrors.json(problem));
    }
}
