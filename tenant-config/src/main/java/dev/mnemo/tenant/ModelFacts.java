package dev.mnemo.tenant;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a family of models, in tokens; −1 where it is not.
 *
 * @param name a glob ({@code *} only) of model names, without what stands before a slash; case is ignored
 * @param window prompt and answer together
 * @param answer the longest answer
 * @param edge of a price tier: a longer prompt makes the whole call dearer
 * @param price null when it is not known
 */
public record ModelFacts(
        String name,
        long window,
        long answer,
        long edge,
        @Nullable Price price) {

    /** A family of which nothing is known. */
    public static final ModelFacts UNKNOWN = family("*", -1, -1, -1);

    /**
     * Without prices: those belong to fewer names, see {@link Prices}. Sources: developers.openai.com/api/docs/models,
     * Anthropic's and Google's model overviews, models.dev (July to November 2026). The first that matches counts.
     */
    static final List<ModelFacts> SHIPPED = List.of(
            family("gpt-5.4-mini*", 400_000, 128_000, -1),
            family("gpt-5.4*", 1_050_000, 128_000, 272_000),
            family("gpt-5.5*", 1_050_000, 128_000, 272_000),
            family("gpt-5.6*", -1, -1, 272_000),
            family("gpt-5*", 400_000, 128_000, -1),
            family("gpt-4.1*", 1_047_576, 32_768, -1),
            family("gpt-4o*", 128_000, 16_384, -1),
            family("o3*", 200_000, 100_000, -1),
            family("o4-mini*", 200_000, 100_000, -1),
            family("*claude-haiku-4-5*", 200_000, 64_000, -1),
            family("*claude-opus-4-7*", 1_000_000, 128_000, -1),
            family("*claude-opus-4-8*", 1_000_000, 128_000, -1),
            family("*claude-opus-5*", 1_000_000, 128_000, -1),
            family("*claude-sonnet-4-6*", 1_000_000, 128_000, -1),
            family("*claude-sonnet-5*", 1_000_000, 128_000, -1),
            family("*claude-fable-5*", 1_000_000, 128_000, -1),
            family("gemini-3*-pro*", 1_048_576, 65_536, 200_000),
            family("gemini-3*", 1_048_576, 65_536, -1),
            family("gemini-2.5-pro*", 1_048_576, 65_536, 200_000),
            family("gemini-2.5*", 1_048_576, 65_536, -1));

    private static ModelFacts family(String name, long window, long answer, long edge) {
        return new ModelFacts(name, window, answer, edge, null);
    }

    /** What was looked up: each call asks several times. Bounded, because clients choose the names. */
    private static final Map<String, ModelFacts> KNOWN = new ConcurrentHashMap<>();

    private static final int MOST = 2_000;

    /** What is known of a model without being told. */
    static ModelFacts shipped(String model) {
        ModelFacts known = KNOWN.get(model);
        if (known == null) {
            known = lookedUp(model);
            if (KNOWN.size() < MOST && model.length() <= 128) {
                KNOWN.put(model, known);
            }
        }
        return known;
    }

    private static ModelFacts lookedUp(String model) {
        ModelFacts family = of(SHIPPED, model);
        ModelFacts known = family == null ? UNKNOWN : family;
        String priced = Prices.name(model);
        return new ModelFacts(
                priced == null ? known.name : priced, known.window, known.answer, known.edge, Prices.of(model));
    }

    /** The first of {@code facts} that names the model; null when none does. */
    static @Nullable ModelFacts of(List<ModelFacts> facts, String model) {
        String plain = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        for (ModelFacts family : facts) {
            if (Globs.matches(family.name.toLowerCase(Locale.ROOT), plain)) {
                return family;
            }
        }
        return null;
    }

    /** These facts, and those of {@code other} where these say nothing; a price is taken whole. */
    ModelFacts or(ModelFacts other) {
        return new ModelFacts(
                name,
                window < 0 ? other.window : window,
                answer < 0 ? other.answer : answer,
                edge < 0 ? other.edge : edge,
                price == null ? other.price : price);
    }
}
