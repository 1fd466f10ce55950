package dev.mnemo.tenant;

import java.time.Duration;

/**
 * What is remembered of a tenant's users, and how much of it is shown to the model.
 *
 * @param contextTokens what the context block may take, in tokens; 0 injects nothing
 * @param preferences whether preferences are shown
 * @param recent interactions shown
 * @param keep interactions kept; at least {@code recent}
 * @param ttl how long a user who is not seen is remembered
 * @param record whether interactions are recorded
 * @param partial whether an answer that was cut off is recorded, with a mark; else it is dropped
 * @param marker of the provider's prompt cache, set behind the block where a slot is free
 * @param required whether a call is refused when memory is unavailable; else it goes on without context
 */
public record MemoryPolicy(
        int contextTokens,
        boolean preferences,
        int recent,
        int keep,
        Duration ttl,
        boolean record,
        boolean partial,
        CacheMarker marker,
        boolean required) {

    public static final MemoryPolicy DEFAULT =
            new MemoryPolicy(2_000, true, 5, 20, Duration.ofDays(90), true, true, CacheMarker.OFF, false);

    /** How long a provider is asked to keep the prompt up to the block. A written prompt costs more than one that is not. */
    public enum CacheMarker {
        OFF,
        FIVE_MINUTES,
        HOUR
    }
}
