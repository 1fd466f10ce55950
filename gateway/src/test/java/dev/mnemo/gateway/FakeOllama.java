package dev.mnemo.gateway;

import static dev.mnemo.gateway.FakeDialect.quoted;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

final class FakeOllama implements FakeDialect {

    @Override
    public List<String> told(JsonNode call) {
        return FakeDialect.texts(call.path("messages"), SYSTEM);
    }

    @Override
    public List<String> said(JsonNode call) {
        return FakeDialect.texts(call.path("messages"), Set.of("user"));
    }

    @Override
    public boolean streams(JsonNode call) {
        return call.path("stream").asBoolean(true);
    }

    @Override
    public String streamType() {
        return "application/x-ndjson";
    }

    @Override
    public String whole(FakeAnswer answer) {
        return line(answer, answer.text(), end(answer));
    }

    @Override
    public List<String> pieces(FakeAnswer answer) {
        List<String> pieces = new ArrayList<>();
        for (String word : answer.words()) {
            pieces.add(line(answer, word, "\"done\":false") + "\n");
        }
        pieces.add(line(answer, "", end(answer)) + "\n");
        return pieces;
    }

    /** The format has no such call. */
    @Override
    public String counted(long tokens) {
        throw new UnsupportedOperationException();
    }

    private static String line(FakeAnswer answer, String text, String end) {
        return """
                {"model":%s,"created_at":"2026-11-24T10:00:00Z","message":{"role":"assistant","content":%s},%s}""".formatted(quoted(answer.model()), quoted(text), end);
    }

    private static String end(FakeAnswer answer) {
        return """
                "done":true,"done_reason":"stop","total_duration":1,"load_duration":1,"prompt_eval_count":%d,"prompt_eval_duration":1,"eval_count":%d,"eval_duration":1""".formatted(answer.input(), answer.output());
    }
}
