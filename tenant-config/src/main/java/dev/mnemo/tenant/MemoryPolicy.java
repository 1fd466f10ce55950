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
 * @param required whether a call is refused when memory is unavailable; else it goes on without context
 */
public record MemoryPolicy(
        int contextTokens, boolean preferences, int recent, int keep, Duration ttl, boolean record, boolean required) {

    public static final MemoryPolicy DEFAULT = new MemoryPolicy(2_000, true, 5, 20, Duration.ofDays(90), true, false);
}
