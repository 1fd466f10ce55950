package dev.mnemo.api;

import static org.springframework.web.reactive.function.server.RequestPredicates.all;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Refusal;
import dev.mnemo.identity.KeyIdentity;
import dev.mnemo.tenant.ApiKey.Permission;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Lets in those whose key may use the API, and has errors told as problems. Thread-safe. */
public final class ApiDoor {

    private final KeyIdentity identity;

    public ApiDoor(KeyIdentity identity) {
        this.identity = identity;
    }

    /** What is done for a tenant; the tenant is the key's. */
    interface Operation {
        Mono<ServerResponse> of(ServerRequest request, Tenant tenant);
    }

    Mono<ServerResponse> answer(ServerRequest request, Operation operation) {
        return Mono.defer(() -> {
                    KeyOwner owner = identity.owner(request.headers().asHttpHeaders());
                    if (!owner.key().may(Permission.MEMORY)) {
                        throw Refusal.of(
                                403, "key_not_permitted", "key: may not use the API (expected: may: [memory])");
                    }
                    return operation.of(request, owner.tenant());
                })
                .onErrorResume(ProblemJson::of);
    }

    /** A 404 for everything else that is Mnemo's own: it must not reach an upstream. */
    public static RouterFunction<ServerResponse> nothingElse() {
        return route().path(
                        "/mnemo",
                        own -> own.route(all(), request -> ProblemJson.of(404, request.path() + ": no such resource")))
                .build();
    }
}
