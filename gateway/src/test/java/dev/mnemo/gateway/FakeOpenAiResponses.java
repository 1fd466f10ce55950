package dev.mnemo.gateway;

import static dev.mnemo.gateway.FakeDialect.quoted;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

final class FakeOpenAiResponses implements FakeDialect {

    @Override
    public List<String> told(JsonNode call) {
        List<String> told = new ArrayList<>();
        if (call.path("instructions").isString()) {
            told.add(call.get("instructions").asString());
        }
        told.addAll(FakeDialect.texts(call.path("input"), SYSTEM));
        return told;
    }

    @Override
    public List<String> said(JsonNode call) {
        JsonNode input = call.path("input");
        return input.isString() ? List.of(input.asString()) : FakeDialect.texts(input, Set.of("user"));
    }

    @Override
    public boolean streams(JsonNode call) {
        return call.path("stream").asBoolean(false);
    }

    @Override
    public String whole(FakeAnswer answer) {
        return response(answer, "completed", message("completed", part(answer.text())));
    }

    @Override
    public List<String> pieces(FakeAnswer answer) {
        String begun = response(answer, "in_progress", "");
        String item = "\"output_index\":0,\"item\":";
        String place = "\"item_id\":\"msg_fake\",\"output_index\":0,\"content_index\":0,";
        List<String> pieces = new ArrayList<>();
        add(pieces, "response.created", "\"response\":" + begun);
        add(pieces, "response.in_progress", "\"response\":" + begun);
        add(pieces, "response.output_item.added", item + message("in_progress", ""));
        add(pieces, "response.content_part.added", place + "\"part\":" + part(""));
        for (String word : answer.words()) {
            add(pieces, "response.output_text.delta", place + "\"logprobs\":[],\"delta\":" + quoted(word));
        }
        add(pieces, "response.output_text.done", place + "\"logprobs\":[],\"text\":" + quoted(answer.text()));
        add(pieces, "response.content_part.done", place + "\"part\":" + part(answer.text()));
        add(pieces, "response.output_item.done", item + message("completed", part(answer.text())));
        add(pieces, "response.completed", "\"response\":" + whole(answer));
        return pieces;
    }

    @Override
    public String counted(long tokens) {
        return "{\"object\":\"response.input_tokens\",\"input_tokens\":" + tokens + "}";
    }

    private static void add(List<String> pieces, String type, String members) {
        pieces.add(FakeDialect.event(
                type, "{\"type\":\"%s\",\"sequence_number\":%d,%s}".formatted(type, pieces.size(), members)));
    }

    private static String response(FakeAnswer answer, String status, String output) {
        String usage = output.isEmpty()
                ? "null"
                : """
                {"input_tokens":%d,"input_tokens_details":{"cached_tokens":0},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":%d}""".formatted(answer.input(), answer.output(), answer.input() + answer.output());
        return """
                {"id":"resp_fake","object":"response","created_at":1790000000,"status":"%s","error":null,"incomplete_details":null,"instructions":null,"metadata":{},"model":%s,"output":[%s],"parallel_tool_calls":true,"temperature":1.0,"tool_choice":"auto","tools":[],"top_p":1.0,"usage":%s}""".formatted(status, quoted(answer.model()), output, usage);
    }

    private static String message(String status, String content) {
        return """
                {"type":"message","id":"msg_fake","role":"assistant","status":"%s","content":[%s]}""".formatted(status, content);
    }

    private static String part(String text) {
        return "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":" + quoted(text) + "}";
    }
}
