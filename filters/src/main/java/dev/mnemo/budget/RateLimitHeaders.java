package dev.mnemo.budget;

import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.tenant.Limit;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * {@code RateLimit-Policy} and {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers-10): lists of structured items, one
 * for each limit that applies, tightest first.
 */
final class RateLimitHeaders {

    private RateLimitHeaders() {}

    static void write(List<Level> levels, BiConsumer<String, String> header) {
        if (levels.isEmpty()) {
            return;
        }
        StringBuilder policy = new StringBuilder();
        StringBuilder limit = new StringBuilder();
        for (Level level : levels) {
            String separator = policy.isEmpty() ? "" : ", ";
            String name = '"' + level.limit().name() + '"';
            policy.append(separator)
                    .append(name)
                    .append(";q=")
                    .append(level.limit().amount());
            if (level.limit().unit() == Limit.Unit.TOKENS) {
                policy.append(";qu=\"tokens\"");
            }
            policy.append(";w=").append(seconds(level.limit().every()));
            limit.append(separator)
                    .append(name)
                    .append(";r=")
                    .append(Math.max(0, level.left()))
                    .append(";t=")
                    .append(level.resets().toSeconds());
        }
        header.accept("RateLimit-Policy", policy.toString());
        header.accept("RateLimit", limit.toString());
    }

    /** What a refused caller reads. */
    static String sentence(Level by) {
        Limit limit = by.limit();
        return "budget: limit \"" + limit.name() + "\" of " + limit.amount() + " " + lower(limit.unit()) + " per "
                + lower(limit.per()) + " and " + lower(limit.every()) + " has no room for this call; "
                + Math.max(0, by.left())
                + " left, resets in " + by.resets().toSeconds() + " s (expected: a smaller call, or later)";
    }

    /** Of a window; a month counts as thirty days, its real end stands in {@code t}. */
    private static long seconds(Limit.Window window) {
        return switch (window) {
            case MINUTE -> 60;
            case HOUR -> 3_600;
            case DAY -> 86_400;
            case MONTH -> 2_592_000;
            case NONE -> throw new IllegalArgumentException("no window");
        };
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
