package dev.mnemo.api;

import static dev.mnemo.api.ApiDoor.ofUser;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.budget.UsageBook;
import dev.mnemo.call.Audit.Action;
import dev.mnemo.memory.InteractionStore;
import dev.mnemo.memory.MarkStore;
import dev.mnemo.memory.Preferences;
import dev.mnemo.memory.PreferencesProblem;
import dev.mnemo.memory.PreferencesStore;
import dev.mnemo.memory.SummaryStore;
import dev.mnemo.memory.UserStore;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** {@code GET /mnemo/v1/users/{user}}, all that is known of a user, and {@code DELETE}, which erases it. Thread-safe. */
public final class UsersApi {

    private static final String PATH = "/mnemo/v1/users/{user}";

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private static final List<String> ERASED = List.of(
            "preferences", "versions", "interactions", "marks", "comments", "summary", "conversations", "calls");

    private static final Map<String, String> KEPT = Map.of(
            "limits", "counters and the book of usage are the tenant's accounts: they hold figures, and no text",
            "audit", "the log of who changed and erased what, where the operator keeps it");

    private final ApiDoor door;
    private final PreferencesStore preferences;
    private final InteractionStore interactions;
    private final MarkStore marks;
    private final SummaryStore summaries;
    private final UserStore users;
    private final UsageBook book;
    private final Scheduler background;

    /**
     * @param background where an export is put together, never on an event loop: fifty versions take their time
     */
    public UsersApi(
            ApiDoor door,
            PreferencesStore preferences,
            InteractionStore interactions,
            MarkStore marks,
            SummaryStore summaries,
            UserStore users,
            UsageBook book,
            Scheduler background) {
        this.door = door;
        this.preferences = preferences;
        this.interactions = interactions;
        this.marks = marks;
        this.summaries = summaries;
        this.users = users;
        this.book = book;
        this.background = background;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(PATH, request -> door.answer(request, ofUser(this::export)))
                .DELETE(PATH, request -> door.change(request, Action.USER_ERASE, ofUser(this::erase)))
                .add(ApiDoor.only(PATH, "GET, DELETE"))
                .build();
    }

    /** What is small is read before the answer begins; interactions are written as they are read. */
    private Mono<ServerResponse> export(ServerRequest request, KeyOwner owner, String user) {
        DataBufferFactory buffers = request.exchange().getResponse().bufferFactory();
        return begin(owner.tenant(), user)
                .flatMap(begin -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .body(BodyInserters.fromDataBuffers(
                                export(begin, owner.tenant(), user).map(text -> buffer(text, buffers)))));
    }

    private static DataBuffer buffer(byte[] text, DataBufferFactory buffers) {
        return buffers.wrap(text);
    }

    private Flux<byte[]> export(byte[] begin, Tenant tenant, String user) {
        return Flux.concat(
                Flux.just(begin, "\"interactions\":[".getBytes(UTF_8)),
                interactions
                        .all(tenant, user)
                        .index()
                        .map(each -> ((each.getT1() == 0 ? "\n" : ",\n")
                                        + MAPPER.writeValueAsString(InteractionJson.of(each.getT2())))
                                .getBytes(UTF_8)),
                Flux.just("]}\n".getBytes(UTF_8)));
    }

    /** All but the interactions, up to the comma before these. What cannot be read does not keep the rest back. */
    Mono<byte[]> begin(Tenant tenant, String user) {
        return Mono.zip(
                        preferences
                                .get(tenant, user)
                                .onErrorResume(PreferencesProblem.class, e -> Mono.just(Preferences.NONE)),
                        preferences.versions(tenant, user),
                        summaries.get(tenant, user),
                        users.conversations(tenant, user),
                        calls(tenant, user),
                        book.standing(tenant, user))
                .publishOn(background)
                .map(known -> {
                    Map<String, Object> rest = new LinkedHashMap<>();
                    rest.put("tenant", tenant.id());
                    rest.put("user", user);
                    rest.put("preferences", shown(known.getT1()));
                    rest.put("versions", VersionsApi.shown(known.getT2()));
                    rest.put("summary", SummaryApi.shown(known.getT3()));
                    rest.put("conversations", known.getT4());
                    rest.put("calls", known.getT5());
                    rest.put(
                            "limits",
                            known.getT6().stream()
                                    .filter(standing -> standing.limit().per() == Scope.USER)
                                    .map(UsageApi::shown)
                                    .toList());
                    byte[] begin = MAPPER.writeValueAsBytes(rest);
                    begin[begin.length - 1] = ',';
                    return begin;
                });
    }

    /** With what was said to those that have no interaction; else it stands there. */
    private Mono<List<ObjectNode>> calls(Tenant tenant, String user) {
        return users.calls(tenant, user).collectList().flatMap(calls -> {
            List<String> ids =
                    calls.stream().map(call -> call.path("call").asString("")).toList();
            return marks.ofCalls(tenant, user, ids).map(said -> {
                calls.forEach(call -> {
                    String comment = said.get(call.path("call").asString(""));
                    if (comment != null) {
                        call.put("comment", comment);
                    }
                });
                return calls;
            });
        });
    }

    private static Map<String, Object> shown(Preferences preferences) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("version", preferences.version());
        if (preferences.present()) {
            shown.put("document", new RawValue(preferences.json()));
        }
        return shown;
    }

    private Mono<ServerResponse> erase(ServerRequest request, KeyOwner owner, String user) {
        return users.erase(owner.tenant(), user)
                .then(Mono.defer(
                        () -> ServerResponse.ok().bodyValue(Map.of("user", user, "erased", ERASED, "kept", KEPT))));
    }
}
