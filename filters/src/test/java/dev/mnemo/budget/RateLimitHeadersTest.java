package dev.mnemo.budget;

import static dev.mnemo.Fixtures.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RateLimitHeadersTest {

    private final Level day =
            new Level(limit("user-day", Scope.USER, Unit.TOKENS, 200_000, Window.DAY), 199_000, Duration.ofHours(2));
    private final Level burst =
            new Level(limit("burst", Scope.KEY, Unit.REQUESTS, 600, Window.MINUTE), 700, Duration.ofSeconds(12));

    @Test
    void areStructuredFields() {
        Map<String, String> headers = new LinkedHashMap<>();

        RateLimitHeaders.write(List.of(burst, day), headers::put);

        assertThat(headers)
                .containsEntry("RateLimit-Policy", "\"burst\";q=600;w=60, \"user-day\";q=200000;qu=\"tokens\";w=86400")
                .containsEntry("RateLimit", "\"burst\";r=0;t=12, \"user-day\";r=1000;t=7200");
    }

    @Test
    void aRefusalSaysWhatAndForHowLong() {
        assertThat(RateLimitHeaders.sentence(burst))
                .isEqualTo(
                        "budget: limit \"burst\" of 600 requests per key and minute has no room for this call; 0 left,"
                                + " resets in 12 s (expected: a smaller call, or later)");
    }
}
