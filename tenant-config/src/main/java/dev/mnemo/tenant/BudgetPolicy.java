package dev.mnemo.tenant;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant's calls may use.
 *
 * @param answerTokens held for an answer when the call sets no maximum
 * @param open whether calls are let through (under a local cap) when the budget store is unavailable; else refused
 * @param cachedWeight how much a token read from the provider's cache counts in limits of tokens, in per cent, 0 to 100
 * @param reasoningWeight how much a token of reasoning counts in limits of tokens, in per cent, 0 to 1000
 * @param price of models whose price is not known; null: there is none
 * @param limits all that apply to a call must have room
 */
public record BudgetPolicy(
        long answerTokens,
        boolean open,
        int cachedWeight,
        int reasoningWeight,
        @Nullable Price price,
        List<Limit> limits) {

    public static final BudgetPolicy DEFAULT = new BudgetPolicy(1_000, false, 100, 100, null, List.of());

    public BudgetPolicy {
        limits = List.copyOf(limits);
    }

    /** Whether any limit refuses clients' calls by their tokens or what they cost, so that calls must be read. */
    public boolean countsTokens() {
        return limits.stream()
                .anyMatch(limit -> !limit.shadow()
                        && limit.per() != Limit.Scope.MAINTENANCE
                        && switch (limit.unit()) {
                            case TOKENS, INPUT, OUTPUT, USD -> true;
                            case REQUESTS, CALLS -> false;
                        });
    }
}
