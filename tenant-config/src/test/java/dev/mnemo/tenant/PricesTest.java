package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A price is its own model's, or there is none. */
class PricesTest {

    private static final Price OWN = new Price(1, 2, 3, 4, 5);
    private static final Price REST = new Price(9, 9, 9, 9, 9);

    @ParameterizedTest
    @CsvSource({
        "gpt-5.5, 5000, 500, 5000, 5000, 30000",
        "gpt-5.5-2026-04-23, 5000, 500, 5000, 5000, 30000",
        "gpt-5.4, 2500, 250, 2500, 2500, 15000",
        "gpt-5, 1250, 125, 1250, 1250, 10000",
        "gpt-5-2025-08-07, 1250, 125, 1250, 1250, 10000",
        "gpt-4.1-2025-04-14, 2000, 500, 2000, 2000, 8000",
        "gpt-4o, 2500, 1250, 2500, 2500, 10000",
        "gpt-4o-2024-08-06, 2500, 1250, 2500, 2500, 10000",
        "o3, 2000, 500, 2000, 2000, 8000",
        "gpt-5.6-sol, 5000, 500, 6250, 6250, 30000",
        "gpt-5.6-terra, 2000, 200, 2500, 2500, 12000",
        "gpt-5.6-luna, 200, 20, 250, 250, 1200",
        "gpt-6.2-sol, 2000, 100, 2500, 5000, 10000",
        "gpt-6-astra, 10000, 1000, 12500, 12500, 50000",
        "claude-opus-4-7, 5000, 500, 6250, 10000, 25000",
        "claude-sonnet-4-6, 3000, 300, 3750, 6000, 15000",
        "claude-sonnet-5@20260701, 2000, 200, 2500, 4000, 10000",
        "claude-sonnet-5@default, 2000, 200, 2500, 4000, 10000",
        "claude-haiku-4-5-20251001, 1000, 100, 1250, 2000, 5000",
        "anthropic.claude-sonnet-4-6-v1:0, 3000, 300, 3750, 6000, 15000",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0, 1000, 100, 1250, 2000, 5000",
        "global.anthropic.claude-fable-5, 10000, 1000, 12500, 20000, 50000",
        "gemini-3.1-pro-preview, 2000, 200, 2000, 2000, 12000",
        "gemini-3.5-flash, 1500, 150, 1500, 1500, 9000",
        "gemini-2.5-pro, 1250, 125, 1250, 1250, 10000",
    })
    void aFamilyAndItsSnapshotsHaveOne(
            String model, long input, long cached, long written, long writtenHour, long output) {
        Price price = new Price(input, cached, written, writtenHour, output);

        for (String name : List.of(model, model.toUpperCase(Locale.ROOT), "openai/" + model)) {
            assertThat(Prices.of(name)).as(name).isEqualTo(price);
            assertThat(ModelFacts.shipped(name).price()).as(name).isEqualTo(price);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "gpt-5-mini",
                "gpt-5-mini-2025-08-07",
                "gpt-5-nano",
                "gpt-5-pro",
                "gpt-5-codex",
                "gpt-5-chat-latest",
                "gpt-5.1",
                "gpt-5.2-pro",
                "gpt-5.4-mini",
                "gpt-5.4-mini-2026-03-17",
                "gpt-5.4-nano",
                "gpt-5.4-pro",
                "gpt-5.5-pro",
                "gpt-5.6",
                "gpt-6",
                "gpt-50",
                "gpt-4",
                "gpt-4-turbo",
                "gpt-4.1-mini",
                "gpt-4.1-nano-2025-04-14",
                "gpt-4o-mini",
                "gpt-4o-mini-2024-07-18",
                "gpt-4o-2024-05-13",
                "GPT-4o-2024-05-13",
                "gpt-4o-audio-preview",
                "gpt-4o-realtime-preview-2024-12-17",
                "gpt-4o-search-preview",
                "chatgpt-4o-latest",
                "ft:gpt-4o-2024-08-06:acme::id",
                "gpt-oss-120b",
                "o1",
                "o3-mini",
                "o3-pro-2025-06-10",
                "o3-deep-research",
                "o4-mini",
                "claude-opus-4-1-20250805",
                "claude-opus-4-8",
                "claude-opus-5",
                "claude-opus-5-5",
                "claude-sonnet-4-5-20250929",
                "claude-sonnet-5-5",
                "claude-3-5-haiku-20241022",
                "us.anthropic.claude-opus-5-v1:0",
                "my.claude-sonnet-5",
                "gemini-3-flash-preview",
                "gemini-3.1-flash-lite",
                "gemini-3.1-pro-image-preview",
                "gemini-2.5-pro-preview-tts",
                "gemini-2.5-flash",
                "gpt-5-v1",
                "gpt-5-2025-08-07-mini",
                "my-gpt-5.5",
                "qwen3:8b",
            })
    void otherNamesThatBeginAlikeHaveNone(String model) {
        assertThat(ModelFacts.shipped(model).price()).isNull();
        assertThat(ModelFacts.shipped("openai/" + model).price()).isNull();
    }

    @Test
    void theTenantsOwnComesFirstAndThatOfTheRestLast() {
        Tenant tenant = tenant(
                REST,
                new ModelFacts("gpt-5.5", -1, -1, -1, OWN),
                new ModelFacts("gpt-5.4", 8_000, -1, -1, null),
                new ModelFacts("My-*", -1, -1, -1, OWN));

        assertThat(tenant.price("gpt-5.5")).isEqualTo(OWN);
        assertThat(tenant.price("azure/MY-deployment")).isEqualTo(OWN);
        assertThat(tenant.price("gpt-5.4")).isEqualTo(Prices.of("gpt-5.4")).isNotNull();
        assertThat(tenant.facts("gpt-5.4").window()).isEqualTo(8_000);
        assertThat(tenant.facts("gpt-5.5").edge()).isEqualTo(272_000);
        assertThat(tenant.price("claude-opus-4-7")).isEqualTo(Prices.of("claude-opus-4-7"));
        assertThat(tenant.price("gpt-5-mini")).isEqualTo(REST);
        assertThat(tenant.price("")).isEqualTo(REST);
    }

    /** Only the first own entry that matches is heard; its gaps are filled from what is shipped, not from the next entry. */
    @Test
    void theFirstOwnEntryHidesTheNext() {
        Tenant tenant =
                tenant(null, new ModelFacts("my-*", 8_000, -1, -1, null), new ModelFacts("my-model", -1, -1, -1, OWN));

        assertThat(tenant.price("my-model")).isNull();
    }

    private static Tenant tenant(@Nullable Price rest, ModelFacts... models) {
        return new Tenant(
                "acme",
                "acme",
                List.of(),
                null,
                List.of(),
                true,
                List.of(),
                MemoryPolicy.DEFAULT,
                new BudgetPolicy(1_000, false, 100, 100, rest, List.of()),
                List.of(models));
    }
}
