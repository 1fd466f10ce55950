package dev.mnemo.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.Limit;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows are those of a calendar on a wall in the limit's zone, also where days are of 23 or 25 hours. */
class WindowsTest {

    @ParameterizedTest
    @CsvSource({
        "HOUR,   Asia/Kolkata,  2026-11-24T10:20:30Z, 2026-11-24T09:30:00Z, 2026-11-24T10:30:00Z",
        "DAY,    Europe/Zurich, 2026-11-24T23:30:00Z, 2026-11-24T23:00:00Z, 2026-11-25T23:00:00Z",
        "DAY,    Europe/Zurich, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        "DAY,    Europe/Zurich, 2027-03-28T12:00:00Z, 2027-03-27T23:00:00Z, 2027-03-28T22:00:00Z",
        "MONTH,  UTC,           2026-12-31T23:59:59Z, 2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "MONTH,  UTC,           2028-02-29T00:00:00Z, 2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
    })
    void beginAndEndByTheCalendar(Limit.Window every, String zone, Instant now, Instant start, Instant end) {
        Limit limit =
                new Limit("l", Limit.Scope.TENANT, Limit.Unit.TOKENS, 1, every, ZoneId.of(zone), List.of(), 80, false);

        Windows.Edges edges = new Windows().around(limit, now);

        assertThat(Instant.ofEpochSecond(edges.start())).isEqualTo(start);
        assertThat(Instant.ofEpochSecond(edges.end())).isEqualTo(end);
    }
}
