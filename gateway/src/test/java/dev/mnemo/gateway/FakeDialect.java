package dev.mnemo.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How the fake LLM reads a call and words its answer in one wire format. */
interface FakeDialect {

    JsonMapper JSON = new JsonMapper();

    Set<String> SYSTEM = Set.of("system", "developer");

    /** All that the call has of a system prompt, in order. */
    List<String> told(JsonNode call);

    /** All that its user said, in order. */
    List<String> said(JsonNode call);

    boolean streams(JsonNode call);

    String whole(FakeAnswer answer);

    /** The same in pieces, as they go over the wire. */
    List<String> pieces(FakeAnswer answer);

    /** The answer to a call that only counts. */
    String counted(long tokens);

    default String streamType() {
        return "text/event-stream";
    }

    /** What the messages of these roles say. */
    static List<String> texts(JsonNode messages, Set<String> roles) {
        List<String> texts = new ArrayList<>();
        for (JsonNode message : messages) {
            String text = text(message.path("content"));
            if (roles.contains(message.path("role").asString("")) && !text.isEmpty()) {
                texts.add(text);
            }
        }
        return texts;
    }

    /** A text, or the texts of its parts. */
    static String text(JsonNode content) {
        if (content.isString()) {
            return content.asString();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode part : content) {
            String text = part.path("text").asString("");
            if (!text.isEmpty()) {
                texts.add(text);
            }
        }
        return String.join("\n", texts);
    }

    /** As a JSON string, quotes included. */
    static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    static String data(String json) {
        return "data: " + json + "\n\n";
    }

    static String event(String type, String json) {
        return "event: " + type + "\n" + data(json);
    }
}
