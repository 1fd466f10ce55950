package dev.mnemo.dialect;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.json.JsonReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * What one answer, or all chunks of one, have said so far. A chunk and a whole answer have the same shape, but for the name
 * of a choice's content: {@code delta} or {@code message}.
 */
final class OpenAiChatChunk {

    /** Text that is kept, in characters: enough to remember an exchange by. */
    static final int KEPT = 64 * 1024;

    private final StringBuilder text = new StringBuilder();
    private boolean textCut;
    private @Nullable String finishReason;
    private @Nullable Usage usage;
    private boolean failed;
    private boolean toolCalls;
    private long answerBytes;

    Answer answer(boolean complete) {
        return new Answer(text.toString(), textCut, finishReason, usage, complete, failed, toolCalls, answerBytes);
    }

    boolean finished() {
        return finishReason != null;
    }

    /** Reads one JSON object. */
    void read(byte[] bytes, int length) {
        try (JsonReader json = JsonReader.trusted(bytes, 0, length)) {
            if (json.next() != JsonToken.START_OBJECT) {
                return;
            }
            while (json.next() == JsonToken.PROPERTY_NAME) {
                String name = json.name();
                JsonToken value = json.next();
                switch (name) {
                    case "choices" -> each(json, value, this::choice);
                    case "usage" -> usage(json, value);
                    case "error" -> {
                        failed = failed || value != JsonToken.VALUE_NULL;
                        json.skip();
                    }
                    default -> json.skip();
                }
            }
        }
    }

    private interface Reader {
        void read(JsonReader json);
    }

    private static void each(JsonReader json, @Nullable JsonToken value, Reader element) {
        if (value != JsonToken.START_ARRAY) {
            json.skip();
            return;
        }
        for (JsonToken token = json.next(); token != null && token != JsonToken.END_ARRAY; token = json.next()) {
            if (token == JsonToken.START_OBJECT) {
                element.read(json);
            } else {
                json.skip();
            }
        }
    }

    private void choice(JsonReader json) {
        long index = 0;
        String finish = null;
        int begin = text.length();
        while (json.next() == JsonToken.PROPERTY_NAME) {
            String name = json.name();
            JsonToken value = json.next();
            switch (name) {
                case "index" -> {
                    Long number = json.integer();
                    index = number == null ? 0 : number;
                }
                case "finish_reason" -> finish = value == JsonToken.VALUE_STRING ? json.text() : null;
                case "delta", "message" -> content(json, value);
                default -> json.skip();
            }
        }
        if (index != 0) {
            // Another choice of the same call: it was paid for, but it is not the one that is remembered.
            text.setLength(begin);
        } else if (finish != null) {
            finishReason = finish;
        }
    }

    private void content(JsonReader json, @Nullable JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            json.skip();
            return;
        }
        while (json.next() == JsonToken.PROPERTY_NAME) {
            String name = json.name();
            JsonToken member = json.next();
            switch (name) {
                case "content" -> {
                    if (member == JsonToken.VALUE_STRING) {
                        append(json.text());
                    } else {
                        json.skip();
                    }
                }
                case "refusal" -> {
                    answerBytes += member == JsonToken.VALUE_STRING ? bytes(json.text()) : 0;
                    json.skip();
                }
                case "tool_calls", "function_call" -> {
                    if (member != JsonToken.VALUE_NULL) {
                        var span = json.span();
                        toolCalls = toolCalls || span.end() - span.start() > 2;
                        answerBytes += span.end() - span.start();
                    }
                }
                default -> json.skip();
            }
        }
    }

    private void append(String piece) {
        answerBytes += bytes(piece);
        int room = KEPT - text.length();
        if (piece.length() <= room) {
            text.append(piece);
        } else {
            text.append(piece, 0, Math.max(0, room));
            textCut = true;
        }
    }

    private void usage(JsonReader json, @Nullable JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            json.skip();
            return;
        }
        long[] counts = new long[4];
        usage(json, counts);
        if (counts[0] + counts[2] > 0) {
            usage = new Usage(counts[0], counts[1], counts[2], counts[3]);
        }
    }

    private static void usage(JsonReader json, long[] counts) {
        while (json.next() == JsonToken.PROPERTY_NAME) {
            String name = json.name();
            JsonToken value = json.next();
            if (value == JsonToken.START_OBJECT) {
                usage(json, counts);
                continue;
            }
            int slot = switch (name) {
                case "prompt_tokens" -> 0;
                case "cached_tokens" -> 1;
                case "completion_tokens" -> 2;
                case "reasoning_tokens" -> 3;
                default -> -1;
            };
            Long number = slot < 0 ? null : json.integer();
            if (number == null) {
                json.skip();
            } else {
                counts[slot] = Math.clamp(number, 0, 1L << 40);
            }
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
