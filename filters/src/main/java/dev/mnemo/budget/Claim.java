package dev.mnemo.budget;

import dev.mnemo.budget.Windows.Edges;
import dev.mnemo.redis.Keys;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks of the ledger. Immutable.
 *
 * @param id of the call; unique
 * @param policy of the tenant as the call began with it; its limits may be others by the time it is settled
 * @param at when: it decides which windows these are
 * @param lines one for each limit that counts this call, in their {@link Line#ORDER order}
 * @param wish tokens that its context block would like
 * @param row under which its use is written down
 */
public record Claim(
        String id, String tenant, BudgetPolicy policy, Instant at, List<Line> lines, long wish, UsageRow.Name row) {

    /** More than any counter holds, and still exact in Redis' Lua. */
    private static final long EXACT = (1L << 53) - 1;

    public Claim {
        lines = List.copyOf(lines);
    }

    /** The same claim at another time. */
    Claim at(Instant time) {
        return new Claim(id, tenant, policy, time, lines, wish, row);
    }

    /** Null where the limit does not count the call. */
    @Nullable
    Line line(Limit limit) {
        for (Line line : lines) {
            if (line.limit().equals(limit)) {
                return line;
            }
        }
        return null;
    }

    /**
     * A limit that counts the call.
     *
     * @param subject whose use it is, as a part of a key's name; empty for the tenant
     * @param must units without which the call cannot go
     * @param rate units that each token of its context block takes; 0 where the block does not count
     */
    public record Line(Limit limit, String subject, long must, long rate) {

        /** Calendar windows first, the longest before the shorter; then minutes, then calls in flight. */
        static final Comparator<Line> ORDER =
                Comparator.comparingInt(line -> switch (line.limit().every()) {
                    case MONTH -> 0;
                    case DAY -> 1;
                    case HOUR -> 2;
                    case MINUTE -> 3;
                    case NONE -> 4;
                });

        /** The most that may be used before, for it to fit. A limit that only reports has always room. */
        long mostBefore() {
            return limit.shadow() ? EXACT : limit.amount() - must;
        }

        boolean isCalendar() {
            return !isMinute() && !isInFlight();
        }

        boolean isMinute() {
            return limit.every() == Window.MINUTE;
        }

        boolean isInFlight() {
            return limit.unit() == Unit.CALLS;
        }

        /**
         * The counter's name, unique within the tenant. A limit that changes its amount keeps it, and what was used stays
         * counted; one that counts something else begins anew.
         */
        String counter(Edges edges) {
            String name = "limit:" + limit.name() + ':' + code(limit.unit()) + subject;
            return isCalendar() ? name + ':' + code(limit.every()) + edges.start() : name;
        }

        /** Until all that is used now is free again. */
        Duration resets(Edges edges, long now) {
            return Duration.ofSeconds(isInFlight() ? 1 : isMinute() ? 61 : Math.max(1, edges.end() - now));
        }
    }

    /**
     * Injective: an encoded id is never empty, so that no user is the anonymous one.
     *
     * @param user null for an anonymous caller: all of a tenant's anonymous callers share one subject
     */
    static String subject(Limit limit, String keyId, @Nullable String user) {
        return switch (limit.per()) {
            case TENANT -> "";
            case MAINTENANCE -> ":maintenance";
            case KEY -> ":key:" + Keys.encoded(keyId);
            case USER -> ":user:" + (user == null ? "" : Keys.encoded(user));
        };
    }

    private static char code(Unit unit) {
        return switch (unit) {
            case TOKENS -> 't';
            case INPUT -> 'i';
            case OUTPUT -> 'o';
            case USD -> 'd';
            case REQUESTS -> 'r';
            case CALLS -> 'c';
        };
    }

    private static char code(Window every) {
        return switch (every) {
            case MINUTE -> 'm';
            case HOUR -> 'h';
            case DAY -> 'd';
            case MONTH -> 'M';
            case NONE -> 'n';
        };
    }
}
