package dev.mnemo.api;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.budget.Consumption;
import dev.mnemo.budget.UsageBook;
import dev.mnemo.budget.UsageBook.Standing;
import dev.mnemo.budget.UsageRow;
import dev.mnemo.call.Refusal;
import dev.mnemo.identity.UserIds;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.Tenant;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code GET /mnemo/v1/usage} and {@code GET /mnemo/v1/usage/days}. Thread-safe. */
public final class UsageApi {

    private static final String PATH = "/mnemo/v1/usage";

    /** What the rows of an answer can be told apart by. */
    private static final List<String> COLUMNS = List.of("day", "user", "key", "model");

    private static final int MOST_ROWS = 10_000;

    private final ApiDoor door;
    private final UsageBook book;

    public UsageApi(ApiDoor door, UsageBook book) {
        this.door = door;
        this.book = book;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(PATH, request -> door.answer(request, this::limits))
                .GET(PATH + "/days", request -> door.answer(request, this::days))
                .build();
    }

    private Mono<ServerResponse> limits(ServerRequest request, Tenant tenant) {
        String user = request.queryParam("user").map(UserIds::checked).orElse(null);
        return book.standing(tenant, user)
                .map(standings -> Map.of(
                        "tenant",
                        tenant.id(),
                        "limits",
                        standings.stream().map(UsageApi::shown).toList()))
                .flatMap(body -> ServerResponse.ok().bodyValue(body));
    }

    private static Map<String, Object> shown(Standing standing) {
        var limit = standing.limit();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", limit.name());
        shown.put("scope", lower(limit.per()));
        if (standing.subject() != null) {
            shown.put(lower(limit.per()), standing.subject());
        }
        if (!limit.models().isEmpty()) {
            shown.put("models", limit.models());
        }
        shown.put("unit", limit.unit().member());
        if (limit.every() != Window.NONE) {
            shown.put("window", lower(limit.every()));
        }
        shown.put("limit", amount(limit.unit(), limit.amount()));
        shown.put("used", amount(limit.unit(), standing.used()));
        shown.put("held", amount(limit.unit(), standing.held()));
        shown.put("left", amount(limit.unit(), standing.left()));
        if (standing.resets() != null) {
            shown.put("resets", standing.resets().toString());
        }
        if (limit.shadow()) {
            shown.put("shadow", true);
        }
        return shown;
    }

    private static Number amount(Unit unit, long amount) {
        return unit == Unit.USD ? dollars(amount) : amount;
    }

    private static BigDecimal dollars(long billionths) {
        BigDecimal dollars = BigDecimal.valueOf(billionths, 9).stripTrailingZeros();
        return dollars.scale() < 0 ? dollars.setScale(0) : dollars;
    }

    private Mono<ServerResponse> days(ServerRequest request, Tenant tenant) {
        LocalDate to = date(request, "to", book.today());
        LocalDate from = date(request, "from", to.minusDays(30));
        if (from.isBefore(book.first())) {
            from = book.first();
        }
        if (from.isAfter(to)) {
            throw Refusal.badRequest("invalid_range", "from: after to (expected: from=2026-11-01&to=2026-11-24)");
        }
        List<String> by = by(request);
        Rows rows = new Rows(by);
        List<LocalDate> all = from.datesUntil(to.plusDays(1)).toList();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("tenant", tenant.id());
        body.put("from", from.toString());
        body.put("to", to.toString());
        return Flux.fromIterable(all)
                .concatMap(day -> book.day(tenant.id(), day)
                        .filter(row -> asked(request, row))
                        .doOnNext(row -> rows.add(day, row)))
                .then(Mono.fromSupplier(rows::shown))
                .doOnNext(shown -> body.put("rows", shown))
                .flatMap(shown -> ServerResponse.ok().bodyValue(body));
    }

    private static LocalDate date(ServerRequest request, String name, LocalDate otherwise) {
        String text = request.queryParam(name).orElse("");
        try {
            return text.isEmpty() ? otherwise : LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw Refusal.badRequest("invalid_range", name + ": not a day (expected: such as 2026-11-24, in UTC)");
        }
    }

    private static List<String> by(ServerRequest request) {
        List<String> by = Arrays.asList(request.queryParam("by").orElse("day").split(","));
        if (!COLUMNS.containsAll(by)) {
            throw Refusal.badRequest(
                    "invalid_by", "by: not known (expected: some of " + String.join(",", COLUMNS) + ")");
        }
        return COLUMNS.stream().filter(by::contains).toList();
    }

    private static boolean asked(ServerRequest request, UsageRow row) {
        return matches(request, "user", row.name().user())
                && matches(request, "key", row.name().key())
                && matches(request, "model", row.name().model());
    }

    private static boolean matches(ServerRequest request, String name, @Nullable String value) {
        return request.queryParam(name).map(asked -> asked.equals(value)).orElse(true);
    }

    /** Adds up what differs in nothing that was asked for. Not thread-safe: days are read one after the other. */
    private static final class Rows {

        private final List<String> by;
        private final Map<List<String>, Consumption> sums = new TreeMap<>(Rows::compare);

        Rows(List<String> by) {
            this.by = by;
        }

        void add(LocalDate day, UsageRow row) {
            List<String> name = new ArrayList<>(by.size());
            for (String column : by) {
                String value = switch (column) {
                    case "day" -> day.toString();
                    case "user" -> row.name().user();
                    case "key" -> row.name().key();
                    default -> row.name().model();
                };
                name.add(value == null ? "" : value);
            }
            sums.merge(name, row.used(), Consumption::plus);
            if (sums.size() > MOST_ROWS) {
                throw Refusal.badRequest(
                        "too_many_rows",
                        "usage: more than " + MOST_ROWS + " rows (expected: fewer days, or less in by)");
            }
        }

        List<Map<String, Object>> shown() {
            List<Map<String, Object>> shown = new ArrayList<>(sums.size());
            sums.forEach((name, sum) -> shown.add(shown(name, sum)));
            return shown;
        }

        private Map<String, Object> shown(List<String> name, Consumption sum) {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int i = 0; i < by.size(); i++) {
                row.put(by.get(i), name.get(i));
            }
            row.put("calls", sum.calls());
            row.put("input", sum.input());
            row.put("cached", sum.cached());
            row.put("written", sum.written());
            row.put("output", sum.output());
            row.put("reasoning", sum.reasoning());
            row.put("injected", sum.injected());
            row.put("usd", dollars(sum.cost()));
            row.put("injected_usd", dollars(sum.injectedCost()));
            row.put("estimated", sum.estimated());
            return row;
        }

        private static int compare(List<String> a, List<String> b) {
            for (int i = 0; i < a.size(); i++) {
                int order = a.get(i).compareTo(b.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
