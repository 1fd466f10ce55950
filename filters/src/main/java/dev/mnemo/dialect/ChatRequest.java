package dev.mnemo.dialect;

import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was sent, and where its parts are. Texts are decoded when they are asked for. Immutable; nobody changes
 * the body.
 *
 * @param stream whether the answer is asked for as a stream
 * @param maxAnswerTokens the most that the answer, all choices together, may have; −1 when the call does not say
 * @param promptBytes of what becomes prompt, without the data of images, audio and files
 * @param media images, audio and files
 * @param carriers top-level members whose value is a short string, such as {@code user}
 */
public record ChatRequest(
        byte[] body,
        String model,
        boolean stream,
        long maxAnswerTokens,
        long promptBytes,
        int media,
        Map<String, String> carriers,
        List<Message> messages) {

    /** Who speaks in a message. */
    public enum Role {
        SYSTEM,
        DEVELOPER,
        USER,
        ASSISTANT,
        TOOL,
        OTHER;

        boolean isSystem() {
            return this == SYSTEM || this == DEVELOPER;
        }
    }

    /**
     * One message.
     *
     * @param span of the whole message
     * @param content the value of its content; null when it is absent or null
     * @param texts the string literals that hold its text, in order
     */
    public record Message(Role role, Span span, @Nullable Span content, List<Span> texts) {}

    /**
     * What a user said and what was finally answered.
     *
     * @param assistant the last text of an assistant before the user's next message
     */
    public record Exchange(String user, String assistant) {}

    public ChatRequest {
        carriers = Map.copyOf(carriers);
        messages = List.copyOf(messages);
    }

    /** The text of a message: its string, or its text parts, a line feed between; empty when it has none. */
    public String text(Message message) {
        if (message.texts().size() == 1) {
            return JsonText.text(body, message.texts().getFirst());
        }
        StringBuilder text = new StringBuilder();
        for (Span literal : message.texts()) {
            if (!text.isEmpty()) {
                text.append('\n');
            }
            text.append(JsonText.text(body, literal));
        }
        return text.toString();
    }

    /** Null when no user speaks. */
    public @Nullable String firstUserText() {
        for (Message message : messages) {
            if (message.role() == Role.USER) {
                return text(message);
            }
        }
        return null;
    }

    /** Null when no user speaks. */
    public @Nullable String lastUserText() {
        for (Message message : messages.reversed()) {
            if (message.role() == Role.USER) {
                return text(message);
            }
        }
        return null;
    }

    /** Whether nothing has been answered yet. */
    public boolean starts() {
        return messages.stream().noneMatch(message -> message.role() == Role.ASSISTANT);
    }

    /** The exchanges that the request repeats, oldest first; steps that only call tools are none. */
    public List<Exchange> exchanges() {
        List<Exchange> exchanges = new ArrayList<>();
        String user = null;
        String assistant = "";
        for (Message message : messages) {
            if (message.role() == Role.USER) {
                if (user != null && !assistant.isEmpty()) {
                    exchanges.add(new Exchange(user, assistant));
                }
                user = text(message);
                assistant = "";
            } else if (message.role() == Role.ASSISTANT) {
                String text = text(message);
                assistant = text.isEmpty() ? assistant : text;
            }
        }
        if (user != null && !assistant.isEmpty()) {
            exchanges.add(new Exchange(user, assistant));
        }
        return exchanges;
    }
}
