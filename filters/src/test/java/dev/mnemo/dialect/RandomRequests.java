package dev.mnemo.dialect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Chat requests as no client would write them and any may: odd spacing, escapes, scripts, parts, tools, new members. */
public final class RandomRequests {

    private static final String[] WORDS = {
        "hello",
        "Grüße",
        "你好",
        "👩‍👩‍👧‍👦",
        "\\u00e9",
        "\\ud83d\\ude00",
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

    /** A valid request with one user message at the least. */
    public String next() {
        List<String> members = new ArrayList<>();
        members.add("\"model\"" + colon() + "\"gpt-5.5\"");
        members.add("\"messages\"" + colon() + messages());
        for (int i = random.nextInt(6); i > 0; i--) {
            members.add("\"x_" + i + "\"" + colon() + value(3));
        }
        if (random.nextBoolean()) {
            members.add("\"max_tokens\"" + colon() + random.nextInt(5000));
        }
        if (random.nextBoolean()) {
            members.add("\"tools\"" + colon() + "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":"
                    + value(2) + "}}]");
        }
        if (random.nextBoolean()) {
            members.add("\"temperature\"" + colon() + "1.0e-1");
        }
        Collections.shuffle(members, random);
        return space() + "{" + space() + String.join(space() + "," + space(), members) + space() + "}" + space();
    }

    private String messages() {
        List<String> messages = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            messages.add(message(random.nextBoolean() ? "system" : "developer", content("text")));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            messages.add(message("user", content("image_url")));
            if (random.nextInt(3) == 0) {
                messages.add(
                        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}");
                messages.add("{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":" + text() + "}");
            }
            messages.add(message("assistant", text()));
        }
        messages.add(message("user", content("image_url")));
        return "[" + space() + String.join(space() + "," + space(), messages) + space() + "]";
    }

    private String message(String role, String content) {
        List<String> members =
                new ArrayList<>(List.of("\"role\"" + colon() + "\"" + role + "\"", "\"content\"" + colon() + content));
        if (random.nextInt(4) == 0) {
            members.add("\"name\"" + colon() + "\"n\"");
        }
        Collections.shuffle(members, random);
        return "{" + space() + String.join("," + space(), members) + "}";
    }

    private String content(String other) {
        if (random.nextBoolean()) {
            return text();
        }
        List<String> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            boolean picture = other.equals("image_url") && random.nextInt(4) == 0;
            parts.add(
                    picture
                            ? "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}"
                            : "{\"type\":\"text\"," + space() + "\"text\"" + colon() + text() + "}");
        }
        return "[" + space() + String.join("," + space(), parts) + space() + "]";
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
