package dev.mnemo.api;

import static dev.mnemo.api.ApiDoor.ofUser;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Audit.Action;
import dev.mnemo.call.Refusal;
import dev.mnemo.memory.Preferences;
import dev.mnemo.memory.PreferencesStore;
import dev.mnemo.memory.PreferencesStore.Change;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code GET PUT PATCH DELETE /mnemo/v1/users/{user}/preferences}. Thread-safe. */
public final class PreferencesApi {

    private static final String PATH = "/mnemo/v1/users/{user}/preferences";

    /** Of a body as it is sent; white space and all. */
    private static final int LARGEST = 64 * 1024;

    private static final Pattern ETAG = Pattern.compile("\"([0-9]{1,18})\"");

    private static final MediaType JSON_PATCH = MediaType.parseMediaType("application/json-patch+json");

    private final ApiDoor door;
    private final PreferencesStore store;

    public PreferencesApi(ApiDoor door, PreferencesStore store) {
        this.door = door;
        this.store = store;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(PATH, request -> door.answer(request, ofUser(this::get)))
                .PUT(PATH, request -> door.change(request, Action.PREFERENCES_PUT, ofUser(this::put)))
                .PATCH(PATH, request -> door.change(request, Action.PREFERENCES_PATCH, ofUser(this::patch)))
                .DELETE(PATH, request -> door.change(request, Action.PREFERENCES_DELETE, ofUser(this::delete)))
                .add(ApiDoor.only(PATH, "GET, PUT, PATCH, DELETE"))
                .build();
    }

    private Mono<ServerResponse> get(ServerRequest request, KeyOwner owner, String user) {
        return store.get(owner.tenant(), user)
                .flatMap(preferences -> preferences.present() ? shown(preferences) : absent());
    }

    private Mono<ServerResponse> put(ServerRequest request, KeyOwner owner, String user) {
        return body(request)
                .flatMap(json -> store.put(owner.tenant(), user, json, expected(request), author(owner)))
                .flatMap(PreferencesApi::changed);
    }

    private Mono<ServerResponse> patch(ServerRequest request, KeyOwner owner, String user) {
        if (JSON_PATCH.equalsTypeAndSubtype(Bodies.type(request))) {
            throw Refusal.of(
                    415,
                    "unsupported_media_type",
                    "preferences: " + JSON_PATCH + " (expected: a JSON merge patch (RFC 7396), not a JSON patch)");
        }
        return body(request)
                .flatMap(json -> store.patch(owner.tenant(), user, json, expected(request), author(owner)))
                .flatMap(PreferencesApi::changed);
    }

    private Mono<ServerResponse> delete(ServerRequest request, KeyOwner owner, String user) {
        return store.delete(owner.tenant(), user, expected(request), author(owner))
                .flatMap(PreferencesApi::changed);
    }

    /** What became of a change: the document, nothing where there is none any more, or 412. */
    static Mono<ServerResponse> changed(Change change) {
        return switch (change) {
            case Change.Done(Preferences now) ->
                now.present() ? shown(now) : ServerResponse.noContent().build();
            case Change.Conflict(long version) ->
                ProblemJson.of(
                        412,
                        "If-Match: not the version that is there (expected: \"" + version
                                + "\"). Read it and try again.");
        };
    }

    private static Mono<ServerResponse> shown(Preferences preferences) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .eTag("\"" + preferences.version() + "\"")
                .bodyValue(preferences.json());
    }

    private static Mono<ServerResponse> absent() {
        return ProblemJson.of(404, "preferences: none are set (PUT or PATCH sets them)");
    }

    private static Mono<byte[]> body(ServerRequest request) {
        return Bodies.of(request, LARGEST, "preferences: larger than 16384 bytes (expected: at most that)");
    }

    /** Who changes. */
    static String author(KeyOwner owner) {
        return owner.key().id();
    }

    /** The version that {@code If-Match} names; null for none, or for any. A condition that is not kept is refused. */
    static @Nullable Long expected(ServerRequest request) {
        if (request.headers().firstHeader(HttpHeaders.IF_NONE_MATCH) != null) {
            throw Refusal.badRequest(
                    "invalid_if_none_match",
                    HttpHeaders.IF_NONE_MATCH + ": not supported (expected: " + HttpHeaders.IF_MATCH
                            + " with the version that is there)");
        }
        String tag = request.headers().firstHeader(HttpHeaders.IF_MATCH);
        if (tag == null || tag.strip().equals("*")) {
            return null;
        }
        Matcher version = ETAG.matcher(tag.strip());
        if (!version.matches()) {
            throw Refusal.badRequest(
                    "invalid_if_match",
                    HttpHeaders.IF_MATCH + ": no version (expected: an ETag of ours, such as \"7\")");
        }
        return Long.valueOf(version.group(1));
    }
}
