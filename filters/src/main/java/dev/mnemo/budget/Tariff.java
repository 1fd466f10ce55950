package dev.mnemo.budget;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.tenant.Price;

/**
 * What a model's tokens cost, in billionths of a dollar. Immutable.
 *
 * @param edge a longer prompt costs twice as much, and its answer half as much again: so do OpenAI and Google
 *     (developers.openai.com/api/docs/pricing, ai.google.dev/gemini-api/docs/pricing, August 2026); −1 where there is none
 */
record Tariff(Price price, long edge) {

    /** Half of what stays exact in Redis' Lua: no call costs four million dollars. */
    private static final long MOST = 1L << 52;

    /** Of a model whose price is not known. */
    static final Tariff FREE = new Tariff(new Price(0, 0, 0, 0, 0), -1);

    /**
     * What a token of a prompt can cost at the most.
     *
     * @param writes whether the provider may write the prompt to its cache
     * @param forHour whether it may keep it there for an hour
     */
    long input(long prompt, boolean writes, boolean forHour) {
        long dearest = price.input();
        dearest = writes ? Math.max(dearest, price.written()) : dearest;
        dearest = forHour ? Math.max(dearest, price.writtenHour()) : dearest;
        return dearest * (beyond(prompt) ? 2 : 1);
    }

    /** What an answer costs behind a prompt of so many tokens. */
    long answer(long prompt, long answer) {
        return Math.min(MOST, answer * price.output() * (beyond(prompt) ? 3 : 2) / 2);
    }

    /** What a prompt has really cost. */
    long prompt(Usage usage) {
        long fresh = Math.max(0, usage.input() - usage.cachedInput() - usage.writtenInput());
        long written = usage.writtenInput() - usage.writtenForHour();
        long cost = fresh * price.input()
                + usage.cachedInput() * price.cached()
                + written * price.written()
                + usage.writtenForHour() * price.writtenHour();
        return Math.min(MOST, cost * (beyond(usage.input()) ? 2 : 1));
    }

    private boolean beyond(long prompt) {
        return edge >= 0 && prompt > edge;
    }
}
