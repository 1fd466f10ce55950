package dev.mnemo.call;

import dev.mnemo.dialect.Answer;
import org.jspecify.annotations.Nullable;

/**
 * What is known when a call has ended.
 *
 * @param status of the upstream's answer; 0 when none began
 * @param sent whether the upstream may have seen the call
 * @param answer what the tap read of the answer; null when there was nothing to read
 * @param unread bytes of an answer that passed without being read, such as one that is packed
 */
public record Ending(
        Outcome outcome, int status, boolean sent, @Nullable Answer answer, long unread) {

    static Ending of(Outcome how, boolean sent, @Nullable UpstreamAnswer begun) {
        if (begun == null) {
            return new Ending(how, 0, sent, null, 0);
        }
        Answer read = begun.read();
        // A client may hang up on the last byte, or be cut off after it, before we know that it was the last.
        boolean cut = how == Outcome.CLIENT_GONE || how == Outcome.STOPPED;
        boolean whole = cut && read != null && read.complete();
        return new Ending(whole ? Outcome.COMPLETE : how, begun.status(), sent, read, begun.unread());
    }

    /** Whether the upstream answered that it generated nothing. */
    public boolean upstreamRefused() {
        return status >= 400;
    }

    /** How a call ended. Each call has exactly one. */
    public enum Outcome {
        /** The upstream's answer, whatever its status, reached the client whole. */
        COMPLETE,
        /** The client left before the answer ended. */
        CLIENT_GONE,
        /** The upstream could not be reached, was silent too long, or broke off. */
        UPSTREAM_FAILED,
        /** This replica stopped before the answer ended, and broke it off. */
        STOPPED,
        /** Mnemo said no; the upstream never saw the call. */
        REFUSED
    }
}
