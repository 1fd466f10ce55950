package dev.mnemo.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.springframework.web.reactive.function.server.RequestPredicates.all;
import static org.springframework.web.reactive.function.server.RequestPredicates.path;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Audit;
import dev.mnemo.call.Audit.Action;
import dev.mnemo.call.Audit.Change;
import dev.mnemo.call.Audit.Refused;
import dev.mnemo.call.Printable;
import dev.mnemo.call.Refusal;
import dev.mnemo.identity.KeyIdentity;
import dev.mnemo.identity.UserIds;
import dev.mnemo.tenant.ApiKey.Permission;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Lets in those whose key may use the API, and has errors told as problems. Thread-safe. */
public final class ApiDoor {

    private static final String USER = ApiDoor.class.getName() + ".user";

    private final KeyIdentity identity;

    private final Audit audit;

    public ApiDoor(KeyIdentity identity, Audit audit) {
        this.identity = identity;
        this.audit = audit;
    }

    /** What is done for whoever sent the key. */
    interface Operation {
        Mono<ServerResponse> of(ServerRequest request, KeyOwner owner);
    }

    /** What is done to one of the tenant's users. */
    interface UserOperation {
        Mono<ServerResponse> of(ServerRequest request, KeyOwner owner, String user);
    }

    /** For the path's {@code user}; one that is no id is refused. */
    static Operation ofUser(UserOperation operation) {
        return (request, owner) -> operation.of(request, owner, checked(request));
    }

    /** What is not UTF-8 is read as U+FFFD, so that many a path would be of one user. */
    private static String checked(ServerRequest request) {
        String user = request.pathVariable("user");
        if (user.indexOf('\uFFFD') >= 0 && !isUtf8(request.uri().getRawPath())) {
            throw Refusal.badRequest("invalid_user", "user: not UTF-8 (expected: its bytes in UTF-8, such as %C3%A9)");
        }
        return UserIds.checked(user);
    }

    private static boolean isUtf8(String path) {
        try {
            UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(
                            StringUtils.uriDecode(path, ISO_8859_1).getBytes(ISO_8859_1)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /**
     * @param parameters that the query may have
     */
    Mono<ServerResponse> answer(ServerRequest request, Operation operation, String... parameters) {
        return answerAny(request, knowing(operation, parameters));
    }

    /** The same where the query is not the API's own. */
    Mono<ServerResponse> answerAny(ServerRequest request, Operation operation) {
        return opened(request, owner -> operation.of(request, owner));
    }

    /**
     * The same for what changes something, of a user if it is of one: what comes of it is told to the audit. No change has
     * parameters, so that one which was to narrow it is never passed over.
     */
    Mono<ServerResponse> change(ServerRequest request, Action action, Operation operation) {
        return opened(
                request,
                owner -> Mono.defer(() -> knowing(operation).of(request, owner))
                        .onErrorResume(ProblemJson::of)
                        .doOnNext(answer -> audit.changed(change(
                                request,
                                action,
                                owner,
                                answer.statusCode().value(),
                                answer.headers().getETag())))
                        .doOnCancel(() -> audit.changed(change(request, action, owner, 0, null))));
    }

    /** A name that is spelt wrong must not have something answered or done that was not asked for. */
    private static Operation knowing(Operation operation, String... parameters) {
        List<String> known = List.of(parameters);
        return (request, owner) -> {
            for (String name : request.queryParams().keySet()) {
                if (!known.contains(name)) {
                    throw Refusal.badRequest(
                            "unknown_parameter",
                            Printable.name(name, "a parameter") + ": not known (expected: "
                                    + (known.isEmpty() ? "none" : "some of " + String.join(", ", known))
                                    + ")");
                }
            }
            return operation.of(request, owner);
        };
    }

    private Mono<ServerResponse> opened(ServerRequest request, Function<KeyOwner, Mono<ServerResponse>> operation) {
        return Mono.defer(() -> operation.apply(owner(request))).onErrorResume(e -> {
            if (e instanceof Refusal refusal && (refusal.status() == 401 || refusal.status() == 403)) {
                audit.refused(new Refused(refusal, request.remoteAddress().orElse(null), null));
            }
            return ProblemJson.of(e);
        });
    }

    private KeyOwner owner(ServerRequest request) {
        KeyOwner owner = identity.owner(request.headers().asHttpHeaders());
        if (!owner.key().may(Permission.MEMORY)) {
            throw Refusal.of(403, "key_not_permitted", "key: may not use the API (expected: may: [memory])")
                    .to(owner.tenant(), owner.key());
        }
        return owner;
    }

    /** For a path without a user: whom the change concerns, once that is known. */
    static void concerns(ServerRequest request, String user) {
        request.attributes().put(USER, user);
    }

    private static String user(ServerRequest request) {
        String inPath = request.pathVariables().get("user");
        return inPath == null ? String.valueOf(request.attribute(USER).orElse("")) : inPath;
    }

    private static Change change(
            ServerRequest request, Action action, KeyOwner owner, int status, @Nullable String etag) {
        return new Change(
                action,
                owner.tenant().id(),
                owner.key().id(),
                user(request),
                status,
                etag == null ? null : etag.replace("\"", ""),
                request.remoteAddress().orElse(null));
    }

    /** A 405 for the other methods of a path that is there. */
    static RouterFunction<ServerResponse> only(String path, String methods) {
        return route(path(path), request -> ProblemJson.notAllowed(request, methods));
    }

    /** A 404 for everything else that is Mnemo's own: it must not reach an upstream. */
    public static RouterFunction<ServerResponse> nothingElse() {
        return route().path(
                        "/mnemo",
                        own -> own.route(
                                all(),
                                request -> ProblemJson.of(
                                        404,
                                        request.path()
                                                + ": no such resource (expected: a path of docs/openapi.yaml, without a slash at its end)")))
                .build();
    }
}
