package dev.mnemo.api;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Refusal;
import dev.mnemo.memory.CallRecords;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.util.regex.Pattern;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code GET /mnemo/v1/calls/{id}}: what a call was given, and why. Thread-safe. */
public final class CallsApi {

    private static final String PATH = "/mnemo/v1/calls/{id}";

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final ApiDoor door;
    private final CallRecords calls;

    public CallsApi(ApiDoor door, CallRecords calls) {
        this.door = door;
        this.calls = calls;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(PATH, request -> door.answer(request, this::get))
                .add(ApiDoor.only(PATH, "GET"))
                .build();
    }

    private Mono<ServerResponse> get(ServerRequest request, KeyOwner owner) {
        String id = request.pathVariable("id");
        if (!ID.matcher(id).matches()) {
            throw Refusal.badRequest(
                    "invalid_call", "call: not an id (expected: the 32 hex digits of the answer's X-Mnemo-Request)");
        }
        return calls.get(owner.tenant(), id)
                .flatMap(told -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(told.toString()))
                .switchIfEmpty(Mono.defer(() -> unknown(owner.tenant())));
    }

    /** Whether it was never there, or is another tenant's, is not told. */
    private static Mono<ServerResponse> unknown(Tenant tenant) {
        if (tenant.memory().calls().isZero()) {
            return ProblemJson.of(404, "call: not known, as this tenant keeps none (expected: memory.calls: 7d)");
        }
        return ProblemJson.of(
                404,
                "call: not known (expected: a call of a user of this tenant that has ended, not older than memory.calls,"
                        + " among that user's newest 500, and neither a count nor sent with X-Mnemo-Memory: off)");
    }
}
