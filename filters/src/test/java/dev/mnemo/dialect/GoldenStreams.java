package dev.mnemo.dialect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Answers as providers send them, streamed and whole; shapes by their documentation and their SDKs' types, the words are ours.
 * One directory a dialect; a file's ending tells its content type.
 */
public final class GoldenStreams {

    /** Those of OpenAI's chat format that come to their own end. */
    public static final List<String> WHOLE = List.of(
            "plain",
            "cached-reasoning",
            "unicode",
            "tools",
            "azure",
            "vllm-reasoning",
            "crlf-and-comments",
            "two-choices",
            "length");

    private GoldenStreams() {}

    /** One answer. */
    public record Stream(String dialect, String file) {

        public String contentType() {
            return switch (file.substring(file.lastIndexOf('.'))) {
                case ".sse" -> "text/event-stream; charset=utf-8";
                case ".ndjson" -> "application/x-ndjson";
                default -> "application/json; charset=UTF-8";
            };
        }

        public byte[] bytes() {
            return GoldenStreams.read(dialect, file);
        }

        @Override
        public String toString() {
            return dialect + "/" + file;
        }
    }

    /** The streams of a dialect that come to their own end. */
    public static List<Stream> whole(String dialect) {
        List<String> files = switch (dialect) {
            case "openai-chat" -> WHOLE.stream().map(name -> name + ".sse").toList();
            case "openai-responses" ->
                List.of(
                        "plain.sse",
                        "function-call.sse",
                        "unicode.sse",
                        "cached-reasoning.sse",
                        "commentary.sse",
                        "empty-output.sse",
                        "incomplete.sse",
                        "unknown-events.sse",
                        "crlf-and-comments.sse",
                        "type-last.sse");
            case "anthropic-messages" ->
                List.of(
                        "plain.sse",
                        "tools.sse",
                        "unicode.sse",
                        "thinking.sse",
                        "cumulative-usage.sse",
                        "pause-turn.sse",
                        "unknown-events.sse",
                        "crlf-and-comments.sse");
            case "gemini" ->
                List.of(
                        "plain.sse",
                        "thoughts.sse",
                        "function-call.sse",
                        "unicode.sse",
                        "prompt-block.sse",
                        "two-candidates.sse",
                        "crlf-and-comments.sse",
                        "array.json");
            case "ollama-chat" ->
                List.of(
                        "plain.ndjson",
                        "thinking.ndjson",
                        "tools.ndjson",
                        "unicode.ndjson",
                        "length.ndjson",
                        "crlf.ndjson",
                        "without-last-line-feed.ndjson");
            default -> throw new IllegalArgumentException(dialect);
        };
        return files.stream().map(file -> new Stream(dialect, file)).toList();
    }

    /** A stream of OpenAI's chat format, by its name alone. */
    public static byte[] read(String name) {
        return read("openai-chat", name + ".sse");
    }

    public static byte[] read(String dialect, String file) {
        String name = "/golden/" + dialect + "/" + file;
        try (InputStream in = GoldenStreams.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
