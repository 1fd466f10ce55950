package dev.mnemo.budget;

import dev.mnemo.budget.Ledger.Claim;
import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Spent;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Unit;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The same ledger in the memory of one replica: what holds calls to their limits while the shared one is away, and the
 * model that the shared one is tested against. Thread-safe; bounded: what is longest unused is forgotten first.
 */
public final class InMemoryLedger implements Ledger {

    private static final int MOST = 100_000;

    private final InstantSource clock;
    private final Windows windows = new Windows();
    private final Map<String, Counter> counters = bounded();
    private final Map<String, Hold> holds = bounded();

    private static final class Counter {
        private long start;
        private long used;
        private long held;
    }

    /** Null amounts of a hold that was settled. */
    private record Hold(long granted, @Nullable Map<String, Held> amounts) {}

    private record Held(long start, long amount) {}

    public InMemoryLedger(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Mono<Verdict> reserve(Claim claim) {
        return Mono.fromSupplier(() -> reserved(claim));
    }

    @Override
    public Mono<Boolean> settle(Claim claim, Spent spent) {
        return Mono.fromSupplier(() -> settled(claim, spent));
    }

    private synchronized Verdict reserved(Claim claim) {
        List<Limit> limits = claim.tenant().budgets().limits();
        Hold known = holds.get(claim.id());
        long granted = claim.wish();
        Limit refused = null;
        for (Limit limit : limits) {
            long room = limit.amount() - counter(limit, claim).used - (limit.unit() == Unit.TOKENS ? claim.must() : 1);
            if (limit.unit() == Unit.TOKENS) {
                granted = Math.min(granted, room);
            }
            refused = room < 0 && refused == null ? limit : refused;
        }
        if (known != null) {
            return new Admitted(known.granted(), levels(limits, claim));
        }
        if (refused != null) {
            return new Refused(level(refused, claim), levels(limits, claim));
        }
        Map<String, Held> amounts = new HashMap<>();
        for (Limit limit : limits) {
            Counter counter = counter(limit, claim);
            long amount = limit.unit() == Unit.TOKENS ? claim.must() + granted : 1;
            counter.used += amount;
            counter.held += amount;
            amounts.put(name(limit, claim), new Held(counter.start, amount));
        }
        holds.put(claim.id(), new Hold(granted, amounts));
        return new Admitted(granted, levels(limits, claim));
    }

    private synchronized boolean settled(Claim claim, Spent spent) {
        Hold hold = holds.get(claim.id());
        Map<String, Held> amounts = hold == null ? Map.of() : hold.amounts();
        if (amounts == null) {
            return false;
        }
        for (Limit limit : claim.tenant().budgets().limits()) {
            Counter counter = counter(limit, claim);
            Held held = amounts.get(name(limit, claim));
            if (held == null) {
                counter.used += spent.of(limit.unit());
            } else if (held.start() == counter.start) {
                counter.used += spent.of(limit.unit()) - held.amount();
                counter.held -= held.amount();
            }
        }
        holds.put(claim.id(), new Hold(hold == null ? 0 : hold.granted(), null));
        return true;
    }

    /** What is held now by calls in flight, over all subjects of a limit; for tests and for people. */
    public synchronized long held(Limit limit, Claim claim) {
        return counter(limit, claim).held;
    }

    private List<Level> levels(List<Limit> limits, Claim claim) {
        List<Level> levels = new ArrayList<>(
                limits.stream().map(limit -> level(limit, claim)).toList());
        levels.sort(Comparator.comparingDouble(Level::share));
        return List.copyOf(levels);
    }

    private Level level(Limit limit, Claim claim) {
        long resets =
                windows.around(limit, clock.instant()).end() - clock.instant().getEpochSecond();
        return new Level(limit, counter(limit, claim).used, Duration.ofSeconds(Math.max(1, resets)));
    }

    /** The counter of the window that is now; one of a window that is over begins anew. */
    private Counter counter(Limit limit, Claim claim) {
        Counter counter = counters.computeIfAbsent(name(limit, claim), name -> new Counter());
        long start = windows.around(limit, clock.instant()).start();
        if (counter.start != start) {
            counter.start = start;
            counter.used = 0;
            counter.held = 0;
        }
        return counter;
    }

    private static String name(Limit limit, Claim claim) {
        return claim.tenant().id() + ':' + Subjects.of(limit, claim);
    }

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MOST;
            }
        };
    }
}
