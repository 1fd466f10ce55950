package dev.mnemo.gateway;

import static dev.mnemo.gateway.FakeDialect.data;
import static dev.mnemo.gateway.FakeDialect.quoted;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

final class FakeOpenAiChat implements FakeDialect {

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
        return call.path("stream").asBoolean(false);
    }

    @Override
    public String whole(FakeAnswer answer) {
        return object(
                answer,
                "chat.completion",
                "\"message\":{\"role\":\"assistant\",\"content\":" + quoted(answer.text())
                        + ",\"refusal\":null},\"finish_reason\":\"stop\"",
                usage(answer));
    }

    @Override
    public List<String> pieces(FakeAnswer answer) {
        List<String> pieces = new ArrayList<>();
        for (String word : answer.words()) {
            String role = pieces.isEmpty() ? "\"role\":\"assistant\"," : "";
            pieces.add(
                    chunk(answer, "\"delta\":{" + role + "\"content\":" + quoted(word) + "},\"finish_reason\":null"));
        }
        pieces.add(chunk(answer, "\"delta\":{},\"finish_reason\":\"stop\""));
        if (answer.call().at("/stream_options/include_usage").asBoolean(false)) {
            pieces.add(data(object(answer, "chat.completion.chunk", null, usage(answer))));
        }
        pieces.add(data("[DONE]"));
        return pieces;
    }

    /** The format has no such call. */
    @Override
    public String counted(long tokens) {
        throw new UnsupportedOperationException();
    }

    private static String chunk(FakeAnswer answer, String choice) {
        return data(object(answer, "chat.completion.chunk", choice, ""));
    }

    private static String object(FakeAnswer answer, String type, String choice, String usage) {
        String choices = choice == null ? "" : "{\"index\":0," + choice + "}";
        return """
                {"id":"chatcmpl-fake","object":"%s","created":1790000000,"model":%s,"choices":[%s]%s}""".formatted(type, quoted(answer.model()), choices, usage);
    }

    private static String usage(FakeAnswer answer) {
        return ",\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}"
                .formatted(answer.input(), answer.output(), answer.input() + answer.output());
    }
}
