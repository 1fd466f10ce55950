package dev.mnemo.gateway;

import static dev.mnemo.gateway.FakeDialect.data;
import static dev.mnemo.gateway.FakeDialect.quoted;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Streams as {@code alt=sse} has it, the only way that Google's SDKs ask for. */
final class FakeGemini implements FakeDialect {

    @Override
    public List<String> told(JsonNode call) {
        String told = FakeDialect.text(call.at("/systemInstruction/parts"));
        return told.isEmpty() ? List.of() : List.of(told);
    }

    @Override
    public List<String> said(JsonNode call) {
        List<String> said = new ArrayList<>();
        for (JsonNode content : call.path("contents")) {
            String text = FakeDialect.text(content.path("parts"));
            if (content.path("role").asString("user").equals("user") && !text.isEmpty()) {
                said.add(text);
            }
        }
        return said;
    }

    /** Its path says so. */
    @Override
    public boolean streams(JsonNode call) {
        return false;
    }

    @Override
    public String whole(FakeAnswer answer) {
        return piece(answer, answer.text(), ",\"finishReason\":\"STOP\"", answer.output());
    }

    @Override
    public List<String> pieces(FakeAnswer answer) {
        List<String> words = answer.words();
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String end = i == words.size() - 1 ? ",\"finishReason\":\"STOP\"" : "";
            pieces.add(data(piece(answer, words.get(i), end, i + 1)));
        }
        return pieces;
    }

    @Override
    public String counted(long tokens) {
        return "{\"totalTokens\":" + tokens + "}";
    }

    private static String piece(FakeAnswer answer, String text, String end, long output) {
        return """
                {"candidates":[{"content":{"parts":[{"text":%s}],"role":"model"},"index":0%s}],"usageMetadata":{"promptTokenCount":%d,"candidatesTokenCount":%d,"totalTokenCount":%d},"modelVersion":%s,"responseId":"fake"}""".formatted(
                        quoted(text), end, answer.input(), output, answer.input() + output, quoted(answer.model()));
    }
}
