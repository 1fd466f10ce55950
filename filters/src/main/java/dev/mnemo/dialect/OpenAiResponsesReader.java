package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.CacheMarkers;
import dev.mnemo.dialect.ChatRequest.Kept;
import dev.mnemo.dialect.ChatRequest.Message;
import dev.mnemo.dialect.ChatRequest.Place;
import dev.mnemo.dialect.ChatRequest.Role;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Reads one request of OpenAI's Responses format in one pass. */
final class OpenAiResponsesReader {

    private String model = "";
    private boolean stream;
    private boolean store = true;
    private boolean background;
    private long maxTokens = -1;
    private @Nullable Span input;
    private @Nullable String previous;
    private @Nullable String conversation;

    ChatRequest read(Endpoint endpoint, byte[] body) {
        RequestScan scan = RequestScan.of(body, "input", this::member);
        return new ChatRequest(
                endpoint,
                body,
                model,
                stream,
                scan.tally.size(Math.min(maxTokens, Integer.MAX_VALUE), 1, -1),
                scan.carriers,
                scan.messages,
                new Place(scan.firstMember(), input),
                kept(endpoint),
                CacheMarkers.NONE);
    }

    private Kept kept(Endpoint endpoint) {
        boolean resumable = store && endpoint.operation() != Endpoint.Operation.COUNT;
        if (conversation != null) {
            return new Kept("conversation:" + conversation, true, false, input == null, background, false, false);
        }
        String continues = previous == null ? null : "response:" + previous;
        return new Kept(continues, false, resumable, input == null, background, false, false);
    }

    private void member(RequestScan scan, String name, JsonToken value) {
        switch (name) {
            case "model" -> model = scan.string(name, value);
            case "instructions", "tools", "text", "prompt" -> {
                scan.once(name);
                scan.prompt();
            }
            case "input" -> input(scan, name, value);
            case "stream" -> stream = scan.flag(name, value);
            case "background" -> background = scan.flag(name, value);
            case "store" -> {
                scan.once(name);
                store = value != JsonToken.VALUE_FALSE;
            }
            case "max_output_tokens" -> maxTokens = scan.count(name, value);
            case "previous_response_id" -> {
                scan.once(name);
                previous = scan.json.string();
            }
            case "conversation" -> {
                scan.once(name);
                conversation = conversation(scan, value);
            }
            case "metadata", "client_metadata" -> scan.carriers(name, value);
            default -> scan.carrier(name, value);
        }
    }

    /** Its id, or an object with it. */
    private static @Nullable String conversation(RequestScan scan, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            return scan.json.string();
        }
        @Nullable String id = null;
        for (Members m = scan.json.members(); m.next(); ) {
            id = m.name().equals("id") ? scan.json.string() : id;
        }
        return id;
    }

    /** A string is one message of the user. */
    private void input(RequestScan scan, String name, JsonToken value) {
        switch (value) {
            case VALUE_STRING -> {
                scan.once(name);
                Span literal = scan.prompt();
                input = literal;
                scan.messages.add(new Message(Role.USER, literal, literal, List.of(literal), true));
            }
            case START_ARRAY -> {
                int start = scan.json.start();
                scan.messages(name, value, () -> item(scan));
                input = new Span(start, scan.json.offset());
            }
            case VALUE_NULL -> scan.once(name);
            default -> throw new MalformedRequest("input: neither (expected: a string or a list of items)");
        }
    }

    private static void item(RequestScan scan) {
        RequestScan.Draft draft = scan.draft();
        String type = "message";
        boolean commentary = false;
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "type" -> type = String.valueOf(scan.json.string());
                case "role" -> draft.role(m.value());
                case "phase" -> commentary = "commentary".equals(scan.json.string());
                case "content" -> {
                    if (m.value() == JsonToken.VALUE_STRING || m.isArray()) {
                        draft.content(m.name(), m.value(), () -> OpenAiChatReader.part(scan, draft));
                    }
                }
                case "output" -> output(scan, m.value());
                case "encrypted_content" -> scan.tally.sealed(scan.json.span());
                case "result" -> scan.tally.media(MediaTokens.OPENAI, scan.json.span());
                default -> scan.prompt();
            }
        }
        if (commentary) {
            draft.unsay(text -> true);
        }
        draft.add(role(type, draft));
    }

    /** What a tool answered: prompt, with pictures and files of its own. */
    private static void output(RequestScan scan, JsonToken value) {
        switch (value) {
            case START_OBJECT -> silent(scan);
            case START_ARRAY -> {
                for (Elements e = scan.json.elements(); e.nextObject(); ) {
                    silent(scan);
                }
            }
            default -> scan.prompt();
        }
    }

    private static void silent(RequestScan scan) {
        OpenAiChatReader.Picture picture = new OpenAiChatReader.Picture();
        for (Members m = scan.json.members(); m.next(); ) {
            if (!picture.takes(scan, m.name()) && !m.name().equals("type")) {
                scan.prompt();
            }
        }
        picture.end(scan);
    }

    /** What is no message is either asked by the assistant or answered by a tool. */
    private static Role role(String type, RequestScan.Draft draft) {
        String role = draft.role();
        if (type.equals("message") && role != null) {
            return OpenAiChatReader.role(role);
        }
        if (type.endsWith("_output") || type.endsWith("_response")) {
            return Role.TOOL;
        }
        return type.endsWith("_call") ? Role.ASSISTANT : Role.OTHER;
    }
}
