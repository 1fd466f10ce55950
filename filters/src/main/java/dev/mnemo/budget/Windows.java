package dev.mnemo.budget;

import dev.mnemo.tenant.Limit;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calendar window around a moment, in a limit's own zone.
 *
 * <p>Thread-safe. What was worked out is kept until its window is over.
 */
final class Windows {

    /** Of a limit that is no calendar's. */
    static final Edges ENDLESS = new Edges(0, (1L << 53) - 1);

    /** So that limits of tenants that are gone do not stay for ever. */
    private static final int MOST = 100_000;

    private final Map<Limit, Edges> known = new ConcurrentHashMap<>();

    /**
     * In epoch seconds.
     *
     * @param start where the window began
     * @param end where it ends and the next begins
     */
    record Edges(long start, long end) {

        boolean hold(long now) {
            return start <= now && now < end;
        }
    }

    /** What has no calendar has one endless window. */
    Edges around(Limit limit, Instant now) {
        if (limit.every() == Limit.Window.NONE || limit.every() == Limit.Window.MINUTE) {
            return ENDLESS;
        }
        Edges edges = known.get(limit);
        if (edges == null || !edges.hold(now.getEpochSecond())) {
            edges = edges(limit, now);
            if (known.size() >= MOST) {
                known.clear();
            }
            known.put(limit, edges);
        }
        return edges;
    }

    private static Edges edges(Limit limit, Instant now) {
        ZonedDateTime at = now.atZone(limit.zone());
        return switch (limit.every()) {
            case HOUR -> edges(at.truncatedTo(ChronoUnit.HOURS), ChronoUnit.HOURS);
            case DAY -> edges(at.toLocalDate().atStartOfDay(at.getZone()), ChronoUnit.DAYS);
            case MONTH -> edges(at.toLocalDate().withDayOfMonth(1).atStartOfDay(at.getZone()), ChronoUnit.MONTHS);
            case MINUTE, NONE -> ENDLESS;
        };
    }

    private static Edges edges(ZonedDateTime start, ChronoUnit length) {
        return new Edges(start.toEpochSecond(), start.plus(1, length).toEpochSecond());
    }
}
