package dev.mnemo.budget;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.budget.Ledger.Claim;
import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Spent;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Upstream;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * The ledger that all replicas share. Each operation is one script on the tenant's slot, so that every scope and window is
 * checked and held at once; Redis' clock decides about time.
 *
 * <p>{@code used} includes what is held: an expired hold is settled at what was reserved without anybody doing anything.
 */
public final class RedisLedger implements Ledger {

    private static final Script RESERVE = Script.of(RedisLedger.class, "reserve.lua");
    private static final Script SETTLE = Script.of(RedisLedger.class, "settle.lua");

    private static final byte[] TOKENS = {'t'};
    private static final byte[] REQUESTS = {'r'};

    /** Beyond a call's total timeout, so that a settle that is late finds its hold. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final RedisLink link;
    private final InstantSource clock;
    private final Windows windows = new Windows();

    /**
     * @param clock of this replica; it may be wrong by less than a window
     */
    public RedisLedger(RedisLink link, InstantSource clock) {
        this.link = link;
        this.clock = clock;
    }

    @Override
    public Mono<Verdict> reserve(Claim claim) {
        List<Limit> limits = claim.tenant().budgets().limits();
        if (limits.isEmpty()) {
            return Mono.just(new Admitted(claim.wish(), List.of()));
        }
        Instant now = clock.instant();
        List<byte[]> args = new ArrayList<>(3 + limits.size() * 6);
        args.add(ascii(claim.must()));
        args.add(ascii(claim.wish()));
        args.add(ascii(lease(claim).toSeconds()));
        for (Limit limit : limits) {
            Windows.Edges edges = windows.around(limit, now);
            args.add(limit.unit() == Unit.TOKENS ? TOKENS : REQUESTS);
            args.add(ascii(limit.amount()));
            args.addAll(Arrays.asList(edges.texts()));
        }
        return link.<List<Long>>eval(RESERVE, ScriptOutputType.MULTI, keys(claim), args.toArray(byte[][]::new))
                .map(answer -> verdict(limits, answer));
    }

    @Override
    public Mono<Boolean> settle(Claim claim, Spent spent) {
        List<Limit> limits = claim.tenant().budgets().limits();
        if (limits.isEmpty()) {
            return Mono.just(false);
        }
        Instant now = clock.instant();
        List<byte[]> args = new ArrayList<>(limits.size() * 3);
        for (Limit limit : limits) {
            Windows.Edges edges = windows.around(limit, now);
            args.add(ascii(spent.of(limit.unit())));
            args.add(edges.texts()[1]);
            args.add(edges.texts()[2]);
        }
        return link.<Long>eval(SETTLE, ScriptOutputType.INTEGER, keys(claim), args.toArray(byte[][]::new))
                .map(first -> first == 1);
    }

    private static byte[][] keys(Claim claim) {
        String tenant = claim.tenant().id();
        List<Limit> limits = claim.tenant().budgets().limits();
        byte[][] keys = new byte[limits.size() + 2][];
        keys[0] = Keys.tenant(tenant, "hold:" + claim.id());
        keys[1] = Keys.tenant(tenant, "leases");
        for (int i = 0; i < limits.size(); i++) {
            keys[i + 2] = Keys.tenant(tenant, Subjects.of(limits.get(i), claim));
        }
        return keys;
    }

    /** As long as the tenant's slowest upstream may take. */
    private static Duration lease(Claim claim) {
        return claim.tenant().upstreams().stream()
                .map(Upstream::timeouts)
                .map(Upstream.Timeouts::total)
                .max(Comparator.naturalOrder())
                .orElse(Upstream.Timeouts.DEFAULT.total())
                .plus(MARGIN);
    }

    /** {@code [granted or −1, index of the limit without room, (used, seconds to the reset) …]}. */
    private static Verdict verdict(List<Limit> limits, List<Long> answer) {
        List<Level> levels = new ArrayList<>(limits.size());
        for (int i = 0; i < limits.size(); i++) {
            levels.add(new Level(
                    limits.get(i), answer.get(2 + 2 * i), Duration.ofSeconds(Math.max(1, answer.get(3 + 2 * i)))));
        }
        long granted = answer.get(0);
        Level by = granted < 0 ? levels.get(Math.toIntExact(answer.get(1))) : levels.getFirst();
        levels.sort(Comparator.comparingDouble(Level::share));
        return granted < 0 ? new Refused(by, List.copyOf(levels)) : new Admitted(granted, List.copyOf(levels));
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(US_ASCII);
    }
}
