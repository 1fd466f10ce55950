package dev.mnemo.dialect;

import java.util.stream.Stream;

/** What the golden answers of OpenAI and of servers that are compatible with it say. */
final class GoldenOpenAi {

    private static final Dialect CHAT = Endpoints.CHAT.dialect();
    private static final Dialect RESPONSES = Endpoints.RESPONSES.dialect();
    private static final String ID = "resp_68f1";

    private GoldenOpenAi() {}

    /** Chat Completions. */
    static Stream<Golden> chat() {
        return Stream.of(
                Golden.of(CHAT, "plain.sse", "Hello, world", "stop").used(9, 4),
                Golden.of(CHAT, "cached-reasoning.sse", "42", "stop").used(51_200, 50_176, 0, 300, 120),
                Golden.of(CHAT, "unicode.sse", "Grüße 你好 👩‍👩‍👧‍👦 \"é\"\n", "stop"),
                Golden.of(CHAT, "tools.sse", "", "tool_calls").used(80, 20).step(),
                Golden.of(CHAT, "azure.sse", "Hi", "stop").used(12, 1),
                Golden.of(CHAT, "vllm-reasoning.sse", "Four.", "stop").used(20, 30),
                Golden.of(CHAT, "crlf-and-comments.sse", "Hello", "stop"),
                Golden.of(CHAT, "two-choices.sse", "first", "stop"),
                Golden.of(CHAT, "length.sse", "cut off", "length").used(5, 2),
                Golden.failed(CHAT, "error-in-stream.sse", "Hel"),
                Golden.cut(CHAT, "without-done.sse", "Hel"),
                Golden.cut(CHAT, "cut-in-mid-event.sse", "Hel"),
                Golden.of(CHAT, "whole.json", "Hello, world", "stop").used(51_200, 50_176, 512, 300, 120),
                Golden.of(CHAT, "whole-tools.json", "", "tool_calls")
                        .used(80, 20)
                        .step(),
                Golden.failed(CHAT, "error.json", ""));
    }

    /** Responses. */
    static Stream<Golden> responses() {
        return Stream.of(
                Golden.of(RESPONSES, "plain.sse", "Hello, world", "completed")
                        .used(9, 4)
                        .id(ID),
                Golden.of(RESPONSES, "function-call.sse", "", "completed")
                        .used(80, 20)
                        .step()
                        .id(ID),
                Golden.of(RESPONSES, "unicode.sse", "Grüße 你好 👩‍👩‍👧‍👦 \"é\"\n", "completed")
                        .id(ID),
                Golden.of(RESPONSES, "cached-reasoning.sse", "42", "completed")
                        .used(51_200, 50_176, 512, 300, 120)
                        .id(ID),
                Golden.of(RESPONSES, "commentary.sse", "It is 4.", "completed")
                        .used(30, 12)
                        .id(ID),
                Golden.of(RESPONSES, "commentary-empty-output.sse", "It is 4.", "completed")
                        .used(30, 12)
                        .id(ID),
                Golden.of(RESPONSES, "empty-output.sse", "only in deltas", "completed")
                        .used(7, 3)
                        .id(ID),
                Golden.of(RESPONSES, "two-messages.sse", "one two", "completed")
                        .used(3, 2)
                        .id(ID),
                Golden.of(RESPONSES, "refusal.sse", "", "completed").used(6, 5).id(ID),
                Golden.of(RESPONSES, "incomplete.sse", "cut off", "incomplete")
                        .used(5, 2)
                        .id(ID),
                Golden.of(RESPONSES, "unknown-events.sse", "Hello", "completed").id(ID),
                Golden.of(RESPONSES, "crlf-and-comments.sse", "Hello", "completed")
                        .id(ID),
                Golden.of(RESPONSES, "type-last.sse", "Hello", "completed")
                        .used(20, 9)
                        .step()
                        .id(ID),
                Golden.failed(RESPONSES, "failed.sse", "Hel").id(ID),
                Golden.failed(RESPONSES, "error-in-stream.sse", "Hel").id(ID),
                Golden.cut(RESPONSES, "cut-in-mid-event.sse", "Hel").id(ID),
                Golden.cut(RESPONSES, "without-end.sse", "Hel").id(ID),
                Golden.of(RESPONSES, "whole.json", "Hello, world", "completed")
                        .used(51_200, 50_176, 512, 300, 120)
                        .id(ID),
                Golden.of(RESPONSES, "whole-function-call.json", "", "completed")
                        .used(80, 20)
                        .step()
                        .id(ID),
                Golden.of(RESPONSES, "whole-text.json", "Hello, world", "completed")
                        .id(ID),
                Golden.of(RESPONSES, "whole-background.json", "", null).id(ID),
                Golden.failed(RESPONSES, "error.json", ""));
    }
}
