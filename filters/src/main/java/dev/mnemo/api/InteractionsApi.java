package dev.mnemo.api;

import static dev.mnemo.api.ApiDoor.ofUser;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Audit.Action;
import dev.mnemo.call.Refusal;
import dev.mnemo.memory.Imported;
import dev.mnemo.memory.Importer;
import dev.mnemo.memory.Interaction;
import dev.mnemo.memory.InteractionStore;
import dev.mnemo.memory.InteractionStore.Page;
import dev.mnemo.memory.Kept;
import dev.mnemo.memory.MarkStore;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET POST DELETE /mnemo/v1/users/{user}/interactions}, {@code GET DELETE …/interactions/{id}} and
 * {@code PUT DELETE …/interactions/{id}/pin}. Thread-safe.
 */
public final class InteractionsApi {

    private static final String ALL = "/mnemo/v1/users/{user}/interactions";
    private static final String ONE = ALL + "/{id}";
    private static final String PIN = ONE + "/pin";

    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 200;

    /** Of an import. */
    private static final int LARGEST = 16 * 1024 * 1024;

    private static final MediaType NDJSON = MediaType.APPLICATION_NDJSON;

    private final ApiDoor door;
    private final InteractionStore store;
    private final MarkStore marks;
    private final Importer importer;

    public InteractionsApi(ApiDoor door, InteractionStore store, MarkStore marks, Importer importer) {
        this.door = door;
        this.store = store;
        this.marks = marks;
        this.importer = importer;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(ALL, request -> door.answer(request, ofUser(this::page), "limit", "cursor"))
                .POST(ALL, request -> door.change(request, Action.INTERACTIONS_IMPORT, ofUser(this::bring)))
                .DELETE(ALL, request -> door.change(request, Action.INTERACTIONS_DELETE, ofUser(this::forgetAll)))
                .GET(ONE, request -> door.answer(request, ofUser(this::one)))
                .DELETE(ONE, request -> door.change(request, Action.INTERACTION_DELETE, ofUser(this::forget)))
                .PUT(PIN, request -> door.change(request, Action.INTERACTION_PIN, pin(true)))
                .DELETE(PIN, request -> door.change(request, Action.INTERACTION_UNPIN, pin(false)))
                .add(ApiDoor.only(ALL, "GET, POST, DELETE"))
                .add(ApiDoor.only(ONE, "GET, DELETE"))
                .add(ApiDoor.only(PIN, "PUT, DELETE"))
                .build();
    }

    private Mono<ServerResponse> page(ServerRequest request, KeyOwner owner, String user) {
        int limit = limit(request);
        return store.page(owner.tenant(), user, cursor(request), limit).flatMap(page -> {
            ServerResponse.BodyBuilder answer = ServerResponse.ok().contentType(MediaType.APPLICATION_JSON);
            if (page.more()) {
                String next = request.uri().getRawPath() + "?limit=" + limit + "&cursor="
                        + page.interactions().getLast().id();
                answer.header(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
            }
            return answer.bodyValue(shown(page));
        });
    }

    private static byte[] shown(Page page) {
        ObjectNode body = InteractionJson.MAPPER.createObjectNode();
        ArrayNode interactions = body.putArray("interactions");
        page.interactions().forEach(kept -> interactions.add(InteractionJson.of(kept)));
        return InteractionJson.MAPPER.writeValueAsBytes(body);
    }

    private static int limit(ServerRequest request) {
        String text = request.queryParam("limit").orElse(String.valueOf(PAGE));
        int limit = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw Refusal.badRequest(
                    "invalid_limit", "limit: out of range (expected: a number from 1 to " + LARGEST_PAGE + ")");
        }
        return limit;
    }

    private static @Nullable Long cursor(ServerRequest request) {
        String text = request.queryParam("cursor").orElse(null);
        return text == null ? null : id(text, "cursor", "what a Link said");
    }

    private Mono<ServerResponse> one(ServerRequest request, KeyOwner owner, String user) {
        return store.one(owner.tenant(), user, id(request))
                .flatMap(InteractionsApi::shown)
                .switchIfEmpty(Mono.defer(() -> unknown(request)));
    }

    private static Mono<ServerResponse> shown(Kept kept) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(InteractionJson.MAPPER.writeValueAsBytes(InteractionJson.of(kept)));
    }

    private Mono<ServerResponse> forget(ServerRequest request, KeyOwner owner, String user) {
        return store.forget(owner.tenant(), user, id(request))
                .flatMap(done -> done ? ServerResponse.noContent().build() : unknown(request));
    }

    private Mono<ServerResponse> forgetAll(ServerRequest request, KeyOwner owner, String user) {
        return store.forgetAll(owner.tenant(), user)
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private ApiDoor.Operation pin(boolean pinned) {
        return ofUser((request, owner, user) -> marks.pin(owner.tenant(), user, id(request), pinned)
                .flatMap(outcome -> switch (outcome) {
                    case DONE -> ServerResponse.noContent().build();
                    case UNKNOWN -> unknown(request);
                    case FULL -> full();
                }));
    }

    static Mono<ServerResponse> full() {
        return ProblemJson.of(
                409,
                "feedback: " + MarkStore.MOST
                        + " interactions of this user are marked already (expected: take pins away"
                        + " or forget interactions)");
    }

    private static Mono<ServerResponse> unknown(ServerRequest request) {
        return ProblemJson.of(404, "interaction " + request.pathVariable("id") + ": not known, or not kept any more");
    }

    private static long id(ServerRequest request) {
        return id(request.pathVariable("id"), "interaction", "16 hex digits");
    }

    static long id(String text, String name, String expected) {
        try {
            return Interaction.ofHex(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("invalid_id", name + ": no id (expected: " + expected + ")");
        }
    }

    private Mono<ServerResponse> bring(ServerRequest request, KeyOwner owner, String user) {
        if (!NDJSON.includes(Bodies.type(request))) {
            throw Refusal.of(
                    415,
                    "unsupported_media_type",
                    "import: not " + NDJSON + " (expected: this Content-Type, a line each)");
        }
        Mono<byte[]> body = Bodies.of(
                request,
                LARGEST,
                "import: larger than " + LARGEST / 1024 / 1024 + " MB (expected: split, in any order)");
        return importer.bring(owner.tenant(), user, body).flatMap(InteractionsApi::shown);
    }

    private static Mono<ServerResponse> shown(Imported imported) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("imported", imported.imported());
        body.put("known", imported.known());
        body.put("beyond", imported.beyond());
        body.put("failed", imported.failed());
        body.put("errors", imported.errors());
        return imported.any()
                ? ServerResponse.ok().bodyValue(body)
                : ProblemJson.of(
                        400,
                        imported.failed() == 0
                                ? "import: no lines (expected: an object a line)"
                                : "import: no line is right, see errors",
                        body);
    }
}
