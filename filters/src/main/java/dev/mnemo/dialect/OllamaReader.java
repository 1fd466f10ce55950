package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.CacheMarkers;
import dev.mnemo.dialect.ChatRequest.Kept;
import dev.mnemo.dialect.ChatRequest.Place;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.Members;
import tools.jackson.core.JsonToken;

/** Reads one request of Ollama's chat format in one pass. */
final class OllamaReader {

    private String model = "";
    private boolean stream = true;
    private long window = -1;
    private long predict = -1;

    ChatRequest read(Endpoint endpoint, byte[] body) {
        RequestScan scan = RequestScan.of(body, "messages", this::member);
        if (model.isBlank()) {
            throw new MalformedRequest("model: missing (expected: the name of a model)");
        }
        return new ChatRequest(
                endpoint,
                body,
                model,
                stream,
                scan.tally.size(predict, 1, window),
                scan.carriers,
                scan.messages,
                Place.NONE,
                // Without messages the call only loads a model.
                scan.messages.isEmpty() ? Kept.CLOSED : Kept.OPEN,
                CacheMarkers.NONE);
    }

    private void member(RequestScan scan, String name, JsonToken value) {
        switch (name) {
            case "model" -> model = scan.string(name, value);
            case "messages" -> {
                if (value != JsonToken.VALUE_NULL) {
                    scan.messages(name, value, () -> message(scan));
                }
            }
            case "stream" -> {
                scan.once(name);
                stream = value != JsonToken.VALUE_FALSE;
            }
            case "tools", "format" -> scan.prompt();
            case "options" -> {
                scan.once(name);
                for (Members inner = scan.json.members(); inner.next(); ) {
                    option(scan, inner.name());
                }
            }
            default -> scan.carrier(name, value);
        }
    }

    /** A negative number of tokens to predict means: as many as there is room. */
    private void option(RequestScan scan, String name) {
        Long number = scan.json.integer();
        long tokens = number == null || number <= 0 ? -1 : Math.min(number, Integer.MAX_VALUE);
        switch (name) {
            case "num_ctx" -> window = tokens;
            case "num_predict" -> predict = tokens;
            default -> {
                // Sampling.
            }
        }
    }

    private static void message(RequestScan scan) {
        RequestScan.Draft draft = scan.draft();
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "role" -> draft.role(m.value());
                case "content" -> {
                    if (m.isArray()) {
                        throw new MalformedRequest(scan.at(".content") + ": of another type (expected: a string)");
                    }
                    draft.content(m.name(), m.value(), () -> {});
                }
                case "images" -> {
                    for (Elements e = scan.json.elements(); e.next(); ) {
                        scan.tally.media(MediaTokens.OLLAMA, scan.json.span());
                    }
                }
                case "tool_calls" -> {
                    draft.more();
                    scan.prompt();
                }
                default -> scan.prompt();
            }
        }
        draft.add(OpenAiChatReader.role(draft.requireRole("system, user, assistant or tool")));
    }
}
