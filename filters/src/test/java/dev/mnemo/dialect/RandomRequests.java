package dev.mnemo.dialect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Requests as no client would write them and any may: odd spacing, escapes, scripts, parts, tools, new members. */
public final class RandomRequests {

    private static final String[] WORDS = {
        "hello",
        "Grüße",
        "你好",
        "👩‍👩‍👧‍👦",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\udc4b",
        "\\ud83d",
        "\\n",
        "\\\"quoted\\\"",
        "<user_context>",
        "</user_context>",
        "{}",
        "\\\\"
    };

    private final Random random;

    public RandomRequests(long seed) {
        random = new Random(seed);
    }

    /** A valid chat request with one user message at the least. */
    public String next() {
        return next(Endpoints.CHAT);
    }

    /** The same in the dialect of {@code endpoint}. */
    public String next(Endpoint endpoint) {
        List<String> members = switch (endpoint.dialect()) {
            case OpenAiResponses responses -> responses();
            case AnthropicMessages anthropic -> anthropic();
            case GeminiContent gemini -> gemini();
            case OllamaChat ollama -> ollama();
            default -> chat();
        };
        return space() + object(members) + space();
    }

    private List<String> chat() {
        List<String> members = common();
        members.add(member("messages", messages()));
        if (random.nextBoolean()) {
            members.add(member("max_tokens", random.nextInt(5000)));
        }
        return members;
    }

    /** What every dialect may have. */
    private List<String> common() {
        List<String> members = new ArrayList<>();
        members.add(member("model", "\"gpt-5.5\""));
        for (int i = random.nextInt(6); i > 0; i--) {
            members.add(member("x_" + i, value(3)));
        }
        if (random.nextBoolean()) {
            members.add(member(
                    "tools",
                    "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":" + value(2) + "}" + marker()
                            + "}]"));
        }
        if (random.nextBoolean()) {
            members.add(member("temperature", "1.0e-1"));
        }
        return members;
    }

    private List<String> responses() {
        List<String> members = common();
        if (random.nextBoolean()) {
            members.add(member("instructions", random.nextInt(4) == 0 ? "null" : text()));
        }
        if (random.nextInt(3) == 0) {
            members.add(member("input", text()));
            return members;
        }
        List<String> items = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            items.add(message(random.nextBoolean() ? "system" : "developer", content("input_text", "input_file")));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            items.add(message("user", content("input_text", "input_image")));
            if (random.nextInt(3) == 0) {
                items.add("{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":" + text() + "}");
                items.add("{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{}\"}");
                items.add("{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":" + text() + "}");
                items.add(message("developer", text()));
            }
        }
        members.add(member("input", list(items)));
        return members;
    }

    private List<String> anthropic() {
        List<String> members = common();
        switch (random.nextInt(6)) {
            case 0 -> members.add(member("system", "null"));
            case 1 -> members.add(member("system", "\"\""));
            case 2 -> members.add(member("system", text()));
            case 3 -> {
                // None.
            }
            default -> members.add(member("system", list(some(0, 3, () -> textPart("text")))));
        }
        List<String> messages = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            messages.add(message("user", content("text", "image")));
            messages.add(message(
                    "assistant",
                    "[{\"type\":\"thinking\",\"thinking\":" + text() + ",\"signature\":\"c2ln\"},"
                            + "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":{\"system\":" + value(1)
                            + "}}]"));
            messages.add(message(
                    "user",
                    "[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":" + content("text", "image")
                            + marker() + "}]"));
        }
        messages.add(message("user", content("text", "image")));
        if (random.nextInt(3) == 0) {
            messages.add(message("assistant", "[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":{}}]"));
            messages.add(message(
                    "user",
                    "[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":" + text() + marker() + "}]"));
        }
        members.add(member("messages", list(messages)));
        if (random.nextInt(4) == 0) {
            members.add(member("cache_control", "{\"type\":\"ephemeral\"}"));
        }
        return members;
    }

    private List<String> gemini() {
        List<String> members = common();
        String name = random.nextBoolean() ? "systemInstruction" : "system_instruction";
        switch (random.nextInt(7)) {
            case 0 -> members.add(member(name, "null"));
            case 1 -> members.add(member(name, "{" + space() + "}"));
            case 2 -> members.add(member(name, object(List.of(member("parts", "{\"text\":" + text() + "}")))));
            case 3 -> members.add(member(name, object(List.of(member("parts", "null"), member("role", "\"user\"")))));
            case 4 -> {
                // None.
            }
            default -> members.add(member(name, object(List.of(member("parts", list(some(0, 3, this::geminiPart)))))));
        }
        members.add(
                member("contents", random.nextInt(4) == 0 ? geminiContent() : list(some(1, 4, this::geminiContent))));
        return members;
    }

    private String geminiContent() {
        List<String> members = new ArrayList<>();
        members.add(member("parts", random.nextInt(4) == 0 ? geminiPart() : list(some(0, 3, this::geminiPart))));
        if (random.nextBoolean()) {
            members.add(member("role", random.nextBoolean() ? "\"user\"" : "\"model\""));
        }
        return object(members);
    }

    private String geminiPart() {
        return switch (random.nextInt(5)) {
            case 0 -> "{\"functionCall\":{\"name\":\"f\",\"args\":{\"parts\":" + value(1) + "}}}";
            case 1 -> "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AAAA\"}}";
            default -> object(List.of(member("text", text())));
        };
    }

    private List<String> ollama() {
        List<String> members = common();
        List<String> messages = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            messages.add(random.nextInt(6) == 0 ? "{\"role\":\"system\"}" : message("system", text()));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            messages.add(message("user", text()));
            messages.add(message("assistant", "null"));
            messages.add("{\"role\":\"tool\",\"tool_name\":\"f\",\"content\":" + text() + "}");
        }
        messages.add(message("user", text()));
        if (random.nextInt(3) == 0) {
            messages.add(message("assistant", "\"\""));
            messages.add("{\"role\":\"tool\",\"tool_name\":\"f\",\"content\":" + text() + "}");
        }
        members.add(member("messages", list(messages)));
        return members;
    }

    private String messages() {
        List<String> messages = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            messages.add(message(random.nextBoolean() ? "system" : "developer", content("text", "text")));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            messages.add(message("user", content("text", "image_url")));
            toolLoop(messages);
            messages.add(message("assistant", text()));
        }
        messages.add(message("user", content("text", "image_url")));
        toolLoop(messages);
        return list(messages);
    }

    private void toolLoop(List<String> messages) {
        if (random.nextInt(3) == 0) {
            messages.add(
                    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}");
            messages.add("{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":" + text() + "}");
        }
    }

    private String message(String role, String content) {
        List<String> members = new ArrayList<>(List.of(member("role", "\"" + role + "\""), member("content", content)));
        if (random.nextInt(4) == 0) {
            members.add(member("name", "\"n\""));
        }
        return object(members);
    }

    private String content(String text, String other) {
        if (random.nextBoolean()) {
            return text();
        }
        return list(some(1, 3, () -> {
            boolean media = !other.equals(text) && random.nextInt(4) == 0;
            return media
                    ? "{\"type\":\"" + other
                            + "\",\"source\":{\"data\":\"AAAA\"},\"image_url\":{\"url\":\"data:AAAA\"}}"
                    : textPart(text);
        }));
    }

    private String textPart(String type) {
        String mark = type.equals("text") ? marker() : "";
        return "{\"type\":\"" + type + "\"," + space() + member("text", text()) + mark + "}";
    }

    /** Of a prompt cache; others than Anthropic know no such member, and pass it on. */
    private String marker() {
        return switch (random.nextInt(9)) {
            case 0 -> ",\"cache_control\":{\"type\":\"ephemeral\"}";
            case 1 -> ",\"cache_control\":{\"ttl\":\"1h\",\"type\":\"ephemeral\"}";
            default -> "";
        };
    }

    private List<String> some(int least, int most, Supplier<String> one) {
        return Stream.generate(one).limit(random.nextInt(least, most + 1)).toList();
    }

    private String object(List<String> members) {
        List<String> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, random);
        return "{" + space() + String.join(space() + "," + space(), shuffled) + space() + "}";
    }

    private String list(List<String> elements) {
        return "[" + space() + String.join(space() + "," + space(), elements) + space() + "]";
    }

    private String member(String name, Object value) {
        return "\"" + name + "\"" + colon() + value;
    }

    private String text() {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.append('"').toString();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> text();
            case 1 -> String.valueOf(random.nextLong());
            case 2 -> "null";
            case 3 -> "-0.10e+2";
            case 4 -> "[" + value(depth - 1) + "," + value(depth - 1) + "]";
            default -> "{\"role\":\"user\",\"messages\":" + value(depth - 1) + "}";
        };
    }

    private String colon() {
        return space() + ":" + space();
    }

    private String space() {
        return switch (random.nextInt(5)) {
            case 0 -> " ";
            case 1 -> "\n  ";
            case 2 -> "\t";
            default -> "";
        };
    }
}
