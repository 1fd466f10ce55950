package dev.mnemo.gateway;

import static dev.mnemo.gateway.FakeDialect.event;
import static dev.mnemo.gateway.FakeDialect.quoted;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

final class FakeAnthropic implements FakeDialect {

    @Override
    public List<String> told(JsonNode call) {
        List<String> told = new ArrayList<>();
        if (call.has("system")) {
            told.add(FakeDialect.text(call.get("system")));
        }
        told.addAll(FakeDialect.texts(call.path("messages"), SYSTEM));
        return told;
    }

    @Override
    public List<String> said(JsonNode call) {
        return FakeDialect.texts(call.path("messages"), Set.of("user"));
    }

    @Override
    public boolean streams(JsonNode call) {
        return call.path("stream").asBoolean(false);
    }

    @Override
    public String whole(FakeAnswer answer) {
        return message(
                answer, "{\"type\":\"text\",\"text\":" + quoted(answer.text()) + "}", "\"end_turn\"", answer.output());
    }

    @Override
    public List<String> pieces(FakeAnswer answer) {
        List<String> pieces = new ArrayList<>();
        add(pieces, "message_start", ",\"message\":" + message(answer, "", "null", 1));
        add(pieces, "content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
        add(pieces, "ping", "");
        for (String word : answer.words()) {
            add(
                    pieces,
                    "content_block_delta",
                    ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":" + quoted(word) + "}");
        }
        add(pieces, "content_block_stop", ",\"index\":0");
        add(
                pieces,
                "message_delta",
                ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":"
                        + answer.output() + "}");
        add(pieces, "message_stop", "");
        return pieces;
    }

    @Override
    public String counted(long tokens) {
        return "{\"input_tokens\":" + tokens + "}";
    }

    private static void add(List<String> pieces, String type, String members) {
        pieces.add(event(type, "{\"type\":\"" + type + "\"" + members + "}"));
    }

    private static String message(FakeAnswer answer, String content, String stop, long output) {
        return """
                {"id":"msg_fake","type":"message","role":"assistant","model":%s,"content":[%s],"stop_reason":%s,"stop_sequence":null,"usage":{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%d}}""".formatted(quoted(answer.model()), content, stop, answer.input(), output);
    }
}
