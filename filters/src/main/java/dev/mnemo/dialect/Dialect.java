package dev.mnemo.dialect;

import dev.mnemo.json.SplicedBody;
import dev.mnemo.tenant.Upstream.Protocol;
import java.nio.ByteBuffer;

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

    /**
     * What went wrong, before it has a dialect.
     *
     * @param status of HTTP
     * @param code for programs: lower case with underscores
     * @param message for people, beginning {@code mnemo:}
     */
    record Problem(int status, String code, String message) {}

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

    /** Where an upstream takes a second system text. */
    enum Placement {
        /** As a message of its own after the client's, in the client's role: OpenAI and Azure. */
        SEPARATE,
        /** Inside the client's last system message: servers whose templates allow only one. */
        MERGED
    }

    /** Reads one answer as it passes, in pieces of any size. Not thread-safe. */
    interface AnswerReader {

        /** Reads what remains of the view, and keeps no reference to it. */
        void accept(ByteBuffer view);

        /** There is no more. */
        void end();

        /** What is known so far; may be asked at any time. */
        Answer answer();
    }
}
