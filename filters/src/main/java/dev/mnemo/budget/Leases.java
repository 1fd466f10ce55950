package dev.mnemo.budget;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.call.BudgetListener;
import dev.mnemo.tenant.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Knows this replica's calls in flight, and renews their holds for as long as they live. When the replica dies nobody does,
 * and the holds end with their leases. Renewing also finds out whether Redis has lost what was written. Thread-safe.
 */
public final class Leases implements Ledger {

    /** In one script, so that it does not keep Redis from others for long. */
    private static final int AT_ONCE = 200;

    private static final Duration SOON = Duration.ofSeconds(5);

    /** Calls in flight, to find out whether some give back what is lacking. */
    private static final int LOOKED_AT = 200;

    private final RedisLedger redis;
    private final Ledger ledger;
    private final BudgetListener listener;
    private final Map<String, Live> tenants = new ConcurrentHashMap<>();

    /** A tenant's calls in flight. */
    private static final class Live {
        private final Map<String, Flight> flights = new ConcurrentHashMap<>();
        private volatile boolean active;
        private volatile long renewals;

        /**
         * A window may be long, and yet have room soon: calls in flight give back what they were held for and did not use.
         * Where those of this replica alone hold enough, waiting for them is worth more than waiting for the window's end.
         */
        Verdict soon(Claim claim, Verdict.Refused refused) {
            Limit limit = refused.by().limit();
            Line line = claim.line(limit);
            if (line == null || !line.isCalendar() || refused.never()) {
                return refused;
            }
            long held = 0;
            int looked = 0;
            for (Flight other : flights.values()) {
                Line same = other.held ? other.claim.line(limit) : null;
                held += same != null && same.subject().equals(line.subject()) ? same.must() : 0;
                if (held >= line.must() - refused.by().left()) {
                    Duration room = refused.room().compareTo(SOON) < 0 ? refused.room() : SOON;
                    return new Verdict.Refused(refused.by(), refused.must(), room, false, refused.levels());
                }
                if (++looked == LOOKED_AT) {
                    break;
                }
            }
            return refused;
        }
    }

    /** A call in flight. */
    private static final class Flight {
        private final Claim claim;

        /** Whether Redis has said so, and has not lost it since. */
        private volatile boolean held;

        Flight(Claim claim) {
            this.claim = claim;
        }
    }

    /**
     * @param redis what renews
     * @param ledger what reserves and settles
     */
    public Leases(RedisLedger redis, Ledger ledger, BudgetListener listener) {
        this.redis = redis;
        this.ledger = ledger;
        this.listener = listener;
    }

    @Override
    public Mono<Verdict> reserve(Claim claim) {
        return Mono.defer(() -> {
            Live live = tenants.computeIfAbsent(claim.tenant(), tenant -> new Live());
            Flight flight = new Flight(claim);
            live.flights.put(claim.id(), flight);
            live.active = true;
            return ledger.reserve(claim).map(verdict -> switch (verdict) {
                case Verdict.Admitted admitted -> {
                    flight.held = true;
                    yield admitted;
                }
                case Verdict.Refused refused -> {
                    live.flights.remove(claim.id());
                    yield live.soon(claim, refused);
                }
            });
        });
    }

    @Override
    public Mono<Verdict> weigh(Claim claim) {
        return ledger.weigh(claim).map(verdict -> {
            Live live = tenants.get(claim.tenant());
            return live != null && verdict instanceof Verdict.Refused refused ? live.soon(claim, refused) : verdict;
        });
    }

    /** The call is over when this is asked for, whether or not the settling is ever subscribed to. */
    @Override
    public Mono<Boolean> settle(Claim claim, Consumption used, Unheld unheld) {
        Live live = tenants.get(claim.tenant());
        if (live != null) {
            live.flights.remove(claim.id());
        }
        return ledger.settle(claim, used, unheld);
    }

    /** Renews all that is held, once. Errors are the ledger's; the next time everything is tried again. */
    public Mono<Void> renew() {
        return Flux.fromIterable(tenants.entrySet())
                .concatMap(tenant -> renew(tenant.getKey(), tenant.getValue()).onErrorComplete())
                .then();
    }

    private Mono<Void> renew(String tenant, Live live) {
        if (!live.active && live.flights.isEmpty()) {
            return Mono.empty();
        }
        live.active = false;
        List<Flight> held =
                live.flights.values().stream().filter(flight -> flight.held).toList();
        List<List<Flight>> parts = new ArrayList<>();
        for (int i = 0; i < held.size(); i += AT_ONCE) {
            parts.add(held.subList(i, Math.min(held.size(), i + AT_ONCE)));
        }
        if (parts.isEmpty()) {
            // Nothing to renew, but leases of replicas that died may have to be dropped.
            parts.add(List.of());
        }
        return Flux.fromIterable(parts)
                .concatMap(part -> redis.renew(
                                tenant,
                                part.stream().map(flight -> flight.claim).toList())
                        .doOnNext(answer -> check(tenant, live, part, answer)))
                .then();
    }

    private void check(String tenant, Live live, List<Flight> part, List<Long> answer) {
        long lost = 0;
        for (int i = 0; i < part.size(); i++) {
            // A call that was settled meanwhile is not lost: its mark is there for minutes. A loss is told once.
            if (answer.get(1 + i) == 0) {
                part.get(i).held = false;
                lost++;
            }
        }
        boolean restarted = answer.getFirst() <= live.renewals;
        live.renewals = answer.getFirst();
        if (lost > 0 || restarted) {
            listener.lost(tenant, lost);
        }
    }

    /** How many calls of this replica hold something; for tests. */
    long inFlight() {
        return tenants.values().stream()
                .flatMap(live -> live.flights.values().stream())
                .filter(flight -> flight.held)
                .count();
    }
}
