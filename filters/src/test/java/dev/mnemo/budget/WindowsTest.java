package dev.mnemo.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.Limit;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows are those of a calendar on a wall in the limit's zone, also where days are of 23 or 25 hours. */
class WindowsTest {

    @ParameterizedTest
    @CsvSource({
        "HOUR,   Asia/Kolkata,  2026-11-24T10:20:30Z, 2026-11-24T09:30:00Z, 2026-11-24T10:30:00Z",
        "DAY,    Europe/Zurich, 2026-11-24T23:30:00Z, 2026-11-24T23:00:00Z, 2026-11-25T23:00:00Z",
        "DAY,    Europe/Zurich, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        "DAY,    Europe/Zurich, 2027-03-28T12:00:00Z, 2027-03-27T23:00:00Z, 2027-03-28T22:00:00Z",
        // No midnight on the next day, and on the first of October 2023; then half an hour that comes twice.
        "DAY,    America/Santiago, 2026-09-05T12:00:00Z, 2026-09-05T04:00:00Z, 2026-09-06T04:00:00Z",
        "DAY,    America/Santiago, 2026-09-06T12:00:00Z, 2026-09-06T04:00:00Z, 2026-09-07T03:00:00Z",
        "DAY,    Africa/Cairo,     2026-04-24T12:00:00Z, 2026-04-23T22:00:00Z, 2026-04-24T21:00:00Z",
        "MONTH,  America/Asuncion, 2023-10-15T12:00:00Z, 2023-10-01T04:00:00Z, 2023-11-01T03:00:00Z",
        "HOUR,   Australia/Lord_Howe, 2026-04-04T14:59:00Z, 2026-04-04T14:00:00Z, 2026-04-04T15:00:00Z",
        "HOUR,   Australia/Lord_Howe, 2026-04-04T15:10:00Z, 2026-04-04T15:00:00Z, 2026-04-04T15:30:00Z",
        "MONTH,  UTC,           2026-12-31T23:59:59Z, 2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "MONTH,  UTC,           2028-02-29T00:00:00Z, 2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
    })
    void beginAndEndByTheCalendar(Limit.Window every, String zone, Instant now, Instant start, Instant end) {
        Windows.Edges edges = new Windows().around(limit(every, ZoneId.of(zone)), now);

        assertThat(Instant.ofEpochSecond(edges.start())).isEqualTo(start);
        assertThat(Instant.ofEpochSecond(edges.end())).isEqualTo(end);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Zurich",
                "Asia/Kathmandu",
                "Africa/Cairo",
                "Africa/Casablanca",
                "America/Santiago",
                "America/Havana",
                "America/Nuuk",
                "America/St_Johns",
                "Asia/Beirut",
                "Australia/Lord_Howe",
                "Pacific/Apia"
            })
    void followOneAnotherWithoutGapOrOverlap(String name) {
        ZoneId zone = ZoneId.of(name);
        for (Limit.Window every : List.of(Limit.Window.HOUR, Limit.Window.DAY, Limit.Window.MONTH)) {
            for (Instant now : instants(zone.getRules())) {
                Windows.Edges edges = around(every, zone, now.getEpochSecond());

                assertThat(edges.hold(now.getEpochSecond()))
                        .as("%s %s holds %s", every, edges, now)
                        .isTrue();
                assertThat(around(every, zone, edges.start()))
                        .as("%s %s", every, now)
                        .isEqualTo(edges);
                assertThat(around(every, zone, edges.end() - 1))
                        .as("%s %s", every, now)
                        .isEqualTo(edges);
                assertThat(around(every, zone, edges.end()).start())
                        .as("%s %s", every, now)
                        .isEqualTo(edges.end());
                assertThat(around(every, zone, edges.start() - 1).end())
                        .as("%s %s", every, now)
                        .isEqualTo(edges.start());
            }
        }
    }

    /** Of thirty years: some anywhere, and all around each time that the clock is set. */
    private static List<Instant> instants(ZoneRules rules) {
        Instant first = Instant.parse("2005-01-01T00:00:00Z");
        long last = Instant.parse("2035-01-01T00:00:00Z").getEpochSecond();
        Random random = new Random(7);
        List<Instant> instants = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            instants.add(Instant.ofEpochSecond(random.nextLong(first.getEpochSecond(), last)));
        }
        ZoneOffsetTransition set = rules.nextTransition(first);
        while (set != null && set.toEpochSecond() < last) {
            for (int minutes = -150; minutes <= 150; minutes += 10) {
                instants.add(set.getInstant().plusSeconds(minutes * 60L));
                instants.add(set.getInstant().plusSeconds(minutes * 60L - 1));
            }
            set = rules.nextTransition(set.getInstant());
        }
        return instants;
    }

    private static Windows.Edges around(Limit.Window every, ZoneId zone, long second) {
        return new Windows().around(limit(every, zone), Instant.ofEpochSecond(second));
    }

    private static Limit limit(Limit.Window every, ZoneId zone) {
        return new Limit("l", Limit.Scope.TENANT, Limit.Unit.TOKENS, 1, every, zone, List.of(), 80, false);
    }
}
