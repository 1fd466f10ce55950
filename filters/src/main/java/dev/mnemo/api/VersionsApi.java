package dev.mnemo.api;

import static dev.mnemo.api.ApiDoor.ofUser;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Audit.Action;
import dev.mnemo.call.Refusal;
import dev.mnemo.memory.PreferencesStore;
import dev.mnemo.memory.Version;
import dev.mnemo.memory.Version.Diff;
import dev.mnemo.memory.Version.Kind;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * What a user's preferences were: {@code GET /mnemo/v1/users/{user}/preferences/versions}, {@code GET …/versions/{n}} and
 * {@code POST …/versions/{n}/restore}. Thread-safe.
 */
public final class VersionsApi {

    private static final String ALL = "/mnemo/v1/users/{user}/preferences/versions";
    private static final String ONE = ALL + "/{version}";
    private static final String RESTORE = ONE + "/restore";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final ApiDoor door;
    private final PreferencesStore store;

    public VersionsApi(ApiDoor door, PreferencesStore store) {
        this.door = door;
        this.store = store;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(ALL, request -> door.answer(request, ofUser(this::all)))
                .GET(ONE, request -> door.answer(request, ofUser(this::one)))
                .POST(RESTORE, request -> door.change(request, Action.PREFERENCES_RESTORE, ofUser(this::restore)))
                .add(ApiDoor.only(ALL, "GET"))
                .add(ApiDoor.only(ONE, "GET"))
                .add(ApiDoor.only(RESTORE, "POST"))
                .build();
    }

    private Mono<ServerResponse> all(ServerRequest request, KeyOwner owner, String user) {
        return store.versions(owner.tenant(), user)
                .map(VersionsApi::shown)
                .flatMap(versions -> ServerResponse.ok().bodyValue(Map.of("versions", versions)));
    }

    private Mono<ServerResponse> one(ServerRequest request, KeyOwner owner, String user) {
        return store.version(owner.tenant(), user, number(request)).flatMap(version -> {
            String json = version.json();
            return json == null
                    ? ProblemJson.of(404, "version " + version.number() + ": a removal (expected: one with a document)")
                    : ServerResponse.ok()
                            .contentType(MediaType.APPLICATION_JSON)
                            .bodyValue(json);
        });
    }

    private Mono<ServerResponse> restore(ServerRequest request, KeyOwner owner, String user) {
        return store.restore(
                        owner.tenant(),
                        user,
                        number(request),
                        PreferencesApi.expected(request),
                        PreferencesApi.author(owner))
                .flatMap(PreferencesApi::changed);
    }

    static List<Map<String, Object>> shown(List<Version> versions) {
        List<Map<String, Object>> shown = new ArrayList<>(versions.size());
        for (int i = 0; i < versions.size(); i++) {
            Version version = versions.get(i);
            shown.add(shown(version, version.since(i + 1 < versions.size() ? versions.get(i + 1) : null)));
        }
        return shown;
    }

    private static Map<String, Object> shown(Version version, Diff diff) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("version", version.number());
        shown.put("at", version.edit().at().toString());
        shown.put("author", version.edit().author());
        shown.put("change", version.edit().kind().name().toLowerCase(Locale.ROOT));
        if (version.edit().kind() == Kind.RESTORE) {
            shown.put("of", version.edit().restored());
        }
        shown.put("diff", diff.patch());
        if (diff.whole()) {
            shown.put("whole", true);
        }
        if (!diff.exact()) {
            shown.put("exact", false);
        }
        return shown;
    }

    private static long number(ServerRequest request) {
        String text = request.pathVariable("version");
        if (!NUMBER.matcher(text).matches()) {
            throw Refusal.badRequest("invalid_version", "version: not a number (expected: one of ours, such as 7)");
        }
        return Long.parseLong(text);
    }
}
