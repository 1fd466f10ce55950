package dev.mnemo.api;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.budget.UsageBook;
import dev.mnemo.budget.UsageBook.Standing;
import dev.mnemo.budget.UsageRow;
import dev.mnemo.call.Refusal;
import dev.mnemo.identity.UserIds;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    /** That are told where it is not said from when. */
    private static final int DAYS = 31;

    private final ApiDoor door;
    private final UsageBook book;

    public UsageApi(ApiDoor door, UsageBook book) {
        this.door = door;
        this.book = book;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(PATH, request -> door.answer(request, this::limits, "user"))
                .GET(
                        PATH + "/days",
                        request -> door.answer(request, this::days, "from", "to", "by", "user", "key", "model"))
                .add(ApiDoor.only(PATH, "GET"))
                .add(ApiDoor.only(PATH + "/days", "GET"))
                .build();
    }

    private Mono<ServerResponse> limits(ServerRequest request, KeyOwner owner) {
        Tenant tenant = owner.tenant();
        String user = request.queryParam("user")
                .map(asked -> asked.isEmpty() ? asked : UserIds.checked(asked))
                .orElse(null);
        return book.standing(tenant, user)
                .map(standings -> Map.of(
                        "tenant",
                        tenant.id(),
                        "limits",
                        standings.stream().map(UsageApi::shown).toList()))
                .flatMap(body -> ServerResponse.ok().bodyValue(body));
    }

    static Map<String, Object> shown(Standing standing) {
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

    /** In the limit's unit, as people read it. */
    static Number amount(Unit unit, long amount) {
        return unit == Unit.USD ? dollars(amount) : amount;
    }

    static BigDecimal dollars(long billionths) {
        BigDecimal dollars = BigDecimal.valueOf(billionths, 9).stripTrailingZeros();
        return dollars.scale() < 0 ? dollars.setScale(0) : dollars;
    }

    private Mono<ServerResponse> days(ServerRequest request, KeyOwner owner) {
        Tenant tenant = owner.tenant();
        Days days = Days.asked(request, book.first(), book.today(), DAYS);
        List<String> by = by(request);
        UsageRows rows = new UsageRows(by);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("tenant", tenant.id());
        body.put("from", days.from().toString());
        body.put("to", days.to().toString());
        return Flux.fromIterable(days.each())
                .concatMap(day -> book.day(tenant.id(), day)
                        .doOnNext(row -> rows.read())
                        .filter(row -> asked(request, row))
                        .doOnNext(row -> rows.add(day, row)))
                .then(Mono.fromSupplier(rows::shown))
                .doOnNext(shown -> body.put("rows", shown))
                .flatMap(shown -> ServerResponse.ok().bodyValue(body));
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

    /** What is asked for as empty is what has none: the anonymous callers. */
    private static boolean matches(ServerRequest request, String name, @Nullable String value) {
        String shown = value == null ? "" : value;
        return request.queryParam(name).map(shown::equals).orElse(true);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
