package dev.mnemo.tenant;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
 * @param archive interactions kept for retrieval, beside those of {@code keep}; 0 keeps none
 * @param retrieve from the archive; off where it keeps none
 * @param holdout of the users, those who get no context, in 1/10000
 * @param seal with which what is stored is sealed; null: it is not
 * @param summary who writes users' profiles; null: nobody
 * @param calls how long is kept what a call was given; zero: not at all
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
        boolean required,
        int archive,
        Retrieve retrieve,
        int holdout,
        @Nullable SealKeys seal,
        @Nullable SummaryPolicy summary,
        Duration calls) {

    public static final MemoryPolicy DEFAULT = new MemoryPolicy(
            2_000,
            true,
            5,
            20,
            Duration.ofDays(90),
            true,
            true,
            CacheMarker.OFF,
            false,
            0,
            Retrieve.OFF,
            0,
            null,
            null,
            Duration.ofDays(7));

    /** When fitting interactions of the archive are chosen to be shown. */
    public enum Retrieve {
        OFF,
        /** Once, by a conversation's first words. */
        CONVERSATION,
        /** For each turn, by its words. */
        TURN
    }

    /** How long a provider is asked to keep the prompt up to the block. A written prompt costs more than one that is not. */
    public enum CacheMarker {
        OFF,
        FIVE_MINUTES,
        HOUR
    }
}
