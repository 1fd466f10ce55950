package dev.mnemo.tenant;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a family of models, in tokens; −1 where it is not.
 *
 * @param name a glob ({@code *} only) of model names, without what stands before a slash
 * @param window prompt and answer together
 * @param answer the longest answer
 * @param edge of a price tier: a longer prompt makes the whole call dearer
 */
public record ModelFacts(String name, long window, long answer, long edge) {

    /** A family of which nothing is known. */
    public static final ModelFacts UNKNOWN = new ModelFacts("*", -1, -1, -1);

    /**
     * Sources: developers.openai.com/api/docs/models, Anthropic's and Google's model overviews, models.dev (July to November
     * 2026). The first that matches counts.
     */
    static final List<ModelFacts> SHIPPED = List.of(
            new ModelFacts("gpt-5.4-mini*", 400_000, 128_000, -1),
            new ModelFacts("gpt-5.4*", 1_050_000, 128_000, 272_000),
            new ModelFacts("gpt-5.5*", 1_050_000, 128_000, 272_000),
            new ModelFacts("gpt-5.6*", -1, -1, 272_000),
            new ModelFacts("gpt-5*", 400_000, 128_000, -1),
            new ModelFacts("gpt-4.1*", 1_047_576, 32_768, -1),
            new ModelFacts("gpt-4o*", 128_000, 16_384, -1),
            new ModelFacts("o3*", 200_000, 100_000, -1),
            new ModelFacts("o4-mini*", 200_000, 100_000, -1),
            new ModelFacts("*claude-haiku-4-5*", 200_000, 64_000, -1),
            new ModelFacts("*claude-opus-4-7*", 1_000_000, 128_000, -1),
            new ModelFacts("*claude-opus-4-8*", 1_000_000, 128_000, -1),
            new ModelFacts("*claude-opus-5*", 1_000_000, 128_000, -1),
            new ModelFacts("*claude-sonnet-4-6*", 1_000_000, 128_000, -1),
            new ModelFacts("*claude-sonnet-5*", 1_000_000, 128_000, -1),
            new ModelFacts("*claude-fable-5*", 1_000_000, 128_000, -1),
            new ModelFacts("gemini-3*-pro*", 1_048_576, 65_536, 200_000),
            new ModelFacts("gemini-3*", 1_048_576, 65_536, -1),
            new ModelFacts("gemini-2.5-pro*", 1_048_576, 65_536, 200_000),
            new ModelFacts("gemini-2.5*", 1_048_576, 65_536, -1));

    /** The first of {@code facts} that names the model; null when none does. */
    static @Nullable ModelFacts of(List<ModelFacts> facts, String model) {
        String plain = model.substring(model.lastIndexOf('/') + 1);
        for (ModelFacts family : facts) {
            if (Globs.matches(family.name, plain)) {
                return family;
            }
        }
        return null;
    }

    /** These facts, and those of {@code other} where these say nothing. */
    ModelFacts or(ModelFacts other) {
        return new ModelFacts(
                name,
                window < 0 ? other.window : window,
                answer < 0 ? other.answer : answer,
                edge < 0 ? other.edge : edge);
    }
}
