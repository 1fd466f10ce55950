package dev.mnemo.tenant;

import static java.util.Map.entry;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The providers' list prices. A price belongs to a model's name and to its dated snapshots, never to other names that begin
 * alike: {@code gpt-5} is not {@code gpt-5-mini}. Discounts for batches and surcharges for regions or speed are not in them.
 *
 * <p>Sources: github.com/simonw/llm-prices (of August 5, 2026), models.dev and Anthropic's pricing page (gathered until
 * November 2026). Left out, since their prices were not found whole: GPT-5.4 mini, Claude Opus 4.8, 5 and 5.5, Sonnet 5.5.
 */
final class Prices {

    /** {@code 2_500} is $2.50 per million tokens: input, cached, written, written for an hour, output. */
    private static final Map<String, Price> SHIPPED = Map.ofEntries(
            entry("gpt-5.5", new Price(5_000, 500, 5_000, 5_000, 30_000)),
            entry("gpt-5.4", new Price(2_500, 250, 2_500, 2_500, 15_000)),
            entry("gpt-5", new Price(1_250, 125, 1_250, 1_250, 10_000)),
            entry("gpt-4.1", new Price(2_000, 500, 2_000, 2_000, 8_000)),
            entry("gpt-4o", new Price(2_500, 1_250, 2_500, 2_500, 10_000)),
            entry("o3", new Price(2_000, 500, 2_000, 2_000, 8_000)),
            // A later page says 4, 0.40 and 20: of two, the dearer.
            entry("gpt-5.6-sol", new Price(5_000, 500, 6_250, 6_250, 30_000)),
            entry("gpt-5.6-terra", new Price(2_000, 200, 2_500, 2_500, 12_000)),
            entry("gpt-5.6-luna", new Price(200, 20, 250, 250, 1_200)),
            // Its longer life is 12 hours.
            entry("gpt-6.2-sol", new Price(2_000, 100, 2_500, 5_000, 10_000)),
            entry("gpt-6-astra", new Price(10_000, 1_000, 12_500, 12_500, 50_000)),
            entry("claude-opus-4-7", new Price(5_000, 500, 6_250, 10_000, 25_000)),
            entry("claude-sonnet-4-6", new Price(3_000, 300, 3_750, 6_000, 15_000)),
            entry("claude-sonnet-5", new Price(2_000, 200, 2_500, 4_000, 10_000)),
            entry("claude-haiku-4-5", new Price(1_000, 100, 1_250, 2_000, 5_000)),
            entry("claude-fable-5", new Price(10_000, 1_000, 12_500, 20_000, 50_000)),
            entry("gemini-3.1-pro", new Price(2_000, 200, 2_000, 2_000, 12_000)),
            entry("gemini-3.1-pro-preview", new Price(2_000, 200, 2_000, 2_000, 12_000)),
            entry("gemini-3.5-flash", new Price(1_500, 150, 1_500, 1_500, 9_000)),
            entry("gemini-2.5-pro", new Price(1_250, 125, 1_250, 1_250, 10_000)));

    /** Snapshots that cost something else than their family. */
    private static final Set<String> OTHERWISE = Set.of("gpt-4o-2024-05-13");

    /** Such as {@code gpt-5-2025-08-07}. */
    private static final Pattern DATED = Pattern.compile("([a-z0-9.-]+?)(?:-20\\d\\d-\\d\\d-\\d\\d)?");

    /** Such as {@code claude-sonnet-5@20260701}, {@code us.anthropic.claude-sonnet-5-20260701-v1:0}. */
    private static final Pattern CLAUDE = Pattern.compile("(?:(?:[a-z]{2,6}\\.)?anthropic\\.)?(claude-[a-z0-9-]+?)"
            + "(?:[-@]20\\d{6}|@default)?(?:-v\\d(?::\\d)?)?");

    private Prices() {}

    /**
     * @param model case and what stands before its last slash are ignored
     * @return null when it is not known
     */
    static @Nullable Price of(String model) {
        String name = name(model);
        return name == null ? null : SHIPPED.get(name);
    }

    /** By which the model's price is known; null when it is not. */
    static @Nullable String name(String model) {
        String plain = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        if (OTHERWISE.contains(plain)) {
            return null;
        }
        Matcher claude = CLAUDE.matcher(plain);
        Matcher family = claude.matches() ? claude : DATED.matcher(plain);
        return family.matches() && SHIPPED.containsKey(family.group(1)) ? family.group(1) : null;
    }
}
