package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of models without being told, and what a tenant says over it. */
class ModelFactsTest {

    @ParameterizedTest
    @CsvSource({
        "gpt-5.5, 1050000, 128000, 272000",
        "gpt-5.5-2026-04-23, 1050000, 128000, 272000",
        "gpt-5.4, 1050000, 128000, 272000",
        "gpt-5.4-mini, 400000, 128000, -1",
        "gpt-5, 400000, 128000, -1",
        "gpt-5-mini, 400000, 128000, -1",
        "gpt-5.6-sol, -1, -1, 272000",
        "gpt-4.1-nano, 1047576, 32768, -1",
        "gpt-4o-mini, 128000, 16384, -1",
        "o3, 200000, 100000, -1",
        "o4-mini, 200000, 100000, -1",
        "claude-opus-4-7, 1000000, 128000, -1",
        "claude-haiku-4-5-20251001, 200000, 64000, -1",
        "anthropic.claude-sonnet-4-6-v1:0, 1000000, 128000, -1",
        "us.anthropic.claude-opus-5-v1:0, 1000000, 128000, -1",
        "claude-sonnet-5@20260701, 1000000, 128000, -1",
        "gemini-3.1-pro, 1048576, 65536, 200000",
        "gemini-3.5-flash, 1048576, 65536, -1",
        "gemini-2.5-pro, 1048576, 65536, 200000",
        "gemini-2.5-flash-lite, 1048576, 65536, -1",
    })
    void familiesAreKnownByTheirNames(String model, long window, long answer, long edge) {
        for (String name :
                List.of(model, model.toUpperCase(Locale.ROOT), "openai/" + model, "projects/p/models/" + model)) {
            ModelFacts facts = Objects.requireNonNull(ModelFacts.of(ModelFacts.SHIPPED, name), name);

            assertThat(List.of(facts.window(), facts.answer(), facts.edge()))
                    .as(name)
                    .containsExactly(window, answer, edge);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "my-deployment", "gpt-6", "qwen3", "my-gpt-5.5", "claude"})
    void othersAreNot(String model) {
        assertThat(ModelFacts.of(ModelFacts.SHIPPED, model)).isNull();
    }

    @Test
    void theFirstThatMatchesCounts() {
        List<ModelFacts> facts = List.of(
                new ModelFacts("a-mini*", 1, 1, 1, null),
                new ModelFacts("a*", 2, 2, 2, null),
                new ModelFacts("*", 3, 3, 3, null));

        assertThat(ModelFacts.of(facts, "a-mini-2")).isEqualTo(facts.get(0));
        assertThat(ModelFacts.of(facts, "a-large")).isEqualTo(facts.get(1));
        assertThat(ModelFacts.of(facts, "b")).isEqualTo(facts.get(2));
        assertThat(ModelFacts.of(List.of(), "b")).isNull();
    }

    @Test
    void whatOneDoesNotSayAnotherMay() {
        ModelFacts own = new ModelFacts("mine", 8_000, -1, -1, null);
        ModelFacts shipped = new ModelFacts("family*", 4_000, 1_000, -1, null);

        assertThat(own.or(shipped)).isEqualTo(new ModelFacts("mine", 8_000, 1_000, -1, null));
        assertThat(own.or(ModelFacts.UNKNOWN)).isEqualTo(own);
        assertThat(ModelFacts.UNKNOWN.or(shipped)).isEqualTo(new ModelFacts("*", 4_000, 1_000, -1, null));
    }

    /** A family that an earlier one hides would never be found. */
    @Test
    void noFamilyHidesAnother() {
        for (ModelFacts family : ModelFacts.SHIPPED) {
            assertThat(ModelFacts.of(ModelFacts.SHIPPED, family.name().replace("*", "")))
                    .isSameAs(family);
            assertThat(family.edge()).isLessThan(family.window() < 0 ? Long.MAX_VALUE : family.window());
        }
    }
}
