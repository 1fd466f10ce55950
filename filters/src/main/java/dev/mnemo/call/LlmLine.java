package dev.mnemo.call;

import dev.mnemo.call.Budget.Admission;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.Flights.Flight;
import dev.mnemo.call.Memory.Recollection;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The line: identify → read → admit ∥ recall → compose → route → stream → settle. A call passes through it once.
 *
 * <p>It acts only on routes that asked for it with one of Mnemo's filters. Thread-safe.
 */
public final class LlmLine implements GlobalFilter, Ordered {

    private final Identity identity;
    private final Preparation preparation;
    private final Budget budget;
    private final Memory memory;
    private final List<CallListener> listeners;
    private final Detached detached;
    private final Flights flights;
    private final LongSupplier nanos;

    /**
     * @param listeners told of each end, in this order, before the work that settles and records begins
     * @param nanos a ticker that only ever rises
     */
    public LlmLine(
            Identity identity,
            Preparation preparation,
            Budget budget,
            Memory memory,
            List<CallListener> listeners,
            Detached detached,
            Flights flights,
            LongSupplier nanos) {
        this.identity = identity;
        this.preparation = preparation;
        this.budget = budget;
        this.memory = memory;
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
        LlmDoor.checkPath(exchange.getRequest());
        Caller caller = identity.authenticate(call);
        call.times().identified();
        return preparation.prepare(call, caller, exchange.getRequest(), flight::take, new Timed());
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

    private final class Timed implements Preparation.Stores {

        @Override
        public Mono<Admission> admit(LlmCall call) {
            return timed(budget.admit(call), call.times()::reserve);
        }

        @Override
        public Mono<Recollection> recall(LlmCall call) {
            return timed(memory.recall(call), call.times()::recall);
        }
    }
}
