package dev.mnemo.tenant;

import java.util.List;

/**
 * What a tenant's calls may use.
 *
 * @param answerTokens held for an answer when the call sets no maximum
 * @param open whether calls are let through (under a local cap) when the budget store is unavailable; else refused
 * @param limits all that apply to a call must have room
 */
public record BudgetPolicy(long answerTokens, boolean open, List<Limit> limits) {

    public static final BudgetPolicy DEFAULT = new BudgetPolicy(1_000, false, List.of());

    public BudgetPolicy {
        limits = List.copyOf(limits);
    }

    /** Whether any limit counts tokens, so that calls must be read. */
    public boolean countsTokens() {
        return limits.stream().anyMatch(limit -> limit.unit() == Limit.Unit.TOKENS);
    }
}
