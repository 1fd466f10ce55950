package dev.mnemo.budget;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Windows.Edges;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The same ledger in the memory of one replica: what holds calls to their limits while the shared one is away, and the
 * model that the shared one is tested against. Thread-safe; bounded: what is longest unused is forgotten first.
 */
public final class InMemoryLedger implements Ledger {

    private static final int MOST = 100_000;
    private static final long MINUTE = 60;

    private final InstantSource clock;
    private final long lease;
    private final Windows windows = new Windows();
    private final Map<String, Counter> counters = bounded();
    private final Map<String, Hold> holds = bounded();

    /** One counter; which of its parts is used depends on the limit. */
    private static final class Counter {
        private long used;
        private final TreeMap<Long, Long> seconds = new TreeMap<>();
        private final Map<String, Long> inFlight = new LinkedHashMap<>();
    }

    /**
     * Null amounts of a hold that was settled.
     *
     * @param claim as it is held: the windows are those of its time
     */
    private record Hold(Claim claim, long granted, @Nullable List<Long> amounts) {

        long second() {
            return claim.at().getEpochSecond();
        }
    }

    /**
     * @param lease how long a hold counts as one of a call in flight unless it is renewed
     */
    public InMemoryLedger(InstantSource clock, Duration lease) {
        this.clock = clock;
        this.lease = lease.toSeconds();
    }

    @Override
    public Mono<Verdict> reserve(Claim claim) {
        return Mono.fromSupplier(() -> reserved(claim, true));
    }

    @Override
    public Mono<Verdict> weigh(Claim claim) {
        return Mono.fromSupplier(() -> reserved(claim, false));
    }

    @Override
    public Mono<Boolean> settle(Claim claim, Consumption used, Unheld unheld) {
        return Mono.fromSupplier(() -> settled(claim, used, unheld));
    }

    /**
     * Takes over how calendar limits stood when the shared ledger was last heard of, so that what is used up stays used up.
     * The most that was seen counts: what calls in flight give back is not waited for.
     */
    synchronized void seen(Claim claim, List<Level> levels) {
        for (Line line : claim.lines()) {
            for (Level level : levels) {
                if (line.isCalendar() && level.limit().equals(line.limit())) {
                    Counter counter = counter(claim, line);
                    counter.used = Math.max(counter.used, level.used());
                }
            }
        }
    }

    private synchronized Verdict reserved(Claim asked, boolean toHold) {
        Instant now = clock.instant();
        Claim claim = asked.at(now);
        Hold known = holds.get(claim.id());
        long granted = claim.wish();
        List<Lack> lacks = new ArrayList<>();
        List<Line> lines = claim.lines();
        for (Line line : lines) {
            long room = line.mostBefore() - used(claim, line);
            if (room < 0) {
                lacks.add(lack(claim, line, -room));
            } else if (line.rate() > 0) {
                granted = Math.min(granted, room / line.rate());
            }
        }
        if (known != null) {
            return new Admitted(claim, known.granted(), levels(claim));
        }
        if (!lacks.isEmpty()) {
            return Lack.refusal(lacks, levels(claim));
        }
        if (!toHold) {
            return new Admitted(claim, granted, levels(claim));
        }
        List<Long> amounts = new ArrayList<>();
        for (Line line : lines) {
            long amount = line.must() + granted * line.rate();
            Counter counter = counter(claim, line);
            if (line.isInFlight()) {
                counter.inFlight.put(claim.id(), now.getEpochSecond() + lease);
            } else if (line.isMinute()) {
                counter.seconds.merge(now.getEpochSecond(), amount, Long::sum);
            } else {
                counter.used += amount;
            }
            amounts.add(amount);
        }
        holds.put(claim.id(), new Hold(claim, granted, amounts));
        return new Admitted(claim, granted, levels(claim));
    }

    private Lack lack(Claim claim, Line line, long much) {
        Level level = level(claim, line);
        return new Lack(line, level, line.isMinute() ? wait(claim, line, much) : level.resets());
    }

    private Duration wait(Claim claim, Line line, long much) {
        long left = much;
        for (Map.Entry<Long, Long> second : counter(claim, line).seconds.entrySet()) {
            left -= second.getValue();
            if (left <= 0) {
                return Duration.ofSeconds(
                        second.getKey() + MINUTE + 1 - clock.instant().getEpochSecond());
            }
        }
        return Duration.ofSeconds(MINUTE);
    }

    private synchronized boolean settled(Claim asked, Consumption used, Unheld unheld) {
        Hold hold = holds.get(asked.id());
        List<Long> amounts = hold == null ? null : hold.amounts();
        if (amounts == null && (hold != null || unheld == Unheld.LEAVE)) {
            return false;
        }
        Claim claim = hold == null ? asked : hold.claim();
        List<Line> lines = claim.lines();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Counter counter = counter(claim, line);
            long change = used.of(line.limit(), claim.policy()) - (amounts == null ? 0 : amounts.get(i));
            if (line.isInFlight()) {
                counter.inFlight.remove(claim.id());
            } else if (!line.isMinute()) {
                counter.used = Math.max(0, counter.used + change);
            } else if (hold == null) {
                counter.seconds.merge(clock.instant().getEpochSecond(), change, Long::sum);
            } else {
                counter.seconds.computeIfPresent(hold.second(), (second, amount) -> amount + change);
            }
        }
        holds.put(claim.id(), new Hold(claim, 0, null));
        return true;
    }

    synchronized void renew(List<Claim> claims) {
        long until = clock.instant().getEpochSecond() + lease;
        for (Claim claim : claims) {
            Hold hold = holds.get(claim.id());
            if (hold != null && hold.amounts() != null) {
                claim.lines().stream()
                        .filter(Line::isInFlight)
                        .forEach(line -> counter(claim, line).inFlight.put(claim.id(), until));
            }
        }
    }

    private long used(Claim claim, Line line) {
        Counter counter = counter(claim, line);
        long now = clock.instant().getEpochSecond();
        if (line.isInFlight()) {
            counter.inFlight.values().removeIf(end -> end <= now);
            return counter.inFlight.size();
        }
        if (line.isMinute()) {
            counter.seconds.headMap(now - MINUTE).clear();
            return counter.seconds.values().stream().mapToLong(Long::longValue).sum();
        }
        return counter.used;
    }

    private List<Level> levels(Claim claim) {
        return Ledger.tightestFirst(
                claim.lines().stream().map(line -> level(claim, line)).toList());
    }

    private Level level(Claim claim, Line line) {
        Edges edges = windows.around(line.limit(), claim.at());
        Duration resets = line.resets(edges, clock.instant().getEpochSecond());
        return new Level(line.limit(), used(claim, line), resets);
    }

    private Counter counter(Claim claim, Line line) {
        String name = claim.tenant() + ' ' + line.counter(windows.around(line.limit(), claim.at()));
        return counters.computeIfAbsent(name, key -> new Counter());
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
