package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The last time that a user's profile was written, or was tried to be: it decides when it is next. Immutable.
 *
 * @param interactions of the user that it was for, counted since the first
 * @param at in whole seconds
 * @param failures of tries for the same interactions
 */
public record Attempt(int interactions, Instant at, int failures) {

    static final Attempt NONE = new Attempt(0, Instant.EPOCH, 0);

    /** So many new interactions are worth a call. */
    static final int WORTH = 10;

    static final Duration APART = Duration.ofMinutes(10);

    /** What fails for its own reasons is tried so often; then it waits for new interactions. */
    private static final int TRIES = 2;

    /**
     * @param now the user's interactions, counted since the first
     */
    boolean isDue(int now, Instant time) {
        // Fewer than before: the count began anew.
        int fresh = now < interactions ? now : now - interactions;
        return fresh >= WORTH && Duration.between(at, time).compareTo(APART) >= 0;
    }

    /** What it was for is done, well or in vain. */
    static Attempt done(int interactions, Instant time) {
        return new Attempt(interactions, seconds(time), 0);
    }

    /** It may be tried again for the same interactions. */
    Attempt failed(int interactions, Instant time) {
        return failures + 1 >= TRIES
                ? done(interactions, time)
                : new Attempt(this.interactions, seconds(time), failures + 1);
    }

    /** Nothing was sent, so that it may be tried for as long as it takes. */
    Attempt denied(Instant time) {
        return new Attempt(interactions, seconds(time), failures);
    }

    private static Instant seconds(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond());
    }

    /** Three numbers in ASCII, such as {@code 40 1795600000 0}. */
    byte[] encode() {
        return (interactions + " " + at.getEpochSecond() + " " + failures).getBytes(US_ASCII);
    }

    /** None for what is absent or damaged. */
    static Attempt decode(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length > 40) {
            return NONE;
        }
        String[] parts = new String(bytes, US_ASCII).split(" ", -1);
        try {
            return parts.length == 3
                    ? new Attempt(
                            Integer.parseInt(parts[0]),
                            Instant.ofEpochSecond(Long.parseLong(parts[1])),
                            Integer.parseInt(parts[2]))
                    : NONE;
        } catch (NumberFormatException | DateTimeException e) {
            return NONE;
        }
    }
}
