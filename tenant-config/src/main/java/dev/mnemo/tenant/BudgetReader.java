package dev.mnemo.tenant;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code budgets}. */
final class BudgetReader {

    private BudgetReader() {}

    static BudgetPolicy read(Fields budgets) {
        List<Limit> limits = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields limit : budgets.groups("limits")) {
            String name = limit.text("name");
            if (!name.isEmpty() && !names.add(name)) {
                limit.bad("name", "\"" + name + "\" is another limit's name", "Give each limit its own.");
            }
            boolean tokens = limit.has("tokens");
            limits.add(new Limit(
                    name,
                    limit.constant("per", Limit.Scope.class),
                    tokens ? Limit.Unit.TOKENS : Limit.Unit.REQUESTS,
                    limit.amount(tokens ? "tokens" : "requests"),
                    limit.constant("every", Limit.Window.class),
                    zone(limit)));
        }
        return new BudgetPolicy(budgets.amount("answer"), budgets.is("unavailable", "allow"), limits);
    }

    private static ZoneId zone(Fields limit) {
        String name = limit.text("zone");
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            String otherwise = "Expected: a tz name such as UTC or Europe/Zurich.";
            String fix = DidYouMean.hint(
                    name, ZoneId.getAvailableZoneIds().stream().sorted().toList(), otherwise);
            limit.bad("zone", "no time zone has this name", fix);
            return ZoneOffset.UTC;
        }
    }
}
