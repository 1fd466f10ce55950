package dev.mnemo.call;

import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Names the conversation of a call: the provider's own name for what it keeps, else a header or a body member of a known
 * client, else a fingerprint of its first words and the first answer to them.
 */
public final class ConversationNames {

    /**
     * Mnemo's own header, then the session headers of known clients: Claude Code, Open WebUI, Codex CLI (new and old),
     * LiteLLM, opencode, xAI's and others' (sources: {@code docs/decisions/0007-memory.md}).
     */
    private static final List<String> HEADERS = List.of(
            "X-Mnemo-Conversation",
            "x-claude-code-session-id",
            "x-openwebui-chat-id",
            "session-id",
            "session_id",
            "x-litellm-session-id",
            "x-opencode-session",
            "x-grok-conv-id",
            "agent-session-id",
            "x-session-id");

    private static final List<String> MEMBERS =
            List.of("litellm_session_id", "metadata.session_id", "client_metadata.session_id");

    /** Claude Code's {@code metadata.user_id}: {@code user_…_account_…_session_…}. */
    private static final String CLAUDE_SESSION = "_session_";

    /** How a name begins tells where it comes from, so that none can be mistaken for another. */
    private static final String KEPT = "t:";

    private static final String SESSION = "h:";
    private static final String WORDS = "f:";
    private static final String ANSWERED = "a:";

    private static final int LONGEST = 256;

    private static final Pattern SPACE = Pattern.compile("\\s+");

    private ConversationNames() {}

    static Conversation of(HttpHeaders headers, ChatRequest request) {
        String kept = request.kept().continues();
        if (kept != null) {
            return new Conversation(KEPT + bounded(kept), null, false, true, false);
        }
        String session = session(headers, request);
        if (session != null) {
            return new Conversation(SESSION + bounded(session), null, false, false, false);
        }
        String words = first(request);
        String answer = request.firstAnswer();
        return answer == null
                ? new Conversation(words, null, request.starts(), false, true)
                : new Conversation(answered(words, answer), words, false, false, false);
    }

    /** Whether the answer may give the conversation another name than it has. */
    public static boolean change(ChatRequest request, Conversation conversation) {
        return conversation.provisional() || conversation.held() || mayBeContinued(request);
    }

    /** A client that repeats earlier answers itself does not continue one by its id. */
    private static boolean mayBeContinued(ChatRequest request) {
        ChatRequest.Kept kept = request.kept();
        return kept.resumable() && (kept.continues() != null || request.starts());
    }

    /** Whether it is the provider who keeps the conversation of that name. */
    public static boolean isProviders(String name) {
        return name.startsWith(KEPT);
    }

    /** The names by which the next call of the conversation may know it, now that there is an answer. */
    public static List<String> after(ChatRequest request, Conversation conversation, Answer answer) {
        List<String> names = new ArrayList<>(2);
        if (request.kept().endless()) {
            names.add(conversation.name());
        } else if (mayBeContinued(request) && answer.id() != null) {
            names.add(KEPT + bounded("response:" + answer.id()));
        }
        if (conversation.provisional() && !answer.text().isBlank() && !answer.textCut()) {
            names.add(answered(conversation.name(), answer.text()));
        }
        return names;
    }

    private static @Nullable String session(HttpHeaders headers, ChatRequest request) {
        for (String header : HEADERS) {
            String value = headers.getFirst(header);
            if (value != null && !value.isBlank()) {
                return value.strip();
            }
        }
        for (String member : MEMBERS) {
            String value = request.carriers().get(member);
            if (value != null && !value.isBlank()) {
                return value.strip();
            }
        }
        String claude = request.carriers().getOrDefault("metadata.user_id", "");
        int at = claude.lastIndexOf(CLAUDE_SESSION);
        return at < 0 ? null : claude.substring(at + CLAUDE_SESSION.length());
    }

    private static String first(ChatRequest request) {
        String words = request.firstUserText();
        return WORDS + digest(words == null ? "" : words);
    }

    /** Two conversations may begin with the same words. Clients trim answers and join their parts in ways of their own. */
    private static String answered(String words, String answer) {
        return ANSWERED + digest(words + SPACE.matcher(answer).replaceAll(""));
    }

    private static String bounded(String name) {
        return name.length() > LONGEST ? digest(name) : name;
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
