package dev.mnemo.budget;

import static dev.mnemo.redis.Wire.number;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Windows.Edges;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;

/**
 * The ledger that all replicas share. Each operation is one script on the tenant's slot, so that every scope and window is
 * checked and held at once; Redis' clock decides about time.
 *
 * <p>What is used includes what is held: an expired hold is settled at what was reserved without anybody doing anything.
 * What each key holds is said in {@code reserve.lua}. Thread-safe.
 */
public final class RedisLedger implements Ledger {

    /** A settle may come a day late and still be counted in its own window. */
    private static final long GRACE = Duration.ofHours(25).toSeconds();

    /** With it, the script holds nothing. */
    private static final byte[] NO_LEASE = number(0);

    private final RedisLink link;
    private final byte[] lease;
    private final Script reserve;
    private final Script settle;
    private final Script renew;
    private final Windows windows = new Windows();

    /**
     * @param lease how long a hold counts as one of a call in flight unless it is renewed; whole seconds
     */
    public RedisLedger(RedisLink link, Duration lease) {
        this(link, lease, UnaryOperator.identity());
    }

    /** For tests that have their own idea of what time it is. */
    RedisLedger(RedisLink link, Duration lease, UnaryOperator<Script> changed) {
        this.link = link;
        this.lease = number(lease.toSeconds());
        this.reserve = changed.apply(Script.of(RedisLedger.class, "reserve.lua"));
        this.settle = changed.apply(Script.of(RedisLedger.class, "settle.lua"));
        this.renew = changed.apply(Script.of(RedisLedger.class, "renew.lua"));
    }

    @Override
    public Mono<Verdict> reserve(Claim claim) {
        return reserve(claim, lease, true);
    }

    @Override
    public Mono<Verdict> weigh(Claim claim) {
        return reserve(claim, NO_LEASE, true);
    }

    private Mono<Verdict> reserve(Claim claim, byte[] leased, boolean again) {
        List<Line> lines = claim.lines();
        List<Edges> edges = edges(claim);
        List<String> counters = counters(lines, edges);
        List<byte[]> args = new ArrayList<>(7 + lines.size() * 4);
        args.add(number(lines.stream().filter(Line::isCalendar).count()));
        args.add(number(lines.stream().filter(Line::isMinute).count()));
        args.add(number(claim.wish()));
        args.add(leased);
        long from = 0;
        long until = Windows.ENDLESS.end();
        byte[][] keys = new byte[2 + lines.size()][];
        keys[0] = hold(claim);
        keys[1] = Keys.tenant(claim.tenant(), "leases");
        for (int i = 0; i < lines.size(); i++) {
            from = Math.max(from, edges.get(i).start());
            until = Math.min(until, edges.get(i).end());
            keys[2 + i] = Keys.tenant(claim.tenant(), counters.get(i));
        }
        args.add(number(from));
        args.add(number(until));
        args.add(String.join(" ", counters).getBytes(US_ASCII));
        for (int i = 0; i < lines.size(); i++) {
            args.add(number(lines.get(i).mostBefore()));
            args.add(number(lines.get(i).must()));
            args.add(number(lines.get(i).rate()));
            args.add(number(edges.get(i).end() + GRACE));
        }
        return link.<List<Long>>eval(reserve, ScriptOutputType.MULTI, keys, args.toArray(byte[][]::new))
                .flatMap(answer -> {
                    if (answer.get(1) >= 0) {
                        return Mono.just(verdict(claim, edges, answer));
                    }
                    // A window has ended on Redis' clock and not on ours, or the other way round.
                    return again
                            ? reserve(claim.at(Instant.ofEpochSecond(answer.getFirst())), leased, false)
                            : Mono.error(new IllegalStateException("ledger: Redis' clock leaps"));
                });
    }

    @Override
    public Mono<Boolean> settle(Claim claim, Consumption used, Unheld unheld) {
        return settle(claim, used, unheld, true);
    }

    private Mono<Boolean> settle(Claim claim, Consumption used, Unheld unheld, boolean again) {
        List<Line> lines = claim.lines();
        LocalDate day = LocalDate.ofInstant(claim.at(), ZoneOffset.UTC);
        List<byte[]> args = new ArrayList<>(7 + lines.size() * 2);
        args.add(number(lines.stream().filter(Line::isCalendar).count()));
        args.add(number(lines.stream().filter(Line::isMinute).count()));
        args.add((unheld == Unheld.CHARGE ? "charge" : "correct").getBytes(US_ASCII));
        args.add(claim.row().field().getBytes(US_ASCII));
        args.add(UsageRow.Name.OTHERS.field().getBytes(US_ASCII));
        args.add(used.toBytes());
        args.add(number(UsageBook.forgotten(day)));
        List<Edges> edges = edges(claim);
        List<String> counters = counters(lines, edges);
        args.add(String.join(" ", counters).getBytes(US_ASCII));
        byte[][] keys = new byte[3 + lines.size()][];
        keys[0] = hold(claim);
        keys[1] = Keys.tenant(claim.tenant(), "leases");
        keys[2] = UsageBook.key(claim.tenant(), day);
        for (int i = 0; i < lines.size(); i++) {
            keys[3 + i] = Keys.tenant(claim.tenant(), counters.get(i));
            args.add(number(used.of(lines.get(i).limit(), claim.policy())));
            args.add(number(edges.get(i).end() + GRACE));
        }
        return link.<Long>eval(settle, ScriptOutputType.INTEGER, keys, args.toArray(byte[][]::new))
                .flatMap(answer -> {
                    if (answer <= 1) {
                        return Mono.just(answer == 1);
                    }
                    // Its reservation's answer was never heard: by Redis' clock it is held in other windows than by
                    // ours.
                    return again
                            ? settle(claim.at(Instant.ofEpochSecond(answer)), used, unheld, false)
                            : Mono.error(new IllegalStateException("ledger: held as nobody asked for"));
                });
    }

    private static List<String> counters(List<Line> lines, List<Edges> edges) {
        List<String> counters = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            counters.add(lines.get(i).counter(edges.get(i)));
        }
        return counters;
    }

    /**
     * Prolongs the leases of calls of one tenant.
     *
     * @return how often that was done for the tenant, and then for each claim 0 when nothing is held of it
     */
    Mono<List<Long>> renew(String tenant, List<Claim> claims) {
        List<byte[]> keys = new ArrayList<>();
        List<byte[]> args = new ArrayList<>();
        keys.add(Keys.tenant(tenant, "leases"));
        keys.add(Keys.tenant(tenant, "renewals"));
        args.add(lease);
        for (Claim claim : claims) {
            keys.add(hold(claim));
            int before = keys.size();
            for (Line line : claim.lines()) {
                if (line.isInFlight()) {
                    keys.add(Keys.tenant(tenant, line.counter(windows.around(line.limit(), claim.at()))));
                }
            }
            args.add(number(keys.size() - before));
        }
        return link.eval(renew, ScriptOutputType.MULTI, keys.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }

    private List<Edges> edges(Claim claim) {
        List<Edges> edges = new ArrayList<>(claim.lines().size());
        for (Line line : claim.lines()) {
            edges.add(windows.around(line.limit(), claim.at()));
        }
        return edges;
    }

    /** {@code [now, verdict, granted, used …, wait …]}; see reserve.lua. */
    private static Verdict verdict(Claim claim, List<Edges> edges, List<Long> answer) {
        long now = answer.getFirst();
        List<Line> lines = claim.lines();
        List<Level> levels = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            levels.add(new Level(
                    lines.get(i).limit(), answer.get(3 + i), lines.get(i).resets(edges.get(i), now)));
        }
        if (answer.get(1) == 1) {
            return new Admitted(claim, answer.get(2), Ledger.tightestFirst(levels));
        }
        List<Lack> lacks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            long wait = answer.get(3 + lines.size() + i);
            if (wait > 0) {
                Duration room = lines.get(i).isMinute()
                        ? Duration.ofSeconds(wait)
                        : levels.get(i).resets();
                lacks.add(new Lack(lines.get(i), levels.get(i), room));
            }
        }
        return Lack.refusal(lacks, levels);
    }

    private static byte[] hold(Claim claim) {
        return Keys.tenant(claim.tenant(), "hold:" + claim.id());
    }
}
