package dev.mnemo.budget;

import static dev.mnemo.budget.Claims.limit;
import static dev.mnemo.budget.Claims.spent;
import static dev.mnemo.budget.LedgerContract.LEASE;
import static dev.mnemo.budget.LedgerContract.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.budget.Ledger.Unheld;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The ledger in Redis against the one in memory, step by step: calls come, are sent again, end, end twice, are renewed, or
 * die with their replica, while time passes and windows end.
 */
class LedgerModelTest {

    private static final RedisLinks LINKS = TestRedis.links();

    private final RedisClock clock = new RedisClock();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2033-05-31T23:50:00Z"));
    private final RedisLedger redis = new RedisLedger(LINKS.budget(), LEASE, clock::on);
    private final InMemoryLedger model = new InMemoryLedger(now::get, LEASE);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    /** Three that stay the same, and one that is new each time; a failure names it. */
    static List<Long> seeds() {
        return List.of(1L, 20_261_124L, 4_711L, System.nanoTime());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void redisDoesWhatTheModelDoes(long seed) {
        Random random = new Random(seed);
        Claims tenant = Claims.of(
                limit("month", Scope.TENANT, Unit.TOKENS, 40_000, Window.MONTH),
                limit("dollars", Scope.USER, Unit.USD, 20_000, Window.DAY),
                limit("answers", Scope.KEY, Unit.OUTPUT, 30_000, Window.HOUR),
                limit("prompts", Scope.USER, Unit.INPUT, 3_000, Window.MINUTE),
                limit("burst", Scope.TENANT, Unit.REQUESTS, 25, Window.MINUTE),
                limit("now", Scope.USER, Unit.CALLS, 6, Window.NONE));
        List<Claim> alive = new ArrayList<>();
        List<Claim> dead = new ArrayList<>();
        List<Claim> ended = new ArrayList<>();
        clock.tell(now.get());

        for (int step = 0; step < 500; step++) {
            String at = "seed " + seed + ", step " + step;
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3, 4 -> {
                    Claim claim = tenant.claim(
                            skewed(random),
                            random.nextInt(5) == 0 ? null : "u" + random.nextInt(3),
                            random.nextInt(800),
                            random.nextInt(400));
                    if (bothReserve(at, claim) instanceof Admitted admitted) {
                        // Its answer may never have been heard: then it is settled as it was asked for.
                        alive.add(random.nextInt(3) == 0 ? claim : admitted.claim());
                    }
                }
                case 5 -> any(random, alive, dead, ended).forEach(claim -> bothReserve(at, claim));
                case 6, 7, 8 ->
                    any(random, alive).forEach(claim -> {
                        bothSettle(at, claim, random.nextInt(1_200), Unheld.CHARGE);
                        alive.remove(claim);
                        ended.add(claim);
                    });
                case 9 ->
                    any(random, dead, ended)
                            .forEach(claim -> bothSettle(
                                    at,
                                    claim,
                                    random.nextInt(1_200),
                                    random.nextBoolean() ? Unheld.CHARGE : Unheld.LEAVE));
                case 10 -> {
                    Claim never = tenant.claim(now.get(), "u0", 100, 100);
                    bothSettle(at, never, 50, random.nextBoolean() ? Unheld.CHARGE : Unheld.LEAVE);
                    ended.add(never);
                }
                case 11 ->
                    any(random, alive).forEach(claim -> {
                        alive.remove(claim);
                        dead.add(claim);
                    });
                case 12 -> {
                    redis.renew(tenant.tenant(), alive).block(LedgerContract.PATIENCE);
                    model.renew(alive);
                }
                default -> {
                    Duration pause = random.nextInt(6) == 0
                            ? Duration.ofSeconds(random.nextInt(7_200))
                            : Duration.ofSeconds(random.nextInt(25));
                    now.updateAndGet(before -> before.plus(pause));
                    clock.tell(now.get());
                }
            }
        }
        assertThat(ended).as("seed %d", seed).hasSizeGreaterThan(20);
    }

    /** A replica's clock may be ahead or behind. */
    private Instant skewed(Random random) {
        return random.nextInt(4) == 0 ? now.get().plusSeconds(random.nextInt(600) - 300) : now.get();
    }

    @SafeVarargs
    private static List<Claim> any(Random random, List<Claim>... from) {
        List<Claim> all = new ArrayList<>();
        for (List<Claim> some : from) {
            all.addAll(some);
        }
        return all.isEmpty() ? List.of() : List.of(all.get(random.nextInt(all.size())));
    }

    private Verdict bothReserve(String at, Claim claim) {
        Verdict verdict = reserve(redis, claim);
        Verdict expected = reserve(model, claim);
        assertThat(shown(verdict)).as(at).isEqualTo(shown(expected));
        return verdict;
    }

    private void bothSettle(String at, Claim claim, long tokens, Unheld unheld) {
        Consumption used = spent(tokens);
        assertThat(redis.settle(claim, used, unheld).block(LedgerContract.PATIENCE))
                .as(at)
                .isEqualTo(model.settle(claim, used, unheld).block(LedgerContract.PATIENCE));
    }

    /** Without the claim: it is the same but for the moment. */
    private static String shown(Verdict verdict) {
        String levels = verdict.levels().stream()
                .map(level -> level.limit().name() + '=' + level.used() + '/' + level.resets())
                .sorted()
                .toList()
                .toString();
        return switch (verdict) {
            case Admitted admitted -> "granted " + admitted.granted() + levels;
            case Refused refused ->
                "refused by " + refused.by().limit().name() + " for " + refused.room() + refused.never() + levels;
        };
    }
}
