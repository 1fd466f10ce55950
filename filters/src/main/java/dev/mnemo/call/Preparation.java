package dev.mnemo.call;

import dev.mnemo.call.Budget.Admission;
import dev.mnemo.call.Capacity.Seat;
import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.call.Memory.Recollection;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.dialect.Endpoint.Operation;
import java.util.function.UnaryOperator;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.function.Tuple2;

/**
 * What becomes of a call before it is sent: read → admit ∥ recall → compose. The {@link LlmLine line} and {@link Preview} go
 * through it alike. Thread-safe.
 */
public final class Preparation {

    private final Identity identity;
    private final Capacity capacity;
    private final BodyReader bodies;
    private final TokenEstimate estimate;

    /**
     * @param identity tells the call's user
     * @param capacity of this replica, of which each call takes its place
     * @param bodyLimit of a request that is read, in bytes, also unpacked
     */
    public Preparation(Identity identity, Capacity capacity, int bodyLimit, TokenEstimate estimate) {
        this.identity = identity;
        this.capacity = capacity;
        this.bodies = new BodyReader(bodyLimit);
        this.estimate = estimate;
    }

    /** Whom a call asks on its way. */
    interface Stores {

        Mono<Admission> admit(LlmCall call);

        Mono<Recollection> recall(LlmCall call);
    }

    /**
     * Prepares a call whose caller has proved who he is, and writes the call's parts.
     *
     * @param taken is given the call's place as soon as it has one, and has to leave it when the call has ended
     * @return what was put into it; or a {@link Refusal}, as an error or thrown
     */
    Mono<Context> prepare(
            LlmCall call, Caller caller, ServerHttpRequest request, UnaryOperator<Seat> taken, Stores stores) {
        Seat seat = taken.apply(capacity.enter(caller.tenant().id()));
        return call.dialect().reads()
                ? bodies.read(request, seat::take)
                        .flatMap(body ->
                                personalise(call, caller, body, stores).doOnNext(composed -> seat.keep(body.length)))
                : passThrough(call, caller, stores);
    }

    private static Context prepared(LlmCall call, Context context) {
        call.context(context);
        call.times().prepared();
        return context;
    }

    private Mono<Context> personalise(LlmCall call, Caller caller, byte[] body, Stores stores) {
        call.times().read();
        ChatRequest request;
        try {
            request = call.dialect().read(call.endpoint(), body);
        } catch (MalformedRequest e) {
            throw Refusal.badRequest("invalid_request", String.valueOf(e.getMessage()));
        }
        call.read(request, ConversationNames.of(call.headers(), request), MemoryMode.of(call.headers()));
        call.caller(identity.user(call, caller));
        call.upstream(Upstreams.forModel(caller.tenant(), call.dialect(), request.model()));
        call.estimated(estimate.prompt(caller.tenant(), request));
        call.room(Holdout.withholds(call) ? 0 : ContextRoom.of(caller.tenant(), request, call.estimated()));
        // Memory first: it keeps a record of a call that the ledger refuses without being asked.
        Mono<Recollection> recalled = recall(call, stores);
        Mono<Tuple2<Admission, Recollection>> both = Mono.zip(admit(call, stores), recalled);
        // Composing goes over the whole request: a large one does not stand in an event loop's way.
        return (body.length < BodyReader.LARGE ? both : both.publishOn(Schedulers.parallel()))
                .flatMap(known -> known.getT2().compose(known.getT1().granted()))
                .map(context -> prepared(call, context));
    }

    /** Nothing is read or rewritten; identity and request limits apply. */
    private Mono<Context> passThrough(LlmCall call, Caller caller, Stores stores) {
        boolean sealed = call.endpoint().operation() == Operation.SEALED && call.wants(Part.BUDGET);
        if (sealed && caller.tenant().budgets().countsTokens()) {
            throw Refusal.of(
                    415,
                    "unreadable_call",
                    "body: signed, or packed in an unknown way, and this tenant limits tokens"
                            + " (expected: a body that can be read: unsigned, plain or in gzip or zstd)");
        }
        call.caller(identity.user(call, caller));
        call.upstream(Upstreams.forPath(caller.tenant(), call.dialect()));
        return admit(call, stores).map(admission -> prepared(call, Context.absent(Context.Reason.OPAQUE)));
    }

    private static Mono<Admission> admit(LlmCall call, Stores stores) {
        return call.wants(Part.BUDGET) ? stores.admit(call) : Mono.just(new Admission(Long.MAX_VALUE));
    }

    private static Mono<Recollection> recall(LlmCall call, Stores stores) {
        return call.wants(Part.PERSONALIZE)
                ? stores.recall(call)
                : Mono.just(granted -> Mono.just(Context.absent(Context.Reason.OFF)));
    }
}
