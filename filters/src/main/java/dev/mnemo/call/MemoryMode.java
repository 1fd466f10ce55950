package dev.mnemo.call;

import java.util.List;
import java.util.Locale;
import org.springframework.http.HttpHeaders;

/** What a call asks of memory with {@code X-Mnemo-Memory}. */
public enum MemoryMode {
    /** Recall and record: the default. */
    ON,
    /** Recall, do not record. */
    READ,
    /** Neither. */
    OFF;

    /**
     * Set by Claude Code, opencode and Codex CLI on the calls of agents that their agents start. Another agent has written
     * the words of such a call, and reads its answer: there is nothing of the user in it.
     */
    private static final List<String> SUB_AGENT =
            List.of("x-claude-code-agent-id", "x-parent-session-id", "x-openai-subagent");

    /**
     * @throws Refusal when the header is neither {@code off} nor {@code read}: a wish for privacy that is misspelt is not
     *     ignored
     */
    static MemoryMode of(HttpHeaders headers) {
        String header = headers.getFirst(CallHeaders.MEMORY);
        if (header == null) {
            return SUB_AGENT.stream().anyMatch(headers::containsHeader) ? OFF : ON;
        }
        return switch (header.strip().toLowerCase(Locale.ROOT)) {
            case "off" -> OFF;
            case "read" -> READ;
            default ->
                throw Refusal.badRequest(
                        "invalid_header", "X-Mnemo-Memory: not known (expected: off, read, or no header)");
        };
    }

    public boolean recalls() {
        return this != OFF;
    }

    public boolean records() {
        return this == ON;
    }
}
