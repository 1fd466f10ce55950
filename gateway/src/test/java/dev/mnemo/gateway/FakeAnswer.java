package dev.mnemo.gateway;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What the fake LLM answers, before it has a wire format.
 *
 * @param input tokens of the prompt, by rule of thumb
 */
record FakeAnswer(JsonNode call, String model, String text, long input) {

    private static final int PIECES = 200;

    static FakeAnswer to(FakeDialect dialect, JsonNode call, String model) {
        List<String> told = dialect.told(call);
        List<String> said = dialect.said(call);
        String system = told.isEmpty()
                ? "I was given no system prompt."
                : "My system prompt is:\n" + String.join("\n", told) + "\n";
        String text = system + "\nYou said: " + (said.isEmpty() ? "" : said.getLast());
        return new FakeAnswer(call, model, text, Math.max(1, call.toString().length() / 4));
    }

    /** Words, or what a long answer has in their place, that add up to it. */
    List<String> words() {
        String[] words = text.split("(?<=\\s)(?=\\S)");
        int each = words.length / PIECES + 1;
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < words.length; i += each) {
            pieces.add(String.join("", List.of(words).subList(i, Math.min(words.length, i + each))));
        }
        return pieces;
    }

    long output() {
        return words().size();
    }
}
