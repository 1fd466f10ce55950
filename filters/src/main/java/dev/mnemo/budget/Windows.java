package dev.mnemo.budget;

import dev.mnemo.tenant.Limit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
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

    private static final long HOUR = 3600;

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
        ZoneId zone = limit.zone();
        LocalDate day = now.atZone(zone).toLocalDate();
        LocalDate month = day.withDayOfMonth(1);
        return switch (limit.every()) {
            case HOUR -> hour(zone.getRules(), now);
            case DAY -> around(now, zone, day, day.plusDays(1), day.plusDays(2));
            case MONTH -> around(now, zone, month, month.plusMonths(1), month.plusMonths(2));
            case MINUTE, NONE -> ENDLESS;
        };
    }

    /** Where the clock is set back past midnight, the old day comes again: what has begun goes on. */
    private static Edges around(Instant now, ZoneId zone, LocalDate first, LocalDate next, LocalDate overnext) {
        Edges edges = between(first, next, zone);
        return edges.hold(now.getEpochSecond()) ? edges : between(next, overnext, zone);
    }

    /** A day begins at its first moment, which is not everywhere midnight. */
    private static Edges between(LocalDate first, LocalDate next, ZoneId zone) {
        return new Edges(
                first.atStartOfDay(zone).toEpochSecond(),
                next.atStartOfDay(zone).toEpochSecond());
    }

    /** An hour on the wall, but cut where the wall's clock is set: some are set by half an hour. */
    private static Edges hour(ZoneRules rules, Instant now) {
        long offset = rules.getOffset(now).getTotalSeconds();
        long start = Math.floorDiv(now.getEpochSecond() + offset, HOUR) * HOUR - offset;
        long end = start + HOUR;
        // One that is set at this very moment begins the window.
        ZoneOffsetTransition set = rules.previousTransition(now.plusNanos(1));
        ZoneOffsetTransition next = rules.nextTransition(now);
        return new Edges(
                set == null ? start : Math.max(start, set.toEpochSecond()),
                next == null ? end : Math.min(end, next.toEpochSecond()));
    }
}
