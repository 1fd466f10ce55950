package dev.mnemo.call;

import dev.mnemo.call.Budget.Admission;
import dev.mnemo.call.Capacity.Seat;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.Flights.Flight;
import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.call.Memory.Recollection;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.dialect.Endpoint.Operation;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.function.Tuple2;

/**
 * The line: identify → read → admit ∥ recall → compose → route → stream → settle. A call passes through it once.
 *
 * <p>It acts only on routes that asked for it with one of Mnemo's filters. Thread-safe.
 */
public final class LlmLine implements GlobalFilter, Ordered {

    private final Identity identity;
    private final Capacity capacity;
    private final BodyReader bodies;
    private final Budget budget;
    private final Memory memory;
    private final TokenEstimate estimate;
    private final List<CallListener> listeners;
    private final Detached detached;
    private final Flights flights;
    private final LongSupplier nanos;

    /**
     * @param capacity of this replica, of which each call takes its place
     * @param bodyLimit of a request that is read, in bytes, also unpacked
     * @param listeners told of each end, in this order, before the work that settles and records begins
     * @param nanos a ticker that only ever rises
     */
    public LlmLine(
            Identity identity,
            Capacity capacity,
            int bodyLimit,
            Budget budget,
            Memory memory,
            TokenEstimate estimate,
            List<CallListener> listeners,
            Detached detached,
            Flights flights,
            LongSupplier nanos) {
        this.identity = identity;
        this.capacity = capacity;
        this.bodies = new BodyReader(bodyLimit);
        this.budget = budget;
        this.memory = memory;
        this.estimate = estimate;
        this.listeners = List.copyOf(listeners);
        this.detached = detached;
        this.flights = flights;
        this.nanos = nanos;
    }

    @Override
    public int getOrder() {
        return Stage.LINE.order();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange arrived, GatewayFilterChain chain) {
        LlmCall call = LlmCall.of(arrived);
        if (call == null) {
            return chain.filter(arrived);
        }
        ServerWebExchange exchange = ConnectionHeader.neutralised(arrived);
        Flight flight = flights.of(call, exchange);
        return Mono.defer(() -> {
                    flight.begin();
                    return prepare(call, exchange, flight);
                })
                .then(Mono.defer(() -> chain.filter(exchange)))
                .then(Mono.defer(() -> stream(call, exchange)))
                .takeUntilOther(flight.whenCut())
                .onErrorResume(Refusal.class, refusal -> Refusals.answer(exchange.getResponse(), call, refusal))
                .doOnCancel(() -> call.end(Outcome.CLIENT_GONE))
                .doFinally(signal -> {
                    try {
                        settle(call);
                    } finally {
                        flight.end();
                    }
                });
    }

    private Mono<Context> prepare(LlmCall call, ServerWebExchange exchange, Flight flight) {
        call.answerHeaders().set(CallHeaders.REQUEST, call.id());
        if (LlmDoor.climbs(exchange.getRequest())) {
            throw Refusal.badRequest(
                    "invalid_path",
                    "path: has a segment of dots only (expected: the path that is meant, without . and ..)");
        }
        Caller caller = identity.authenticate(call);
        call.times().identified();
        Seat seat = flight.take(capacity.enter(caller.tenant().id()));
        return call.dialect().reads()
                ? bodies.read(exchange.getRequest(), seat::take)
                        .flatMap(body -> personalise(call, caller, body).doOnNext(composed -> seat.keep(body.length)))
                : passThrough(call, caller);
    }

    private Context prepared(LlmCall call, Context context) {
        call.context(context);
        call.times().prepared();
        return context;
    }

    private Mono<Context> personalise(LlmCall call, Caller caller, byte[] body) {
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
        Mono<Tuple2<Admission, Recollection>> both = Mono.zip(admit(call), recall(call));
        // Composing goes over the whole request: a large one does not stand in an event loop's way.
        return (body.length < BodyReader.LARGE ? both : both.publishOn(Schedulers.parallel()))
                .map(known -> prepared(call, known.getT2().compose(known.getT1().granted())));
    }

    /** Nothing is read or rewritten; identity and request limits apply. */
    private Mono<Context> passThrough(LlmCall call, Caller caller) {
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
        return admit(call).map(admission -> prepared(call, Context.absent(Context.Reason.OPAQUE)));
    }

    private Mono<Admission> admit(LlmCall call) {
        return call.wants(Part.BUDGET)
                ? timed(budget.admit(call), call.times()::reserve)
                : Mono.just(new Admission(Long.MAX_VALUE));
    }

    private Mono<Recollection> recall(LlmCall call) {
        return call.wants(Part.PERSONALIZE)
                ? timed(memory.recall(call), call.times()::recall)
                : Mono.just(granted -> Context.absent(Context.Reason.OFF));
    }

    private static Mono<Void> stream(LlmCall call, ServerWebExchange exchange) {
        UpstreamAnswer answer = call.answer();
        return answer == null ? Mono.empty() : answer.writeTo(exchange.getResponse());
    }

    private void settle(LlmCall call) {
        UpstreamAnswer answer = call.answer();
        if (answer != null) {
            answer.close();
        }
        Ending ending = call.ending();
        try {
            listeners.forEach(listener -> listener.ended(call, ending));
        } finally {
            // Whoever only watches and fails costs nobody tokens or memory.
            work(call, ending);
        }
    }

    private void work(LlmCall call, Ending ending) {
        List<Mono<Void>> work = call.atEnd().stream()
                .map(task -> Mono.defer(() -> task.apply(ending)))
                .toList();
        if (!work.isEmpty()) {
            detached.run(timed(Mono.whenDelayError(work), took -> listeners.forEach(l -> l.settled(call, took))));
        }
    }

    /** From now, when it is about to be subscribed. */
    private <T> Mono<T> timed(Mono<T> stage, LongConsumer took) {
        long started = nanos.getAsLong();
        return stage.doOnTerminate(() -> took.accept(nanos.getAsLong() - started));
    }
}
