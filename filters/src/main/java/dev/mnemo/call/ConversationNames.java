package dev.mnemo.call;

import dev.mnemo.dialect.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Names the conversation of a call: a header that says it, else a fingerprint of its first words. */
final class ConversationNames {

    /**
     * Mnemo's own header, then the session headers of known clients: Claude Code, Open WebUI, Codex CLI, LiteLLM, opencode,
     * xAI's and others' (sources: {@code docs/decisions/0007-memory.md}).
     */
    private static final List<String> HEADERS = List.of(
            "X-Mnemo-Conversation",
            "x-claude-code-session-id",
            "x-openwebui-chat-id",
            "session-id",
            "x-litellm-session-id",
            "x-opencode-session",
            "x-grok-conv-id",
            "agent-session-id",
            "x-session-id");

    private static final int LONGEST = 256;

    private ConversationNames() {}

    static Conversation of(HttpHeaders headers, ChatRequest request) {
        for (String header : HEADERS) {
            String value = headers.getFirst(header);
            if (value != null && !value.isBlank()) {
                String name = value.strip();
                return new Conversation("h:" + (name.length() > LONGEST ? digest(name) : name), false);
            }
        }
        @Nullable String first = request.firstUserText();
        return new Conversation("f:" + digest(first == null ? "" : first), request.starts());
    }

    private static String digest(String text) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
