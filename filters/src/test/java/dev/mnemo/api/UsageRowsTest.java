package dev.mnemo.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mnemo.budget.Consumption;
import dev.mnemo.budget.UsageRow;
import dev.mnemo.call.Refusal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** However much there is in the book, an answer from it is bounded. */
class UsageRowsTest {

    private static final LocalDate DAY = LocalDate.of(2026, 11, 24);

    private static UsageRow row(String model) {
        return new UsageRow(new UsageRow.Name("web", model, null), new Consumption(1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void rowsThatDifferInNothingAskedForAreAddedUp() {
        UsageRows rows = new UsageRows(List.of("user"));
        rows.add(DAY, row("a"));
        rows.add(DAY.plusDays(1), row("b"));

        assertThat(rows.shown())
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("user", "").containsEntry("calls", 2L));
    }

    @Test
    void noMoreThanAMillionAreRead() {
        UsageRows rows = new UsageRows(List.of("user"));
        for (int i = 0; i < 1_000_000; i++) {
            rows.read();
        }
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(rows::read)
                .withMessageContaining("1000000 rows")
                .withMessageContaining("expected: fewer days");
    }

    @Test
    void noMoreThanTenThousandAreShown() {
        UsageRows rows = new UsageRows(List.of("model"));
        for (int i = 0; i < 10_000; i++) {
            rows.add(DAY, row("m" + i));
        }
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> rows.add(DAY, row("one more")))
                .withMessageContaining("10000 rows");
    }
}
