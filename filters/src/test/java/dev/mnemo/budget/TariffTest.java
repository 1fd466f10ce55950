package dev.mnemo.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.tenant.Price;
import org.junit.jupiter.api.Test;

/** Dollars of the arithmetic that providers publish, in billionths. */
class TariffTest {

    /** $5, $0.50, $6.25, $10 and $25 a million. */
    private final Tariff opus = new Tariff(new Price(5_000, 500, 6_250, 10_000, 25_000), -1);

    /** $2.50, $0.25 and $15 a million; from 272,000 on twice, and half as much again. */
    private final Tariff gpt = new Tariff(new Price(2_500, 250, 2_500, 2_500, 15_000), 272_000);

    @Test
    void eachKindOfTokenHasItsPrice() {
        // The first turn with a block of 50,000 for five minutes, for an hour; a later turn; nothing cached.
        assertThat(opus.prompt(new Usage(50_000, 0, 50_000, 0, 0))).isEqualTo(312_500_000);
        assertThat(opus.prompt(new Usage(50_000, 0, 50_000, 50_000, 0, 0))).isEqualTo(500_000_000);
        assertThat(opus.prompt(new Usage(50_000, 50_000, 0, 0, 0))).isEqualTo(25_000_000);
        assertThat(opus.prompt(new Usage(50_000, 0, 0, 0, 0))).isEqualTo(250_000_000);
        assertThat(opus.prompt(new Usage(1_000, 600, 300, 100, 0, 0)))
                .isEqualTo(100 * 5_000 + 600 * 500 + 200 * 6_250 + 100 * 10_000);
        assertThat(opus.answer(50_000, 1_000)).isEqualTo(25_000_000);
    }

    @Test
    void beyondTheEdgeEverythingIsDearer() {
        assertThat(gpt.prompt(new Usage(272_000, 0, 0, 0, 0))).isEqualTo(680_000_000);
        assertThat(gpt.prompt(new Usage(272_001, 0, 0, 0, 0))).isEqualTo(1_360_005_000);
        assertThat(gpt.answer(272_000, 1_000)).isEqualTo(15_000_000);
        assertThat(gpt.answer(272_001, 1_000)).isEqualTo(22_500_000);
        assertThat(gpt.input(272_001, false, false)).isEqualTo(5_000);
    }

    @Test
    void theMostThatAPromptCanCostIsThatOfWritingItToACacheWhereTheCallAsksForIt() {
        assertThat(opus.input(1_000, false, false)).isEqualTo(5_000);
        assertThat(opus.input(1_000, true, true)).isEqualTo(10_000);
        assertThat(gpt.input(1_000, true, false)).isEqualTo(2_500);
    }

    /** What a provider says must not overflow a counter. */
    @Test
    void aBillionTokensOfTheDearestModelStayExact() {
        Tariff dearest = new Tariff(new Price(10_000, 1_000, 12_500, 20_000, 50_000), 1);
        long tokens = 1_000_000_000;

        assertThat(dearest.prompt(new Usage(tokens, 0, tokens, tokens, 0, 0)) + dearest.answer(tokens, tokens))
                .isPositive()
                .isLessThan(1L << 53);
    }
}
