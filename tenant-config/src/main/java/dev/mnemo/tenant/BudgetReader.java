package dev.mnemo.tenant;

import dev.mnemo.tenant.Limit.Unit;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code budgets}, and prices wherever they stand. */
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
            limits.add(limit(name, limit));
        }
        Fields weights = budgets.group("weights");
        return new BudgetPolicy(
                budgets.amount("answer"),
                budgets.is("unavailable", "allow"),
                weights.share("cached"),
                weights.share("reasoning"),
                price(budgets),
                limits);
    }

    /** The member {@code price} of a mapping; null when it is absent. */
    static @Nullable Price price(Fields of) {
        if (!of.has("price")) {
            return null;
        }
        Fields price = of.group("price");
        long input = price.dollars("input");
        long written = price.has("written") ? price.dollars("written") : input;
        return new Price(
                input,
                price.has("cached") ? price.dollars("cached") : input,
                written,
                price.has("written-hour") ? price.dollars("written-hour") : written,
                price.dollars("output"));
    }

    private static Limit limit(String name, Fields limit) {
        Unit unit = unit(limit);
        return new Limit(
                name,
                limit.constant("per", Limit.Scope.class),
                unit,
                unit == Unit.USD ? limit.dollars("usd") : limit.amount(unit.member()),
                unit == Unit.CALLS ? Limit.Window.NONE : limit.constant("every", Limit.Window.class),
                zone(limit),
                limit.has("models") ? limit.texts("models") : List.of(),
                limit.share("warn"),
                limit.is("shadow", "true"));
    }

    private static Unit unit(Fields limit) {
        return Arrays.stream(Unit.values())
                .filter(unit -> limit.has(unit.member()))
                .findFirst()
                .orElse(Unit.REQUESTS);
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
