package dev.mnemo.budget;

import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import java.nio.ByteBuffer;

/**
 * What calls have used, or the most that one will. Immutable. Costs are in billionths of a dollar.
 *
 * @param calls that the upstream has seen
 * @param input tokens of prompts, cached ones included
 * @param cached the part of {@code input} that was read from the provider's cache
 * @param written the part of {@code input} that was written to it
 * @param output tokens of answers, reasoning included
 * @param reasoning the part of {@code output} that is not shown
 * @param injected the part of {@code input} that Mnemo has added
 * @param cost 0 for models whose price is not known
 * @param injectedCost the part of {@code cost} that is due to {@code injected}
 * @param estimated calls whose tokens the provider did not tell, so that they are estimated
 */
public record Consumption(
        long calls,
        long input,
        long cached,
        long written,
        long output,
        long reasoning,
        long injected,
        long cost,
        long injectedCost,
        long estimated) {

    static final Consumption NONE = new Consumption(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** A call of which nothing is counted but that it was one. */
    static final Consumption CALL = new Consumption(1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static final int NUMBERS = 10;

    /** What of it a limit counts, in the limit's unit. */
    long of(Limit limit, BudgetPolicy policy) {
        return switch (limit.unit()) {
            case TOKENS -> input(policy) + output(policy);
            case INPUT -> input(policy);
            case OUTPUT -> output(policy);
            case USD -> cost;
            case REQUESTS -> calls;
            case CALLS -> 0;
        };
    }

    private long input(BudgetPolicy policy) {
        return weighed(input, cached, policy.cachedWeight());
    }

    private long output(BudgetPolicy policy) {
        return weighed(output, reasoning, policy.reasoningWeight());
    }

    private static long weighed(long all, long part, int percent) {
        return all - part + Math.ceilDiv(part * percent, 100);
    }

    public Consumption plus(Consumption other) {
        return new Consumption(
                calls + other.calls,
                input + other.input,
                cached + other.cached,
                written + other.written,
                output + other.output,
                reasoning + other.reasoning,
                injected + other.injected,
                cost + other.cost,
                injectedCost + other.injectedCost,
                estimated + other.estimated);
    }

    /** As settle.lua adds it up. */
    byte[] toBytes() {
        return ByteBuffer.allocate(NUMBERS * Long.BYTES)
                .putLong(calls)
                .putLong(input)
                .putLong(cached)
                .putLong(written)
                .putLong(output)
                .putLong(reasoning)
                .putLong(injected)
                .putLong(cost)
                .putLong(injectedCost)
                .putLong(estimated)
                .array();
    }

    static Consumption ofBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Consumption(
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong());
    }
}
