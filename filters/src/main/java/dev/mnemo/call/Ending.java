package dev.mnemo.call;

import dev.mnemo.dialect.Answer;
import org.jspecify.annotations.Nullable;

/**
 * What is known when a call has ended.
 *
 * @param status of the upstream's answer; 0 when none began
 * @param sent whether the upstream may have seen the call
 * @param answer what the tap read of the answer; null when there was nothing to read
 */
public record Ending(
        Outcome outcome, int status, boolean sent, @Nullable Answer answer) {

    /** Whether the upstream answered that it generated nothing. */
    public boolean upstreamRefused() {
        return status >= 400;
    }
}
