package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenEstimateTest {

    private final TokenEstimate estimate = new TokenEstimate();

    @Test
    void learnsWhatAProviderCountsForEachTenantAndModel() {
        long before = estimate.prompt("acme", "m", 10_000, 0);
        for (int i = 0; i < 100; i++) {
            estimate.learn("acme", "m", 10_000, 0, 2_000);
        }

        assertThat(before).isEqualTo(3_000);
        assertThat(estimate.prompt("acme", "m", 10_000, 0)).isBetween(2_000L, 2_010L);
        assertThat(estimate.prompt("globex", "m", 10_000, 0)).isEqualTo(3_000);
    }

    @Test
    void isNotLedAstrayByPicturesOrShortPrompts() {
        estimate.learn("acme", "m", 10_000, 1, 100_000);
        estimate.learn("acme", "m", 10, 0, 500);

        assertThat(estimate.prompt("acme", "m", 10_000, 0)).isEqualTo(3_000);
    }
}
