package dev.mnemo.budget;

import dev.mnemo.tenant.Limit;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calendar windows around a moment, in a limit's own zone. Redis decides by its own clock which of them is now; it gets
 * one before and one after, so that a replica's clock may be wrong by a window.
 *
 * <p>Thread-safe. What was worked out is kept until its window is over.
 */
final class Windows {

    private final Map<Limit, Edges> known = new ConcurrentHashMap<>();

    /**
     * In epoch seconds.
     *
     * @param before where the window before this one began
     * @param start where this one began
     * @param end where it ends and the next begins
     * @param after where the next one ends
     * @param texts the four in this order, in digits, as a script takes them
     */
    record Edges(long before, long start, long end, long after, byte[][] texts) {

        private Edges(long before, long start, long end, long after) {
            this(before, start, end, after, new byte[][] {ascii(before), ascii(start), ascii(end), ascii(after)});
        }

        private static byte[] ascii(long seconds) {
            return Long.toString(seconds).getBytes(StandardCharsets.US_ASCII);
        }

        boolean hold(long now) {
            return start <= now && now < end;
        }
    }

    Edges around(Limit limit, Instant now) {
        Edges edges = known.get(limit);
        if (edges == null || !edges.hold(now.getEpochSecond())) {
            edges = edges(limit, now);
            known.put(limit, edges);
        }
        return edges;
    }

    private static Edges edges(Limit limit, Instant now) {
        ZonedDateTime start = start(limit.every(), now.atZone(limit.zone()));
        ChronoUnit unit = unit(limit.every());
        return new Edges(
                start(limit.every(), start.minusSeconds(1)).toEpochSecond(),
                start.toEpochSecond(),
                start.plus(1, unit).toEpochSecond(),
                start.plus(2, unit).toEpochSecond());
    }

    private static ZonedDateTime start(Limit.Window every, ZonedDateTime at) {
        return switch (every) {
            case MINUTE -> at.truncatedTo(ChronoUnit.MINUTES);
            case HOUR -> at.truncatedTo(ChronoUnit.HOURS);
            case DAY -> at.toLocalDate().atStartOfDay(at.getZone());
            case MONTH -> at.toLocalDate().withDayOfMonth(1).atStartOfDay(at.getZone());
            case NONE -> throw new IllegalArgumentException("no window");
        };
    }

    private static ChronoUnit unit(Limit.Window every) {
        return switch (every) {
            case MINUTE -> ChronoUnit.MINUTES;
            case HOUR -> ChronoUnit.HOURS;
            case DAY -> ChronoUnit.DAYS;
            case MONTH -> ChronoUnit.MONTHS;
            case NONE -> throw new IllegalArgumentException("no window");
        };
    }
}
