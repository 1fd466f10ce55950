package dev.mnemo.budget;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Claims of a tenant that is all a test's own. A dollar is worth what three tokens cost. */
record Claims(String tenant, List<Limit> limits) {

    static final long PRICE = 3;

    static Claims of(Limit... limits) {
        return new Claims(TestRedis.fresh("ledger"), List.of(limits));
    }

    static Limit limit(String name, Scope per, Unit unit, long amount, Window every) {
        return new Limit(name, per, unit, amount, every, ZoneOffset.UTC, List.of(), 80, false);
    }

    Claim claim(Instant now, @Nullable String user, long must, long wish) {
        List<Line> lines = new ArrayList<>();
        for (Limit limit : limits) {
            lines.add(new Line(
                    limit,
                    Claim.subject(limit, "web", user),
                    switch (limit.unit()) {
                        case TOKENS, INPUT, OUTPUT -> must;
                        case USD -> must * PRICE;
                        case REQUESTS, CALLS -> 1;
                    },
                    switch (limit.unit()) {
                        case TOKENS, INPUT -> 1;
                        case USD -> PRICE;
                        case OUTPUT, REQUESTS, CALLS -> 0;
                    }));
        }
        lines.sort(Line.ORDER);
        return new Claim(
                UUID.randomUUID().toString(),
                tenant,
                new BudgetPolicy(1_000, false, 100, 100, null, limits),
                now,
                lines,
                wish,
                new UsageRow.Name("web", "m", user));
    }

    /** A call that the upstream has seen and that used so many tokens, all of them in its prompt. */
    static Consumption spent(long tokens) {
        return new Consumption(1, tokens, 0, 0, 0, 0, 0, tokens * PRICE, 0, 0);
    }
}
