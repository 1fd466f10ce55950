package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.dialect.ChatRequest.Message;
import dev.mnemo.dialect.ChatRequest.Role;
import dev.mnemo.dialect.Dialect.AnswerReader;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.dialect.Dialect.Problem;
import dev.mnemo.json.JsonReader.MalformedJson;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import java.util.regex.Pattern;

/**
 * OpenAI Chat Completions, as OpenAI, Azure and the many servers that are compatible with it speak it (facts: openai-python
 * 3.3.1, {@code types/chat}).
 */
public final class OpenAiChat implements Dialect {

    static final OpenAiChat INSTANCE = new OpenAiChat();

    static final String PATH = "/v1/chat/completions";

    private static final byte[] DEVELOPER = bytes("{\"role\":\"developer\",\"content\":\"");
    private static final byte[] SYSTEM = bytes("{\"role\":\"system\",\"content\":\"");
    private static final Pattern DEVELOPERS = Pattern.compile("(?!o1-mini|o1-preview)(o[1-9]|gpt-[5-9])");
    private static final byte[] BLANK_LINE = bytes("\\n\\n");
    private static final byte[] PART = bytes("{\"type\":\"text\",\"text\":\"");
    private static final byte[] PART_AFTER = bytes(",{\"type\":\"text\",\"text\":\"");
    private static final byte[] PART_END = bytes("\"}");
    private static final byte[] MESSAGE_END = bytes("\"}");
    private static final byte[] COMMA = bytes(",");

    private OpenAiChat() {}

    @Override
    public String id() {
        return "openai-chat";
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public Protocol protocol() {
        return Protocol.OPENAI;
    }

    @Override
    public ChatRequest read(byte[] body) {
        try {
            return new OpenAiChatReader(body).read();
        } catch (MalformedJson e) {
            throw new MalformedRequest(e.getMessage());
        }
    }

    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        List<Message> messages = request.messages();
        int leading = 0;
        while (leading < messages.size() && messages.get(leading).role().isSystem()) {
            leading++;
        }
        if (leading == 0) {
            Message first = messages.getFirst();
            Role role =
                    placement == Placement.SEPARATE && knowsDeveloper(request.model()) ? Role.DEVELOPER : Role.SYSTEM;
            return SplicedBody.of(request.body(), first.span().start(), message(role), block, MESSAGE_END, COMMA);
        }
        Message last = messages.get(leading - 1);
        Span content = last.content();
        if (placement == Placement.SEPARATE || content == null) {
            return SplicedBody.of(request.body(), last.span().end(), COMMA, message(last.role()), block, MESSAGE_END);
        }
        return merged(request.body(), content, last.texts(), block);
    }

    /** Into the string, or as one more part. */
    private static SplicedBody merged(byte[] body, Span content, List<Span> texts, byte[] block) {
        int close = content.end() - 1;
        if (body[close] == '"') {
            boolean empty = content.end() - content.start() == 2;
            return empty ? SplicedBody.of(body, close, block) : SplicedBody.of(body, close, BLANK_LINE, block);
        }
        return SplicedBody.of(body, close, texts.isEmpty() ? PART : PART_AFTER, block, PART_END);
    }

    @Override
    public AnswerReader answer(boolean events) {
        return events ? new OpenAiChatStream() : new OpenAiChatAnswer();
    }

    @Override
    public byte[] error(Problem problem) {
        return OpenAiErrors.body(problem);
    }

    @Override
    public byte[] errorEvent(Problem problem) {
        return OpenAiErrors.event(problem);
    }

    /** From o1 on, {@code developer} takes the place of {@code system}; the first o1 models knew neither. */
    private static boolean knowsDeveloper(String model) {
        return DEVELOPERS.matcher(model).lookingAt();
    }

    private static byte[] message(Role role) {
        return role == Role.DEVELOPER ? DEVELOPER : SYSTEM;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
