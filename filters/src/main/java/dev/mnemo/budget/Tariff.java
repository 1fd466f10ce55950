package dev.mnemo.budget;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.tenant.ModelFacts;
import dev.mnemo.tenant.Price;

/**
 * What a model's tokens cost, in billionths of a dollar. Immutable.
 *
 * @param edge a longer prompt costs twice as much, and its answer half as much again: so do OpenAI and Google
 *     (developers.openai.com/api/docs/pricing, ai.google.dev/gemini-api/docs/pricing, August 2026); −1 where there is none
 * @param hour whether what is written to the provider's cache is written for an hour
 */
record Tariff(Price price, long edge, boolean hour) {

    private static final Tariff FREE = new Tariff(new Price(0, 0, 0, 0, 0), -1, false);

    static Tariff of(Price price, ModelFacts facts, boolean hour) {
        return new Tariff(price, facts.edge(), hour);
    }

    /** Of a model whose price is not known. */
    static Tariff free() {
        return FREE;
    }

    /** What a token of a prompt can cost at the most. */
    long input(long prompt, boolean marked) {
        return (marked ? Math.max(price.input(), written()) : price.input()) * (beyond(prompt) ? 2 : 1);
    }

    /** What an answer costs behind a prompt of so many tokens. */
    long answer(long prompt, long answer) {
        return answer * price.output() * (beyond(prompt) ? 3 : 2) / 2;
    }

    /** What a prompt has really cost. */
    long prompt(Usage usage) {
        long fresh = Math.max(0, usage.input() - usage.cachedInput() - usage.writtenInput());
        return (fresh * price.input() + usage.cachedInput() * price.cached() + usage.writtenInput() * written())
                * (beyond(usage.input()) ? 2 : 1);
    }

    private long written() {
        return hour ? price.writtenHour() : price.written();
    }

    private boolean beyond(long prompt) {
        return edge >= 0 && prompt > edge;
    }
}
