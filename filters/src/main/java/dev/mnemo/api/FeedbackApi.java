package dev.mnemo.api;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.call.Audit.Action;
import dev.mnemo.call.Printable;
import dev.mnemo.call.Refusal;
import dev.mnemo.identity.UserIds;
import dev.mnemo.json.StrictJson;
import dev.mnemo.memory.CallRecords;
import dev.mnemo.memory.Interaction;
import dev.mnemo.memory.MarkStore;
import dev.mnemo.memory.MarkStore.Outcome;
import dev.mnemo.memory.MarkStore.Rating;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /mnemo/v1/feedback}: what a user thinks of an answer. Thread-safe. */
public final class FeedbackApi {

    private static final String PATH = "/mnemo/v1/feedback";

    private static final int LARGEST = 16 * 1024;

    private static final Pattern CALL = Pattern.compile("[0-9a-f]{32}");
    private static final List<String> MEMBERS = List.of("call", "interaction", "user", "rating", "comment");
    private static final String LIKE = "{\"call\": …, \"rating\": -1 to 1}";

    private static final JsonMapper MAPPER = StrictJson.mapper(4);

    private final ApiDoor door;
    private final CallRecords calls;
    private final MarkStore marks;
    private final Rated rated;

    /** Is told of each rating that was taken. */
    @FunctionalInterface
    public interface Rated {

        /**
         * @param rating from −1 to 1
         * @param replaced the rating whose place it took, if there was one
         */
        Mono<Void> of(Tenant tenant, String user, double rating, OptionalDouble replaced);
    }

    public FeedbackApi(ApiDoor door, CallRecords calls, MarkStore marks, Rated rated) {
        this.door = door;
        this.calls = calls;
        this.marks = marks;
        this.rated = rated;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().POST(PATH, request -> door.change(request, Action.FEEDBACK, this::take))
                .add(ApiDoor.only(PATH, "POST"))
                .build();
    }

    /**
     * What was sent.
     *
     * @param user beside an interaction
     */
    private record Feedback(
            @Nullable String call,
            @Nullable String interaction,
            @Nullable String user,
            double rating,
            @Nullable String comment) {}

    private Mono<ServerResponse> take(ServerRequest request, KeyOwner owner) {
        return Bodies.of(request, LARGEST, "feedback: larger than " + LARGEST + " bytes (expected: " + LIKE + ")")
                .map(FeedbackApi::read)
                .flatMap(feedback -> feedback.call() != null
                        ? ofCall(request, owner.tenant(), feedback.call(), feedback)
                        : ofInteraction(request, owner.tenant(), feedback));
    }

    private Mono<ServerResponse> ofInteraction(ServerRequest request, Tenant tenant, Feedback feedback) {
        long id = InteractionsApi.id(String.valueOf(feedback.interaction()), "interaction", "16 hex digits");
        String user = UserIds.checked(String.valueOf(feedback.user()));
        ApiDoor.concerns(request, user);
        return marks.rate(tenant, user, id, feedback.rating(), feedback.comment())
                .flatMap(marked -> switch (marked.outcome()) {
                    case DONE -> taken(tenant, user, feedback, marked.replaced());
                    case UNKNOWN -> ProblemJson.of(404, "interaction: not known, or not kept any more");
                    case FULL -> InteractionsApi.full();
                });
    }

    private Mono<ServerResponse> ofCall(ServerRequest request, Tenant tenant, String call, Feedback feedback) {
        return calls.get(tenant, call)
                .flatMap(record -> {
                    String user = record.path("user").asString("");
                    ApiDoor.concerns(request, user);
                    return mark(tenant, user, call, record, feedback)
                            .flatMap(marked -> marked.outcome() == Outcome.FULL
                                    ? InteractionsApi.full()
                                    : calls.rate(tenant, call, feedback.rating())
                                            .flatMap(replaced -> taken(
                                                    tenant,
                                                    user,
                                                    feedback,
                                                    // Its interaction may have been rated by itself since.
                                                    marked.outcome() == Outcome.DONE ? marked.replaced() : replaced)));
                })
                .switchIfEmpty(
                        Mono.defer(
                                () -> ProblemJson.of(
                                        404,
                                        "call: not known, or not any more (expected: what X-Mnemo-Request said, a moment after the answer)")));
    }

    /** What was not recorded, or is not kept any more, has no mark; its call's record has the rating. */
    private Mono<Rating> mark(Tenant tenant, String user, String call, ObjectNode record, Feedback feedback) {
        String interaction = record.path("interaction").asString("");
        Mono<Rating> marked = interaction.isEmpty()
                ? Mono.just(new Rating(Outcome.UNKNOWN, OptionalDouble.empty()))
                : marks.rate(tenant, user, Interaction.ofHex(interaction), feedback.rating(), feedback.comment());
        String comment = feedback.comment();
        return comment == null
                ? marked
                : marked.flatMap(rating -> rating.outcome() != Outcome.UNKNOWN
                        ? Mono.just(rating)
                        : marks.comment(tenant, user, call, comment)
                                // The comment stands with the call, the rating with no interaction.
                                .map(kept -> kept == Outcome.FULL ? new Rating(kept, rating.replaced()) : rating));
    }

    private Mono<ServerResponse> taken(Tenant tenant, String user, Feedback feedback, OptionalDouble replaced) {
        return rated.of(tenant, user, feedback.rating(), replaced)
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static Feedback read(byte[] json) {
        ObjectNode body = object(json);
        for (String name : body.propertyNames()) {
            if (!MEMBERS.contains(name)) {
                throw invalid(Printable.name(name, "a member") + ": not known (expected: some of "
                        + String.join(", ", MEMBERS) + ")");
            }
        }
        String call = text(body, "call");
        String interaction = text(body, "interaction");
        String user = text(body, "user");
        if ((call == null) == (interaction == null)) {
            throw invalid("call, interaction: " + (call == null ? "neither" : "both") + " (expected: one of them)");
        }
        if (call != null && !CALL.matcher(call).matches()) {
            throw invalid("call: no id (expected: 32 hex digits, as X-Mnemo-Request said)");
        }
        if (call != null && user != null) {
            throw invalid("user: not beside call, which knows its user (expected: call alone)");
        }
        if (interaction != null && user == null) {
            throw invalid("user: missing (expected: beside interaction, whose id is unique for each user only)");
        }
        JsonNode rating = body.path("rating");
        if (!rating.isNumber() || !(Math.abs(rating.doubleValue()) <= 1)) {
            String what = rating.isMissingNode() ? "missing" : rating.isNumber() ? "out of range" : "not a number";
            throw invalid("rating: " + what + " (expected: a number from -1 to 1)");
        }
        String comment = text(body, "comment");
        if (comment != null && (comment.isBlank() || comment.length() > MarkStore.LONGEST)) {
            throw invalid("comment: blank or too long (expected: at most " + MarkStore.LONGEST + " characters)");
        }
        return new Feedback(call, interaction, user, rating.doubleValue(), comment);
    }

    private static ObjectNode object(byte[] json) {
        try {
            return switch (MAPPER.readTree(json)) {
                case ObjectNode object -> object;
                case MissingNode none -> throw invalid("empty (expected: " + LIKE + ")");
                default -> throw invalid("not an object (expected: " + LIKE + ")");
            };
        } catch (JacksonException e) {
            throw invalid(StrictJson.problem(e) + " (expected: " + LIKE + ")");
        }
    }

    private static @Nullable String text(ObjectNode body, String name) {
        JsonNode value = body.path(name);
        if (!value.isMissingNode() && !value.isString()) {
            throw invalid(name + ": not a string (expected: a string)");
        }
        return value.isString() ? value.stringValue() : null;
    }

    private static Refusal invalid(String message) {
        return Refusal.badRequest("invalid_feedback", "feedback: " + message);
    }
}
