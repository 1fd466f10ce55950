package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.Message;
import dev.mnemo.dialect.ChatRequest.Role;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Reads one request in one pass. Members that decide something may stand once only: parsers differ about the second. */
final class OpenAiChatReader {

    private static final int LONGEST_CARRIER = 512;

    private static final Set<String> MEDIA = Set.of("image_url", "input_audio", "file");

    private final byte[] body;
    private final JsonReader json;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, String> carriers = new HashMap<>();
    private final List<Message> messages = new ArrayList<>();
    private @Nullable String model;
    private boolean stream;
    private long maxTokens = -1;
    private long maxCompletionTokens = -1;
    private long choices = 1;
    private long promptBytes;
    private int media;

    OpenAiChatReader(byte[] body) {
        this.body = body;
        this.json = JsonReader.strict(body);
    }

    ChatRequest read() {
        try (json) {
            expect(json.next(), JsonToken.START_OBJECT, "body", "a JSON object");
            while (json.next() == JsonToken.PROPERTY_NAME) {
                member(json.name(), token());
            }
            json.requireEnd();
        }
        String named = model;
        if (named == null || named.isBlank()) {
            throw new MalformedRequest("model: missing (expected: the name of a model)");
        }
        if (messages.isEmpty()) {
            throw new MalformedRequest("messages: missing or empty (expected: at least one message)");
        }
        long max = maxCompletionTokens >= 0 ? maxCompletionTokens : maxTokens;
        long all = max < 0 ? -1 : Math.multiplyExact(Math.min(max, Integer.MAX_VALUE), choices);
        return new ChatRequest(body, named, stream, all, promptBytes, media, carriers, messages);
    }

    private void member(String name, JsonToken value) {
        switch (name) {
            case "model" -> {
                once(name);
                expect(value, JsonToken.VALUE_STRING, name, "a string");
                model = json.text();
            }
            case "messages" -> {
                once(name);
                expect(value, JsonToken.START_ARRAY, name, "a list of messages");
                messages();
            }
            case "stream" -> {
                once(name);
                stream = value == JsonToken.VALUE_TRUE;
                json.skip();
            }
            case "max_tokens" -> {
                once(name);
                maxTokens = count(name, value);
            }
            case "max_completion_tokens" -> {
                once(name);
                maxCompletionTokens = count(name, value);
            }
            case "n" -> {
                once(name);
                choices = Math.clamp(count(name, value), 1, 128);
            }
            case "tools", "functions", "response_format" -> promptBytes += length(json.span());
            default -> carrier(name, value);
        }
    }

    private void carrier(String name, JsonToken value) {
        if (value != JsonToken.VALUE_STRING) {
            json.skip();
            return;
        }
        Span literal = json.span();
        if (length(literal) <= LONGEST_CARRIER) {
            once(name);
            carriers.put(name, JsonText.text(body, literal));
        }
    }

    /** −1 for null: the client leaves it to the server. */
    private long count(String name, JsonToken value) {
        if (value == JsonToken.VALUE_NULL) {
            return -1;
        }
        Long number = json.integer();
        if (number == null || number < 0) {
            throw new MalformedRequest(name + ": not a whole number (expected: tokens, 1 or more)");
        }
        return number;
    }

    private void messages() {
        for (JsonToken token = token(); token != JsonToken.END_ARRAY; token = token()) {
            expect(token, JsonToken.START_OBJECT, at(""), "an object");
            message(json.start());
        }
    }

    private void message(int start) {
        Role role = null;
        Span content = null;
        boolean contentSeen = false;
        List<Span> texts = new ArrayList<>(1);
        while (token() == JsonToken.PROPERTY_NAME) {
            String name = json.name();
            JsonToken value = token();
            if (name.equals("role")) {
                if (role != null) {
                    throw new MalformedRequest(at(".role") + ": twice (expected: once)");
                }
                expect(value, JsonToken.VALUE_STRING, at(".role"), "a string");
                role = role(json.text());
            } else if (name.equals("content")) {
                if (contentSeen) {
                    throw new MalformedRequest(at(".content") + ": twice (expected: once)");
                }
                contentSeen = true;
                content = content(value, texts);
            } else {
                promptBytes += length(json.span());
            }
        }
        if (role == null) {
            throw new MalformedRequest(
                    at(".role") + ": missing (expected: system, developer, user, assistant or tool)");
        }
        messages.add(new Message(role, new Span(start, json.offset()), content, texts));
    }

    private @Nullable Span content(JsonToken value, List<Span> texts) {
        return switch (value) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> {
                Span literal = json.span();
                texts.add(literal);
                promptBytes += length(literal) - 2;
                yield literal;
            }
            case START_ARRAY -> {
                int start = json.start();
                for (JsonToken token = token(); token != JsonToken.END_ARRAY; token = token()) {
                    expect(token, JsonToken.START_OBJECT, at(".content"), "a list of parts, each an object");
                    part(texts);
                }
                yield new Span(start, json.offset());
            }
            default -> throw new MalformedRequest(at(".content") + ": neither (expected: a string or a list of parts)");
        };
    }

    private void part(List<Span> texts) {
        while (token() == JsonToken.PROPERTY_NAME) {
            String name = json.name();
            JsonToken value = token();
            if (MEDIA.contains(name)) {
                media++;
                json.skip();
            } else if (name.equals("text") && value == JsonToken.VALUE_STRING) {
                Span literal = json.span();
                texts.add(literal);
                promptBytes += length(literal) - 2;
            } else if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                json.skip();
            } else {
                promptBytes += length(json.span());
            }
        }
    }

    private JsonToken token() {
        JsonToken token = json.next();
        if (token == null) {
            throw new MalformedRequest("body: ends too early (expected: one valid JSON object)");
        }
        return token;
    }

    private void once(String name) {
        if (!seen.add(name)) {
            throw new MalformedRequest(name + ": twice (expected: once)");
        }
    }

    private String at(String member) {
        return "messages[" + messages.size() + "]" + member;
    }

    private static void expect(@Nullable JsonToken token, JsonToken expected, String where, String what) {
        if (token != expected) {
            throw new MalformedRequest(where + ": of another type (expected: " + what + ")");
        }
    }

    private static int length(Span span) {
        return span.end() - span.start();
    }

    private static Role role(String name) {
        return switch (name) {
            case "system" -> Role.SYSTEM;
            case "developer" -> Role.DEVELOPER;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool", "function" -> Role.TOOL;
            default -> Role.OTHER;
        };
    }
}
