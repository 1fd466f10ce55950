package dev.mnemo.api;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Audit.Action;
import dev.mnemo.experiment.Arm;
import dev.mnemo.experiment.Comparison;
import dev.mnemo.experiment.Experiment;
import dev.mnemo.experiment.Experiment.Findings;
import dev.mnemo.experiment.Interval;
import dev.mnemo.experiment.Sum;
import dev.mnemo.experiment.Totals;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code GET DELETE /mnemo/v1/experiment}. Thread-safe. */
public final class ExperimentApi {

    private static final String PATH = "/mnemo/v1/experiment";

    /** That are told where it is not said from when. */
    private static final int DAYS = 28;

    /** Digits that a number is shown with; fewer of them mean anything. */
    private static final MathContext SHOWN = new MathContext(6);

    private static final String NONE_HELD_OUT = "nobody is held out now (memory.holdout in the tenant's file)";

    private final ApiDoor door;
    private final Experiment experiment;

    public ExperimentApi(ApiDoor door, Experiment experiment) {
        this.door = door;
        this.experiment = experiment;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(PATH, request -> door.answer(request, this::get, "from", "to"))
                .DELETE(PATH, request -> door.change(request, Action.EXPERIMENT_DELETE, this::delete))
                .add(ApiDoor.only(PATH, "GET, DELETE"))
                .build();
    }

    private Mono<ServerResponse> get(ServerRequest request, KeyOwner owner) {
        Days days = Days.asked(request, experiment.first(), experiment.today(), DAYS);
        return experiment
                .findings(owner.tenant().id(), days.each())
                .flatMap(found -> ServerResponse.ok().bodyValue(shown(owner.tenant(), days, found)));
    }

    private Mono<ServerResponse> delete(ServerRequest request, KeyOwner owner) {
        return experiment
                .clear(owner.tenant().id())
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static Map<String, Object> shown(Tenant tenant, Days days, Findings found) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("tenant", tenant.id());
        body.put("from", days.from().toString());
        body.put("to", days.to().toString());
        body.put("holdout", percent(tenant.memory().holdout()));
        Map<String, Object> arms = new LinkedHashMap<>();
        for (Arm arm : Arm.values()) {
            arms.put(arm.member(), shown(found.of(arm), found.users().getOrDefault(arm, 0L)));
        }
        body.put("arms", arms);
        boolean noneHeldOut =
                tenant.memory().holdout() == 0 && found.of(Arm.HELD_OUT).of(Sum.CALLS) == 0;
        body.put(
                "metrics",
                found.comparisons().stream()
                        .map(each -> shown(each, noneHeldOut))
                        .toList());
        body.put("notes", notes(tenant, found));
        return body;
    }

    private static Map<String, Object> shown(Totals totals, long users) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("users", users);
        shown.put("calls", totals.of(Sum.CALLS));
        shown.put("answered", totals.of(Sum.ANSWERED));
        shown.put("conversations", totals.of(Sum.CONVERSATIONS));
        shown.put("turns", totals.of(Sum.TURNS));
        shown.put("input", totals.of(Sum.INPUT));
        shown.put("output", totals.of(Sum.OUTPUT));
        shown.put("injected", totals.of(Sum.INJECTED));
        shown.put("usd", UsageApi.dollars(totals.of(Sum.COST)));
        shown.put("refusals", totals.of(Sum.REFUSED));
        shown.put("ratings", totals.of(Sum.RATINGS));
        return shown;
    }

    private static Map<String, Object> shown(Comparison comparison, boolean noneHeldOut) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", comparison.metric().member());
        shown.put("unit", comparison.metric().unit());
        shown.put(Arm.TREATED.member(), rounded(comparison.treated()));
        shown.put(Arm.HELD_OUT.member(), rounded(comparison.heldOut()));
        shown.put("difference", rounded(comparison.difference()));
        shown.put("interval", rounded(comparison.interval()));
        shown.put("relative", rounded(comparison.relative()));
        shown.put("relative_interval", rounded(comparison.relativeInterval()));
        shown.put("reading", noneHeldOut ? NONE_HELD_OUT : comparison.reading());
        return shown;
    }

    private static List<String> notes(Tenant tenant, Findings found) {
        List<String> notes = new ArrayList<>();
        if (tenant.memory().holdout() == 0) {
            notes.add(NONE_HELD_OUT);
        }
        if (found.shares().size() > 1) {
            notes.add("the share of users held out was changed in these days ("
                    + String.join(
                            ", ",
                            found.shares().stream()
                                    .map(share -> percent(share) + " %")
                                    .toList())
                    + "): the arms may have had other days; ask for days since, or begin anew with DELETE");
        }
        return notes;
    }

    private static BigDecimal percent(int share) {
        return plain(BigDecimal.valueOf(share, 2));
    }

    private static @Nullable List<BigDecimal> rounded(@Nullable Interval interval) {
        return interval == null ? null : List.of(round(interval.low()), round(interval.high()));
    }

    private static @Nullable BigDecimal rounded(@Nullable Double number) {
        return number == null ? null : round(number);
    }

    private static BigDecimal round(double number) {
        return plain(new BigDecimal(number).round(SHOWN));
    }

    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
