package dev.mnemo.budget;

import static dev.mnemo.budget.Claims.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BudgetHeadersTest {

    private final Level day =
            new Level(limit("user-day", Scope.USER, Unit.TOKENS, 200_000, Window.DAY), 199_000, Duration.ofHours(2));
    private final Level burst =
            new Level(limit("burst", Scope.KEY, Unit.REQUESTS, 600, Window.MINUTE), 700, Duration.ofSeconds(12));

    @Test
    void areStructuredFields() {
        Map<String, String> headers = new LinkedHashMap<>();

        BudgetHeaders.write(List.of(burst, day), headers::put);

        assertThat(headers)
                .containsEntry("RateLimit-Policy", "\"burst\";q=600;w=60, \"user-day\";q=200000;qu=\"tokens\";w=86400")
                .containsEntry("RateLimit", "\"burst\";r=0;t=12, \"user-day\";r=1000;t=7200");
    }

    @Test
    void dollarsAreMillionthsAndWhatIsInFlightHasNoWindow() {
        Map<String, String> headers = new LinkedHashMap<>();
        Limit now = limit("now", Scope.USER, Unit.CALLS, 4, Window.NONE);
        Limit dollars = limit("opus", Scope.USER, Unit.USD, 2_500_000_000L, Window.DAY);

        BudgetHeaders.write(
                List.of(
                        new Level(now, 1, Duration.ofSeconds(1)),
                        new Level(dollars, 500_000_999, Duration.ofSeconds(9))),
                headers::put);

        assertThat(headers)
                .containsEntry(
                        "RateLimit-Policy",
                        "\"now\";q=4;qu=\"concurrent-requests\", \"opus\";q=2500000;qu=\"usd-millionths\";w=86400")
                .containsEntry("RateLimit", "\"now\";r=3;t=1, \"opus\";r=1999999;t=9")
                .doesNotContainKey("X-Mnemo-Budget");
    }

    @Test
    void whatIsNearlyUsedUpOrOnlyReportsStandsInAHeaderOfItsOwn() {
        Map<String, String> headers = new LinkedHashMap<>();
        Limit shadow =
                new Limit("next", Scope.KEY, Unit.REQUESTS, 10, Window.HOUR, ZoneOffset.UTC, List.of(), 80, true);

        BudgetHeaders.write(List.of(new Level(shadow, 25, Duration.ofHours(1)), burst, day), headers::put);

        assertThat(headers)
                .containsEntry("X-Mnemo-Budget", "\"next\";used=250;shadow, \"burst\";used=116, \"user-day\";used=99");
        assertThat(headers.get("RateLimit")).doesNotContain("next");
        assertThat(headers.get("RateLimit-Policy")).doesNotContain("next");
    }

    @Test
    void aRefusalSaysWhatAndForHowLong() {
        assertThat(BudgetHeaders.sentence(new Refused(burst, 1, Duration.ofSeconds(7), false, List.of(burst))))
                .isEqualTo(
                        "budget: limit \"burst\" of 600 requests per key and minute has no room for this call; 0 requests"
                                + " left, resets in 7 s (expected: later)");
    }

    @Test
    void aRefusalOfWhatIsLargerThanItsLimitPromisesNothing() {
        Level dollars =
                new Level(limit("opus", Scope.USER, Unit.USD, 2_500_000_000L, Window.DAY), 0, Duration.ofSeconds(9));

        assertThat(BudgetHeaders.sentence(
                        new Refused(dollars, 3_000_000_000L, Duration.ofSeconds(9), true, List.of(dollars))))
                .isEqualTo(
                        "budget: limit \"opus\" of 2.5 dollars per user and day is less than the 3 dollars that this call may use by"
                                + " itself; waiting does not help (expected: a shorter prompt, or a smaller maximum for the answer)");
    }
}
