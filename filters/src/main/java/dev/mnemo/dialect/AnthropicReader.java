package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.CacheMarkers;
import dev.mnemo.dialect.ChatRequest.Kept;
import dev.mnemo.dialect.ChatRequest.Place;
import dev.mnemo.dialect.ChatRequest.Role;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Reads one request of Anthropic's Messages format in one pass. */
final class AnthropicReader {

    /** What Claude Code puts into a user's message by itself. */
    private static final String REMINDER = "<system-reminder>";

    /** Models that think only when they are asked to: Claude before 5, and all others. */
    private static final Pattern ASKED =
            Pattern.compile("(?is)claude-(instant|v?[1-4]\\b|(opus|sonnet|haiku)-4\\b)|^(?!.*claude)");

    private String model = "";
    private boolean stream;
    private long maxTokens = -1;
    private @Nullable Span system;
    private boolean continues;
    private boolean signed;
    private @Nullable String thinking;
    private int markers;
    private boolean shortBefore;
    private boolean longAfter;

    ChatRequest read(Endpoint endpoint, byte[] body) {
        RequestScan scan = RequestScan.of(body, "messages", this::member);
        if (model.isBlank()) {
            throw new MalformedRequest("model: missing (expected: the name of a model)");
        }
        scan.requireMessages();
        return new ChatRequest(
                endpoint,
                body,
                model,
                stream,
                scan.tally.size(Math.min(maxTokens, Integer.MAX_VALUE), 1, -1),
                scan.carriers,
                scan.messages,
                new Place(scan.firstMember(), system),
                new Kept(null, false, false, continues, false, signed && !continues, thinks()),
                new CacheMarkers(markers, shortBefore, longAfter));
    }

    /** Claude from 5 on, and whatever is called Claude without an older number, thinks by itself. */
    private boolean thinks() {
        return thinking == null ? !ASKED.matcher(model).find() : !thinking.equals("disabled");
    }

    private void member(RequestScan scan, String name, JsonToken value) {
        switch (name) {
            case "model" -> model = scan.string(name, value);
            case "system" -> system(scan, name, value);
            case "messages" -> scan.messages(name, value, () -> message(scan));
            case "stream" -> stream = scan.flag(name, value);
            case "max_tokens" -> maxTokens = scan.count(name, value);
            case "tools" -> tools(scan, name);
            case "cache_control" -> marker(scan, value, false);
            case "thread" -> thread(scan, name);
            case "thinking" -> thinking(scan, name);
            case "metadata" -> scan.carriers(name, value);
            default -> scan.carrier(name, value);
        }
    }

    private void system(RequestScan scan, String name, JsonToken value) {
        scan.once(name);
        int start = scan.json.start();
        switch (value) {
            case VALUE_NULL, VALUE_STRING -> scan.prompt();
            case START_ARRAY -> {
                for (Elements e = scan.json.elements(); e.next(); ) {
                    scan.expect(e.value(), JsonToken.START_OBJECT, name, "a list of blocks, each an object");
                    block(scan, true);
                }
                scan.tally.value(new Span(start, scan.json.offset()));
            }
            default -> throw new MalformedRequest("system: neither (expected: a string or a list of text blocks)");
        }
        system = new Span(start, scan.json.offset());
    }

    private void tools(RequestScan scan, String name) {
        scan.once(name);
        int start = scan.json.start();
        for (Elements e = scan.json.elements(); e.nextObject(); ) {
            block(scan, true);
        }
        scan.json.skip();
        scan.tally.value(new Span(start, scan.json.offset()));
    }

    /** A block of which only its mark counts. */
    private void block(RequestScan scan, boolean before) {
        for (Members m = scan.json.members(); m.next(); ) {
            if (m.name().equals("cache_control")) {
                marker(scan, m.value(), before);
            }
        }
    }

    private void marker(RequestScan scan, JsonToken value, boolean before) {
        if (value != JsonToken.START_OBJECT) {
            return;
        }
        String ttl = "5m";
        for (Members m = scan.json.members(); m.next(); ) {
            ttl = m.name().equals("ttl") ? Objects.requireNonNullElse(scan.json.string(), "5m") : ttl;
        }
        markers++;
        shortBefore |= before && !ttl.equals("1h");
        longAfter |= !before && ttl.equals("1h");
    }

    private void thread(RequestScan scan, String name) {
        scan.once(name);
        for (Members m = scan.json.members(); m.next(); ) {
            continues |= m.name().equals("type") && "continue".equals(scan.json.string());
        }
    }

    private void thinking(RequestScan scan, String name) {
        scan.once(name);
        for (Members m = scan.json.members(); m.next(); ) {
            thinking = m.name().equals("type") ? scan.json.string() : thinking;
        }
    }

    private void message(RequestScan scan) {
        RequestScan.Draft draft = scan.draft();
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "role" -> draft.role(m.value());
                case "content" -> draft.content(m.name(), m.value(), () -> part(scan, draft));
                default -> scan.prompt();
            }
        }
        draft.unsay(text -> text.startsWith(REMINDER));
        Role role = OpenAiChatReader.role(draft.requireRole("user or assistant"));
        draft.add(role == Role.USER ? user(draft) : role);
    }

    /** Tools' answers come in the name of the user, and so do reminders. */
    private static Role user(RequestScan.Draft draft) {
        if (draft.onlyAnswersTools()) {
            return Role.TOOL;
        }
        return draft.onlyUnsaid() ? Role.OTHER : Role.USER;
    }

    /** One content block, whose type may stand behind its text. */
    private void part(RequestScan scan, RequestScan.Draft draft) {
        String type = "";
        @Nullable Span text = null;
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = Objects.requireNonNullElse(scan.json.string(), "");
                case "text" -> text = m.value() == JsonToken.VALUE_STRING ? draft.unsaid() : null;
                case "source" -> source(scan, m.value());
                case "cache_control" -> marker(scan, m.value(), false);
                case "content" -> inner(scan, m.value());
                case "signature", "data" -> scan.tally.sealed(scan.json.span());
                default -> scan.prompt();
            }
        }
        signed |= type.equals("thinking") || type.equals("redacted_thinking");
        if (!type.equals("text")) {
            draft.more();
        } else if (text != null) {
            draft.say(text);
        }
        if (type.endsWith("tool_result")) {
            draft.answersTool();
        }
    }

    /** A picture or a file; or a document's text. */
    private static void source(RequestScan scan, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            scan.prompt();
            return;
        }
        String type = "";
        Span inside = new Span(0, 0);
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = Objects.requireNonNullElse(scan.json.string(), "");
                case "data", "content" -> inside = scan.json.span();
                default -> {
                    // Where it is, and of what type.
                }
            }
        }
        if (!type.equals("text") && !type.equals("content")) {
            scan.tally.media(MediaTokens.ANTHROPIC, inside);
        } else if (inside.end() > 0) {
            scan.tally.value(inside);
        }
    }

    /** What a tool answered: prompt, with marks and pictures of its own. */
    private void inner(RequestScan scan, JsonToken value) {
        if (value != JsonToken.START_ARRAY) {
            scan.prompt();
            return;
        }
        for (Elements e = scan.json.elements(); e.nextObject(); ) {
            for (Members m = scan.json.members(); m.next(); ) {
                switch (m.name()) {
                    case "source" -> source(scan, m.value());
                    case "cache_control" -> marker(scan, m.value(), false);
                    default -> scan.prompt();
                }
            }
        }
    }
}
