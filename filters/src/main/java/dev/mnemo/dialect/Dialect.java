package dev.mnemo.dialect;

import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A wire format of LLM calls. Small and total: every dialect does all of it. Implementations are stateless. */
public sealed interface Dialect
        permits OpenAiChat, OpenAiResponses, AnthropicMessages, GeminiContent, OllamaChat, Opaque {

    /** As in metrics and logs. */
    String id();

    /** What an upstream must speak. */
    Protocol protocol();

    /**
     * What a {@code POST} to this path asks of this dialect; null when it is not its own.
     *
     * @param path decoded, without query and without a trailing slash
     */
    @Nullable
    Endpoint endpoint(String path);

    /** Whether requests are read and answers tapped; else all passes through untouched. */
    default boolean reads() {
        return !(this instanceof Opaque);
    }

    /**
     * Finds the parts of a request.
     *
     * @throws MalformedRequest when it is not one, with a message for the caller
     */
    ChatRequest read(Endpoint endpoint, byte[] body);

    /**
     * Puts the context block after the client's own system text and before everything else.
     *
     * @param request one whose {@link ChatRequest.Kept} is not closed
     * @param block the content of a JSON string, escaped
     */
    SplicedBody place(ChatRequest request, byte[] block, Placement placement);

    /**
     * Where a tail goes: a text that may be another one in the user's next turn. It stands in the user's own message, behind
     * the last words of the user's in this request, whatever assistants and tools have said since; so the same text stands
     * at the same place in every call of a tool loop. It may be placed together with the block, by
     * {@link SplicedBody#with}.
     *
     * @param tail the content of a JSON string, escaped; not empty
     * @return what puts it in; empty where there is no place for it: no user's words are in the request, or the answer's
     *     thinking will be {@linkplain ChatRequest.Kept#signs() signed} together with them
     */
    List<Edit> placeTail(ChatRequest request, byte[] tail);

    /** Reads one JSON object of an answer: the whole of it, or one piece of a stream. The reader stands on its start. */
    void readAnswer(JsonReader json, AnswerParts into);

    /** The body of an answer that says what went wrong; JSON. */
    byte[] error(Problem problem);

    /**
     * The same inside an answer that has begun; empty where clients would not take it for an error, so that the answer
     * must be broken off for them to see it. An event may follow whatever was cut; a line begins where the last has ended.
     */
    byte[] errorInStream(Problem problem, Framing framing);

    /**
     * What went wrong, before it has a dialect.
     *
     * @param status of HTTP
     * @param code for programs: lower case with underscores
     * @param message for people, beginning {@code mnemo:}
     * @param request the call's id
     */
    record Problem(int status, String code, String message, String request) {}

    /** A request that its dialect does not allow. Without a stack trace: it is an answer, not a fault. */
    final class MalformedRequest extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public MalformedRequest(String message) {
            super(message, null, false, false);
        }

        /** What is wrong, and what to do; never null. */
        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /**
     * How the upstream and the tenant want the block.
     *
     * @param separate as a message of its own after the client's (OpenAI and Azure); else inside the client's last system
     *     message, for servers whose templates allow only one. Matters to OpenAI's chat format alone
     * @param marker of the provider's prompt cache, where the dialect has such a thing and a slot is free
     */
    record Placement(boolean separate, CacheMarker marker) {}
}
