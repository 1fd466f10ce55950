package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.CacheMarkers;
import dev.mnemo.dialect.ChatRequest.Kept;
import dev.mnemo.dialect.ChatRequest.Place;
import dev.mnemo.dialect.ChatRequest.Role;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Reads one request of OpenAI's chat format in one pass. */
final class OpenAiChatReader {

    private String model = "";
    private boolean stream;
    private long maxTokens = -1;
    private long maxCompletionTokens = -1;
    private int choices = 1;

    ChatRequest read(Endpoint endpoint, byte[] body) {
        RequestScan scan = RequestScan.of(body, "messages", this::member);
        // The deployment in an Azure path is what runs, whatever the body says.
        String named = endpoint.model().isEmpty() ? model : endpoint.model();
        if (named.isBlank()) {
            throw new MalformedRequest("model: missing (expected: the name of a model)");
        }
        scan.requireMessages();
        // An upstream may know only one of them.
        long max = Math.max(maxCompletionTokens, maxTokens);
        long all = max < 0 ? -1 : Math.min(max, Integer.MAX_VALUE) * choices;
        return new ChatRequest(
                endpoint,
                body,
                named,
                stream,
                scan.tally.size(all, choices, -1),
                scan.carriers,
                scan.messages,
                Place.NONE,
                Kept.OPEN,
                CacheMarkers.NONE);
    }

    private void member(RequestScan scan, String name, JsonToken value) {
        switch (name) {
            case "model" -> model = scan.string(name, value);
            case "messages" -> scan.messages(name, value, () -> message(scan));
            case "stream" -> stream = scan.flag(name, value);
            case "max_tokens" -> maxTokens = scan.count(name, value);
            case "max_completion_tokens" -> maxCompletionTokens = scan.count(name, value);
            case "n" -> choices = Math.clamp(scan.count(name, value), 1, 128);
            case "tools", "functions", "response_format" -> scan.prompt();
            case "metadata" -> scan.carriers(name, value);
            default -> scan.carrier(name, value);
        }
    }

    private static void message(RequestScan scan) {
        RequestScan.Draft draft = scan.draft();
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "role" -> draft.role(m.value());
                case "content" -> draft.content(m.name(), m.value(), () -> part(scan, draft));
                case "tool_calls", "function_call" -> {
                    draft.more();
                    scan.prompt();
                }
                default -> scan.prompt();
            }
        }
        draft.add(role(draft.requireRole("system, developer, user, assistant or tool")));
    }

    /** A part of a message in either of OpenAI's formats. */
    static void part(RequestScan scan, RequestScan.Draft draft) {
        Picture picture = new Picture();
        for (Members m = scan.json.members(); m.next(); ) {
            if (m.name().equals("text") && m.value() == JsonToken.VALUE_STRING) {
                draft.said();
            } else if (!picture.takes(scan, m.name()) && !m.name().equals("type")) {
                scan.prompt();
            }
        }
        picture.end(scan);
    }

    /** The image, audio or file of a part, whose detail is said inside or beside it. */
    static final class Picture {

        private @Nullable Span value;
        private boolean low;

        /** Takes the current member's value, if it is about one. */
        boolean takes(RequestScan scan, String name) {
            switch (name) {
                case "image_url", "input_audio", "file", "file_data", "file_id", "file_url" -> value = value(scan);
                case "detail" -> low = "low".equals(scan.json.string());
                default -> {
                    return false;
                }
            }
            return true;
        }

        private Span value(RequestScan scan) {
            Span whole = new Span(scan.json.start(), scan.json.start());
            boolean object = false;
            for (Members m = scan.json.members(); m.next(); ) {
                object = true;
                if (m.name().equals("detail")) {
                    low = "low".equals(scan.json.string());
                } else {
                    Span inside = scan.json.span();
                    whole = inside.end() - inside.start() > whole.end() - whole.start() ? inside : whole;
                }
            }
            return object ? whole : scan.json.span();
        }

        /** The part has ended. */
        void end(RequestScan scan) {
            if (value != null) {
                scan.tally.media(MediaTokens.OPENAI, value, low);
            }
        }
    }

    static Role role(String name) {
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
