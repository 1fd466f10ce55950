package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.Message;
import dev.mnemo.dialect.ChatRequest.Role;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.MalformedJson;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * One pass over a request's body: what every dialect's reader needs. Members that decide something may stand once only:
 * parsers differ about the second. Not thread-safe; one body, once.
 */
final class RequestScan {

    private static final int LONGEST_CARRIER = 512;

    /** No client sends as many; a body may hold a million. */
    private static final int MOST_CARRIERS = 64;

    final byte[] body;
    final JsonReader json;
    final Map<String, String> carriers = new HashMap<>();
    final List<Message> messages = new ArrayList<>();
    final PromptTally tally;

    private final Set<String> seen = new HashSet<>();
    private final String list;

    private RequestScan(byte[] body, String list) {
        this.body = body;
        this.json = JsonReader.strict(body);
        this.tally = new PromptTally(body);
        this.list = list;
    }

    /** Takes the members of a request, one by one. */
    @FunctionalInterface
    interface Reader {
        void member(RequestScan scan, String name, JsonToken value);
    }

    /**
     * Reads the whole body.
     *
     * @param list the name of the member that holds the messages, for messages to people
     * @throws MalformedRequest when it is not one strict JSON object, or the reader says so
     */
    static RequestScan of(byte[] body, String list, Reader reader) {
        try {
            RequestScan scan = new RequestScan(body, list);
            try (scan.json) {
                scan.expect(scan.json.next(), JsonToken.START_OBJECT, "body", "a JSON object");
                for (Members m = scan.json.members(); m.next(); ) {
                    reader.member(scan, m.name(), m.value());
                }
                scan.json.requireEnd();
            }
            return scan;
        } catch (MalformedJson e) {
            throw new MalformedRequest(e.getMessage());
        }
    }

    /** The first byte inside the body's object. */
    int firstMember() {
        return DialectJson.firstMember(body);
    }

    void once(String name) {
        if (!seen.add(name)) {
            throw new MalformedRequest(name + ": twice (expected: once)");
        }
    }

    void expect(@Nullable JsonToken token, JsonToken expected, String where, String what) {
        if (token != expected) {
            throw new MalformedRequest(where + ": of another type (expected: " + what + ")");
        }
    }

    /** The value of a member that must be a string. */
    String string(String name, JsonToken value) {
        once(name);
        expect(value, JsonToken.VALUE_STRING, name, "a string");
        return json.text();
    }

    boolean flag(String name, JsonToken value) {
        once(name);
        return value == JsonToken.VALUE_TRUE;
    }

    /** The value of a member that must be a number of tokens; −1 for null, where the client leaves it to the server. */
    long count(String name, JsonToken value) {
        once(name);
        if (value == JsonToken.VALUE_NULL) {
            return -1;
        }
        Long number = json.integer();
        if (number == null || number < 0) {
            throw new MalformedRequest(name + ": not a whole number (expected: tokens, 1 or more)");
        }
        return number;
    }

    /** The current value becomes prompt as it is. */
    Span prompt() {
        Span span = json.span();
        tally.value(span);
        return span;
    }

    /** Remembers a short string; anything else is passed over. */
    void carrier(String name, JsonToken value) {
        if (value == JsonToken.VALUE_STRING) {
            Span literal = json.span();
            boolean room = carriers.size() < MOST_CARRIERS;
            if (room && literal.end() - literal.start() <= LONGEST_CARRIER) {
                once(name);
                carriers.put(name, JsonText.text(body, literal));
            }
        }
    }

    /** The same for each member of an object, as {@code name.member}. */
    void carriers(String name, JsonToken value) {
        carrier(name, value);
        for (Members inner = json.members(); inner.next(); ) {
            carrier(name + "." + inner.name(), inner.value());
        }
    }

    /** The current value must be a list of messages, each an object. */
    void messages(String name, JsonToken value, Runnable each) {
        once(name);
        expect(value, JsonToken.START_ARRAY, name, "a list of messages");
        for (Elements e = json.elements(); e.next(); ) {
            expect(e.value(), JsonToken.START_OBJECT, at(""), "an object");
            each.run();
        }
    }

    void requireMessages() {
        if (messages.isEmpty()) {
            throw new MalformedRequest(list + ": missing or empty (expected: at least one message)");
        }
    }

    /** A place inside the message that is being read. */
    String at(String member) {
        return list + "[" + messages.size() + "]" + member;
    }

    /** Begins a message where the reader stands. */
    Draft draft() {
        return new Draft(json.start());
    }

    /** A message while it is read. */
    final class Draft {

        private final int start;
        private final List<Span> texts = new ArrayList<>(1);
        private @Nullable String role;
        private boolean contentSeen;
        private boolean textSeen;
        private boolean toolAnswer;
        private boolean plain = true;
        private @Nullable Span content;

        private Draft(int start) {
            this.start = start;
        }

        void role(JsonToken value) {
            if (role != null) {
                throw new MalformedRequest(at(".role") + ": twice (expected: once)");
            }
            expect(value, JsonToken.VALUE_STRING, at(".role"), "a string");
            role = json.text();
        }

        /** The role's name; null when the message has none. */
        @Nullable
        String role() {
            return role;
        }

        /** The same, where a dialect wants one. */
        String requireRole(String expected) {
            if (role == null) {
                throw new MalformedRequest(at(".role") + ": missing (expected: " + expected + ")");
            }
            return role;
        }

        /** A string, null, or a list of parts, each an object. */
        void content(String name, JsonToken value, Runnable part) {
            onlyContent(name);
            switch (value) {
                case VALUE_NULL -> content = null;
                case VALUE_STRING -> content = said();
                case START_ARRAY -> {
                    int begin = json.start();
                    for (Elements e = json.elements(); e.next(); ) {
                        expect(e.value(), JsonToken.START_OBJECT, at("." + name), "a list of parts, each an object");
                        part.run();
                    }
                    content = new Span(begin, json.offset());
                }
                default ->
                    throw new MalformedRequest(at("." + name) + ": neither (expected: a string or a list of parts)");
            }
        }

        /** One part without a list around it. */
        void onePart(String name, Runnable part) {
            onlyContent(name);
            int begin = json.start();
            part.run();
            content = new Span(begin, json.offset());
        }

        private void onlyContent(String name) {
            if (contentSeen) {
                throw new MalformedRequest(at("." + name) + ": twice (expected: once)");
            }
            contentSeen = true;
        }

        /** The current string is what somebody says. */
        Span said() {
            Span literal = unsaid();
            texts.add(literal);
            return literal;
        }

        /** The current string becomes prompt, but nobody says it. */
        Span unsaid() {
            textSeen = true;
            Span literal = json.span();
            tally.value(literal);
            return literal;
        }

        /** A string that was passed over has turned out to be what somebody says. */
        void say(Span literal) {
            texts.add(literal);
        }

        /** Texts that nobody said, though they stand where somebody speaks. */
        void unsay(Predicate<String> nobodys) {
            texts.removeIf(literal -> nobodys.test(JsonText.text(body, literal)));
        }

        /** It holds something that is no text. */
        void more() {
            plain = false;
        }

        /** A part of it is a tool's answer. */
        void answersTool() {
            toolAnswer = true;
        }

        /** Whether it brings tools' answers, whatever else. */
        boolean bringsAnswers() {
            return toolAnswer;
        }

        /** Whether it brings tools' answers, and nobody says anything beside them. */
        boolean onlyAnswersTools() {
            return toolAnswer && texts.isEmpty();
        }

        /** Whether it has text and nothing else, and all of it is nobody's. */
        boolean onlyUnsaid() {
            return plain && textSeen && texts.isEmpty();
        }

        /** The message has ended. */
        void add(Role who) {
            messages.add(new Message(who, new Span(start, json.offset()), content, texts, plain));
        }
    }
}
