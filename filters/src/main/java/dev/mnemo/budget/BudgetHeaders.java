package dev.mnemo.budget;

import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.call.CallHeaders;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Unit;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * {@code RateLimit-Policy} and {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers-10): lists of structured items, one
 * for each limit that applies, tightest first. Limits that only report are not among them, so that no client slows down for
 * one; they stand, with those that are nearly used up, in {@code X-Mnemo-Budget}.
 */
final class BudgetHeaders {

    /** Of an integer in a structured field (RFC 9651). */
    private static final long MOST = 999_999_999_999_999L;

    private BudgetHeaders() {}

    static void write(List<Level> levels, BiConsumer<String, String> header) {
        StringBuilder policy = new StringBuilder();
        StringBuilder limit = new StringBuilder();
        StringBuilder report = new StringBuilder();
        for (Level level : levels) {
            Limit of = level.limit();
            String name = '"' + of.name() + '"';
            if (level.warns() || of.shadow()) {
                item(report, name)
                        .append(";used=")
                        .append(Math.min(level.percent(), MOST))
                        .append(of.shadow() ? ";shadow" : "");
            }
            if (of.shadow()) {
                continue;
            }
            item(policy, name).append(";q=").append(shown(of, of.amount()));
            String unit = unit(of.unit());
            if (!unit.isEmpty()) {
                policy.append(";qu=\"").append(unit).append('"');
            }
            if (of.every() != Limit.Window.NONE) {
                policy.append(";w=").append(seconds(of.every()));
            }
            item(limit, name)
                    .append(";r=")
                    .append(shown(of, Math.max(0, level.left())))
                    .append(";t=")
                    .append(level.resets().toSeconds());
        }
        write("RateLimit-Policy", policy, header);
        write("RateLimit", limit, header);
        write(CallHeaders.BUDGET, report, header);
    }

    private static void write(String name, StringBuilder value, BiConsumer<String, String> header) {
        if (!value.isEmpty()) {
            header.accept(name, value.toString());
        }
    }

    private static StringBuilder item(StringBuilder list, String name) {
        return list.append(list.isEmpty() ? "" : ", ").append(name);
    }

    /** Dollars in millionths: billionths have more digits than such an integer may. */
    private static long shown(Limit limit, long amount) {
        return Math.min(limit.unit() == Unit.USD ? amount / 1_000 : amount, MOST);
    }

    /** Empty for requests, which is what the draft takes for granted. */
    private static String unit(Unit unit) {
        return switch (unit) {
            case TOKENS, INPUT, OUTPUT -> unit.member();
            case USD -> "usd-millionths";
            case REQUESTS -> "";
            case CALLS -> "concurrent-requests";
        };
    }

    /** What a refused caller reads. */
    static String sentence(Refused refused) {
        Limit limit = refused.by().limit();
        String per = limit.per().name().toLowerCase(Locale.ROOT);
        String window = limit.every() == Limit.Window.NONE
                ? " in flight per " + per
                : " per " + per + " and " + limit.every().name().toLowerCase(Locale.ROOT);
        String what = "budget: limit \"" + limit.name() + "\" of " + amount(limit, limit.amount()) + window;
        if (refused.never()) {
            return what + " is less than the " + amount(limit, refused.must())
                    + " that this call may use by itself; waiting does not help (expected: a shorter prompt, or a smaller"
                    + " maximum for the answer)";
        }
        String left = amount(limit, Math.max(0, refused.by().left())) + " left, resets in "
                + refused.room().toSeconds() + " s";
        return switch (limit.unit()) {
            case TOKENS, INPUT, OUTPUT, USD ->
                what + " has no room for the " + amount(limit, refused.must()) + " that this call may use; " + left
                        + " (expected: a smaller call, or later)";
            case REQUESTS -> what + " has no room for this call; " + left + " (expected: later)";
            case CALLS -> what + " has no room for this call (expected: when one of them has ended)";
        };
    }

    /** For people: a number and its unit. */
    private static String amount(Limit limit, long amount) {
        return switch (limit.unit()) {
            case TOKENS -> amount + " tokens";
            case INPUT -> amount + " input tokens";
            case OUTPUT -> amount + " output tokens";
            case USD -> BigDecimal.valueOf(amount, 9).stripTrailingZeros().toPlainString() + " dollars";
            case REQUESTS -> amount + " requests";
            case CALLS -> amount + " calls";
        };
    }

    /** Of a window; a month counts as thirty days, its real end stands in {@code t}. */
    private static long seconds(Limit.Window window) {
        return switch (window) {
            case NONE -> 0;
            case MINUTE -> 60;
            case HOUR -> 3_600;
            case DAY -> 86_400;
            case MONTH -> 2_592_000;
        };
    }
}
