package dev.mnemo.dialect;

import dev.mnemo.json.SplicedBody;
import dev.mnemo.tenant.Protocol;

/** A wire format of LLM calls. Small and total: every dialect does all of it. Implementations are stateless. */
public sealed interface Dialect permits OpenAiChat, Opaque {

    /**
     * The dialect of a call, by its method and path alone, so that it is known before anything is read.
     *
     * @param path decoded, without query and without a trailing slash
     */
    static Dialect of(String method, String path) {
        return method.equals("POST") && path.endsWith(OpenAiChat.PATH) ? OpenAiChat.INSTANCE : Opaque.INSTANCE;
    }

    /** As in metrics and logs. */
    String id();

    /** Whether requests are read and answers tapped; else all passes through untouched. */
    boolean reads();

    /** What an upstream must speak. */
    Protocol protocol();

    /**
     * Finds the parts of a request.
     *
     * @throws MalformedRequest when it is not one, with a message for the caller
     */
    ChatRequest read(byte[] body);

    /**
     * Puts the context block after the client's own system text and before everything else.
     *
     * @param block the content of a JSON string, escaped
     */
    SplicedBody place(ChatRequest request, byte[] block, Placement placement);

    /**
     * A reader of one answer.
     *
     * @param events whether the answer is a stream of server-sent events
     */
    AnswerReader answer(boolean events);

    /** The body of an answer that says what went wrong; JSON. */
    byte[] error(Problem problem);

    /** The same inside a stream that has begun. */
    byte[] errorEvent(Problem problem);
}
