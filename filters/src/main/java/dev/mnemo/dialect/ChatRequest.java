package dev.mnemo.dialect;

import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.JsonText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was sent, and where its parts are. Texts are decoded when they are asked for. Immutable; nobody changes
 * the body.
 *
 * @param model empty where the provider knows it from elsewhere
 * @param stream whether the answer is asked for as a stream
 * @param carriers members whose value is a short string, such as {@code user} or {@code metadata.user_id}
 * @param place where the block goes, in dialects in which the messages do not tell
 */
public record ChatRequest(
        Endpoint endpoint,
        byte[] body,
        String model,
        boolean stream,
        Size size,
        Map<String, String> carriers,
        List<Message> messages,
        Place place,
        Kept kept,
        CacheMarkers markers) {

    /**
     * How much a request asks for.
     *
     * @param maxAnswerTokens the most that the answer, all choices together, may have; −1 when the call does not say
     * @param choices how many answers it asks for; at least 1
     * @param promptBytes of what becomes prompt, without the data of images, audio and files
     * @param units the same, in tokens
     * @param media images, audio and files
     * @param mediaTokens what they will be, by the provider's rules, else a high guess
     * @param window the context window that the call itself asks for, in tokens; −1 when it does not
     */
    public record Size(
            long maxAnswerTokens,
            int choices,
            long promptBytes,
            TextUnits units,
            int media,
            long mediaTokens,
            long window) {}

    /**
     * Where the block goes: at or in a member beside the messages.
     *
     * @param members the first byte inside the object that would hold the member
     * @param value of the member: {@code system}, {@code systemInstruction}, or the {@code input} that holds the items; null
     *     when the request has none
     */
    public record Place(int members, @Nullable Span value) {

        /** Among the messages, which tell. */
        static final Place NONE = new Place(0, null);
    }

    /**
     * How the request stands to what the provider keeps.
     *
     * @param continues the provider's name for the thread whose earlier turns it keeps; null when the request holds
     *     everything itself
     * @param endless whether the thread keeps that name; else each answer gives it a new one
     * @param resumable whether a later request may continue this one's answer by its id
     * @param closed whether no system text can be added to it
     * @param later whether the answer may be only a promise, and is generated after it
     * @param signed whether it repeats thinking that the provider has signed together with all that stands before it
     * @param signs whether the answer may hold such thinking: all that this request says must then be the same, to the
     *     byte, in every later one
     */
    public record Kept(
            @Nullable String continues,
            boolean endless,
            boolean resumable,
            boolean closed,
            boolean later,
            boolean signed,
            boolean signs) {

        static final Kept OPEN = new Kept(null, false, false, false, false, false, false);
        static final Kept CLOSED = new Kept(null, false, false, true, false, false, false);

        /** Whether the request itself holds all that becomes prompt. */
        public boolean isWhole() {
            return continues == null && !closed;
        }
    }

    /**
     * Marks of the provider's prompt cache that the client has set.
     *
     * @param used how many
     * @param shortBefore whether one of five minutes stands before the place of the block
     * @param longAfter whether one of an hour stands after it
     */
    public record CacheMarkers(int used, boolean shortBefore, boolean longAfter) {

        static final CacheMarkers NONE = new CacheMarkers(0, false, false);
    }

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
     * @param texts the string literals that hold what was said, in order
     * @param plain whether there is nothing in it but text
     */
    public record Message(Role role, Span span, @Nullable Span content, List<Span> texts, boolean plain) {}

    /**
     * What a user said and what was finally answered.
     *
     * @param assistant the last text of an assistant before the user's next message
     */
    public record Exchange(String user, String assistant) {}

    public ChatRequest {
        carriers = Collections.unmodifiableMap(carriers);
        messages = List.copyOf(messages);
    }

    /** Whether it only counts tokens: nothing is generated. */
    public boolean counts() {
        return endpoint.operation() == Endpoint.Operation.COUNT;
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

    /** The content of the user's last message that has words in it; null when there is none. */
    @Nullable
    Span lastWords() {
        for (Message message : messages.reversed()) {
            if (message.role() == Role.USER && message.texts().stream().anyMatch(ChatRequest::hasWords)) {
                return message.content();
            }
        }
        return null;
    }

    /** More than the quotes. */
    private static boolean hasWords(Span literal) {
        return literal.end() - literal.start() > 2;
    }

    /**
     * The first answer that the request repeats, with text; null when there is none. What an assistant says before the user
     * is a greeting, and plain words that it says last are where its next answer begins.
     */
    public @Nullable String firstAnswer() {
        StringBuilder answer = new StringBuilder();
        for (Message message : answered()) {
            if (message.role() == Role.ASSISTANT) {
                answer.append(text(message));
            } else if (message.role() != Role.OTHER && !answer.toString().isBlank()) {
                break;
            }
        }
        return answer.toString().isBlank() ? null : answer.toString();
    }

    /** Whether nothing has been answered yet. */
    public boolean starts() {
        return kept.continues() == null && answered().stream().noneMatch(message -> message.role() == Role.ASSISTANT);
    }

    /** The messages from the user's first to the last that is not the assistant's. */
    private List<Message> answered() {
        int first = 0;
        while (first < messages.size() && messages.get(first).role() != Role.USER) {
            first++;
        }
        int last = messages.size();
        while (last > first
                && messages.get(last - 1).role() == Role.ASSISTANT
                && messages.get(last - 1).plain()) {
            last--;
        }
        return messages.subList(first, last);
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
