package dev.mnemo.dialect;

import java.util.stream.Stream;

/** What the golden answers of Anthropic, Google and Ollama say. */
final class GoldenOthers {

    private static final Dialect ANTHROPIC = Endpoints.ANTHROPIC.dialect();
    private static final Dialect GEMINI = Endpoints.GEMINI.dialect();
    private static final Dialect OLLAMA = Endpoints.OLLAMA.dialect();

    private GoldenOthers() {}

    /** Usage counts the whole so far: a later event overrules an earlier one. */
    static Stream<Golden> anthropic() {
        return Stream.of(
                Golden.of(ANTHROPIC, "plain.sse", "Hello, world", "end_turn").used(25, 15),
                Golden.of(ANTHROPIC, "tools.sse", "Let me look.", "tool_use")
                        .used(80, 40)
                        .step(),
                Golden.of(ANTHROPIC, "unicode.sse", "Grüße 你好 👩‍👩‍👧‍👦 \"é\"\n", "end_turn")
                        .used(25, 9),
                Golden.of(ANTHROPIC, "thinking.sse", "42", "end_turn").used(51_250, 50_000, 1_200, 393, 380),
                Golden.of(ANTHROPIC, "cumulative-usage.sse", "Found it.", "end_turn")
                        .used(3_200, 2_000, 300, 60, 0),
                Golden.of(ANTHROPIC, "pause-turn.sse", "Searching on", "pause_turn")
                        .used(25, 5)
                        .step(),
                Golden.of(ANTHROPIC, "max-tokens.sse", "cut off", "max_tokens").used(25, 2),
                Golden.of(ANTHROPIC, "refusal.sse", "", "refusal").used(25, 3),
                Golden.of(ANTHROPIC, "two-texts.sse", "one two", "stop_sequence")
                        .used(25, 3),
                Golden.of(ANTHROPIC, "unknown-events.sse", "Hello", "end_turn").used(25, 4),
                Golden.of(ANTHROPIC, "without-usage.sse", "Hello", "end_turn"),
                Golden.of(ANTHROPIC, "crlf-and-comments.sse", "Hello", "end_turn")
                        .used(25, 4),
                Golden.of(ANTHROPIC, "type-last.sse", "Hello", "end_turn").used(11, 4),
                Golden.failed(ANTHROPIC, "error-in-stream.sse", "Hel").used(25, 1),
                Golden.cut(ANTHROPIC, "cut-in-mid-event.sse", "Hel").used(25, 1),
                Golden.cut(ANTHROPIC, "without-stop.sse", "Hel").used(25, 1),
                Golden.of(ANTHROPIC, "whole.json", "Hello, world", "end_turn").used(51_250, 50_000, 1_200, 393, 0),
                Golden.of(ANTHROPIC, "whole-tools.json", "", "tool_use")
                        .used(80, 20)
                        .step(),
                Golden.failed(ANTHROPIC, "error.json", ""));
    }

    /** Each piece counts the whole so far; thoughts are told apart from candidates. */
    static Stream<Golden> gemini() {
        return Stream.of(
                Golden.of(GEMINI, "plain.sse", "Hello, world", "STOP").used(9, 4),
                Golden.of(GEMINI, "thoughts.sse", "42", "STOP").used(51_200, 50_176, 0, 300, 120),
                Golden.of(GEMINI, "function-call.sse", "", "STOP").used(80, 20).step(),
                Golden.of(GEMINI, "unicode.sse", "Grüße 你好 👩‍👩‍👧‍👦 \"é\"\n", "STOP"),
                Golden.of(GEMINI, "prompt-block.sse", "", "PROHIBITED_CONTENT").used(12, 0),
                Golden.of(GEMINI, "tool-use.sse", "4", "STOP").used(50, 6),
                Golden.of(GEMINI, "max-tokens.sse", "cut off", "MAX_TOKENS").used(5, 2),
                Golden.of(GEMINI, "two-candidates.sse", "first", "STOP"),
                Golden.of(GEMINI, "empty-pieces.sse", "Hello", "STOP").used(7, 1),
                Golden.of(GEMINI, "unknown-members.sse", "Hello", "STOP"),
                Golden.of(GEMINI, "crlf-and-comments.sse", "Hello", "STOP"),
                Golden.failed(GEMINI, "error-in-stream.sse", "Hel").used(9, 1),
                Golden.cut(GEMINI, "cut-in-mid-event.sse", "Hel").used(9, 1),
                Golden.cut(GEMINI, "without-finish.sse", "Hel").used(9, 1),
                Golden.of(GEMINI, "array.json", "Hello world", "STOP").used(9, 0, 0, 7, 3),
                Golden.cut(GEMINI, "array-cut.json", "Hello").used(9, 0, 0, 4, 3),
                Golden.failed(GEMINI, "array-error.json", "Hel"),
                Golden.of(GEMINI, "whole.json", "Hello, world", "STOP").used(51_200, 50_176, 0, 300, 120),
                Golden.of(GEMINI, "whole-function-call.json", "", "STOP")
                        .used(80, 20)
                        .step(),
                Golden.failed(GEMINI, "error.json", ""));
    }

    /** What is not counted is unknown. */
    static Stream<Golden> ollama() {
        return Stream.of(
                Golden.of(OLLAMA, "plain.ndjson", "Hello, world", "stop").used(26, 4),
                Golden.of(OLLAMA, "thinking.ndjson", "42", "stop").used(26, 120),
                Golden.of(OLLAMA, "tools.ndjson", "", "stop").used(80, 20).step(),
                Golden.of(OLLAMA, "unicode.ndjson", "Grüße 你好 👩‍👩‍👧‍👦 \"é\"\n", "stop")
                        .used(5, 9),
                Golden.of(OLLAMA, "without-counts.ndjson", "Hello", "stop"),
                Golden.of(OLLAMA, "only-answer-counted.ndjson", "Hello", "stop"),
                Golden.of(OLLAMA, "length.ndjson", "cut off", "length").used(5, 2),
                Golden.of(OLLAMA, "unknown-members.ndjson", "Hello", "stop").used(26, 2),
                Golden.of(OLLAMA, "crlf.ndjson", "Hello", "stop").used(26, 120),
                Golden.of(OLLAMA, "without-last-line-feed.ndjson", "Hello", "stop")
                        .used(26, 120),
                Golden.failed(OLLAMA, "error-in-stream.ndjson", "Hel"),
                Golden.cut(OLLAMA, "cut-in-mid-line.ndjson", "Hel"),
                Golden.cut(OLLAMA, "cut-in-last-line.ndjson", "Hello"),
                Golden.cut(OLLAMA, "without-done.ndjson", "Hel"),
                Golden.of(OLLAMA, "loaded.json", "", "load"),
                Golden.of(OLLAMA, "whole.json", "Hello, world", "stop").used(26, 120),
                Golden.of(OLLAMA, "whole-tools.json", "", "stop").used(80, 20).step(),
                Golden.failed(OLLAMA, "error.json", ""));
    }
}
