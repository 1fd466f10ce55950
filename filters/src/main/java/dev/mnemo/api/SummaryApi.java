package dev.mnemo.api;

import static dev.mnemo.api.ApiDoor.ofUser;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Audit.Action;
import dev.mnemo.memory.Interaction;
import dev.mnemo.memory.Profile;
import dev.mnemo.memory.Summary;
import dev.mnemo.memory.SummaryStore;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.util.RawValue;

/** {@code GET DELETE /mnemo/v1/users/{user}/summary}. Thread-safe. */
public final class SummaryApi {

    private static final String PATH = "/mnemo/v1/users/{user}/summary";

    private final ApiDoor door;
    private final SummaryStore store;
    private final InstantSource clock;

    /**
     * @param clock tells from when on the next profile may be written
     */
    public SummaryApi(ApiDoor door, SummaryStore store, InstantSource clock) {
        this.door = door;
        this.store = store;
        this.clock = clock;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(PATH, request -> door.answer(request, ofUser(this::get)))
                .DELETE(PATH, request -> door.change(request, Action.SUMMARY_DELETE, ofUser(this::delete)))
                .add(ApiDoor.only(PATH, "GET, DELETE"))
                .build();
    }

    private Mono<ServerResponse> get(ServerRequest request, KeyOwner owner, String user) {
        return store.get(owner.tenant(), user)
                .flatMap(summary -> ServerResponse.ok().bodyValue(shown(summary)));
    }

    private Mono<ServerResponse> delete(ServerRequest request, KeyOwner owner, String user) {
        return store.delete(owner.tenant(), user, clock.instant())
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    /** A part that is not there is absent. */
    static Map<String, Object> shown(Summary summary) {
        Map<String, Object> shown = new LinkedHashMap<>();
        String patterns = summary.patterns().line();
        if (patterns != null) {
            shown.put("patterns", new RawValue(patterns));
        }
        Profile profile = summary.profile();
        if (profile != null) {
            Map<String, Object> written = new LinkedHashMap<>();
            written.put("version", profile.version());
            written.put("at", profile.at().toString());
            written.put("model", profile.model());
            written.put("text", profile.text());
            written.put("from", profile.from().stream().map(Interaction::toHex).toList());
            shown.put("written", written);
        }
        return shown;
    }
}
