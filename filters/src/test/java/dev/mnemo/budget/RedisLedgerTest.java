package dev.mnemo.budget;

import static dev.mnemo.budget.Claims.limit;
import static dev.mnemo.budget.Claims.spent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RedisLedgerTest extends LedgerContract {

    private static final RedisLinks LINKS = TestRedis.links();

    private final RedisClock clock = new RedisClock();

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Override
    Ledger ledger() {
        return new RedisLedger(LINKS.budget(), LEASE, clock::on);
    }

    @Override
    void tell(Instant now) {
        clock.tell(now);
    }

    @Override
    void renew(Ledger ledger, Claim claim) {
        ((RedisLedger) ledger).renew(claim.tenant(), List.of(claim)).block(PATIENCE);
    }

    @Test
    void allKeysOfATenantShareASlotAndExpire() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of(
                limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH),
                limit("day", Scope.USER, Unit.USD, 10_000, Window.DAY),
                limit("burst", Scope.KEY, Unit.REQUESTS, 10_000, Window.MINUTE),
                limit("now", Scope.KEY, Unit.CALLS, 10_000, Window.NONE));
        Claim claim = tenant.claim(Instant.now(), "a{b}c d", 500, 0);
        reserve(redis, claim);
        Claim other = tenant.claim(Instant.now(), "a{b}c d", 500, 0);
        reserve(redis, other);
        settle(redis, other, spent(3));
        renew(redis, claim);

        List<String> keys = TestRedis.commands().keys("mnemo:v1:{" + tenant.tenant() + "}*");

        // Four counters, the hold, the mark of the one that is settled, leases, renewals, and the book of the day.
        assertThat(keys).hasSize(9);
        assertThat(keys.stream().map(SlotHash::getSlot).distinct()).hasSize(1);
        assertThat(keys)
                .allSatisfy(key -> assertThat(TestRedis.commands().ttl(key)).isPositive());
    }

    @Test
    void aRedisThatHasForgottenTheScriptsIsGivenThemAgain() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        TestRedis.commands().scriptFlush();

        Ledger.Verdict verdict = reserve(redis, tenant.claim(Instant.now(), "ada", 500, 0));

        assertThat(verdict.levels().getFirst().used()).isEqualTo(500);
    }

    /** A Redis that throws counters away to make room gives nothing back that it does not have. */
    @Test
    void aCounterThatRedisLostIsNeverNegative() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        Claim claim = tenant.claim(Instant.now(), "ada", 500, 0);
        reserve(redis, claim);
        TestRedis.commands()
                .del(TestRedis.commands()
                        .keys("mnemo:v1:{" + tenant.tenant() + "}:limit*")
                        .getFirst());

        settle(redis, claim, spent(3));

        Ledger.Verdict verdict = reserve(redis, tenant.claim(Instant.now(), "ada", 0, 0));
        assertThat(verdict.levels().getFirst().used()).isZero();
    }

    /** Such as one of a newer version. */
    @Test
    void aRowOfTheBookThatCannotBeReadCountsNothingTwice() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        Claim claim = tenant.claim(Instant.now(), "ada", 100, 0);
        reserve(redis, claim);
        String book = "mnemo:v1:{" + tenant.tenant() + "}:usage:" + LocalDate.now(ZoneOffset.UTC);
        TestRedis.commands().hset(book, "web m ada", "of another kind");

        assertThat(settle(redis, claim, spent(1_100))).isTrue();
        assertThat(settle(redis, claim, spent(1_100))).isFalse();

        assertThat(month(redis, tenant)).isEqualTo(1_100);
    }

    @Test
    void aSettleThatBreaksOffIsNotCountedAgain() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        Claim claim = tenant.claim(Instant.now(), "ada", 100, 0);
        reserve(redis, claim);
        TestRedis.commands()
                .set("mnemo:v1:{" + tenant.tenant() + "}:usage:" + LocalDate.now(ZoneOffset.UTC), "no hash");

        for (int i = 0; i < 4; i++) {
            redis.settle(claim, spent(1_100), Ledger.Unheld.CHARGE)
                    .onErrorComplete()
                    .block(PATIENCE);
        }

        assertThat(month(redis, tenant)).isEqualTo(1_100);
    }

    @Test
    void theBookTellsNoMoreApartThanItMay() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of();
        String book = "mnemo:v1:{" + tenant.tenant() + "}:usage:" + LocalDate.now(ZoneOffset.UTC);
        Map<String, String> full = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            full.put("web m u" + i, "x");
        }
        TestRedis.commands().hset(book, full);

        settle(redis, tenant.claim(Instant.now(), "one", 0, 0), spent(5));
        settle(redis, tenant.claim(Instant.now(), "another", 0, 0), spent(5));
        settle(redis, tenant.claim(Instant.now(), "never sent", 0, 0), Consumption.NONE);

        assertThat(TestRedis.commands().hlen(book)).isEqualTo(10_001);
        assertThat(TestRedis.commands().hexists(book, "*")).isTrue();
    }

    @Test
    void aCallThatNobodyHasSeenIsNoLineOfTheBook() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        Claim claim = tenant.claim(Instant.now(), "ada", 100, 0);
        reserve(redis, claim);

        settle(redis, claim, Consumption.NONE);

        assertThat(TestRedis.commands().keys("mnemo:v1:{" + tenant.tenant() + "}:usage*"))
                .isEmpty();
    }

    /** A settle may be a day late, whatever became of the replica. */
    @Test
    void whatIsHeldAndCountedIsKeptForADayBeyondItsTime() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        Claims tenant = Claims.of(limit("hour", Scope.TENANT, Unit.TOKENS, 10_000, Window.HOUR));
        Claim claim = tenant.claim(Instant.now(), "ada", 100, 0);
        reserve(redis, claim);
        String prefix = "mnemo:v1:{" + tenant.tenant() + "}:";
        String hold = prefix + "hold:" + claim.id();
        long ends = Instant.now()
                .truncatedTo(ChronoUnit.HOURS)
                .plus(26, ChronoUnit.HOURS)
                .getEpochSecond();

        assertThat(TestRedis.commands().ttl(hold)).isBetween(86_000L, 86_400L);
        assertThat(TestRedis.commands().keys(prefix + "limit*"))
                .singleElement()
                .satisfies(
                        key -> assertThat(TestRedis.commands().expiretime(key)).isEqualTo(ends));
        TestRedis.commands().expire(hold, 10);
        renew(redis, claim);
        assertThat(TestRedis.commands().ttl(hold)).isBetween(86_000L, 86_400L);
        Claim without = tenant.claim(Instant.now(), "ada", 100, 0);
        TestRedis.commands().del(TestRedis.commands().keys(prefix + "limit*").getFirst());
        settle(redis, without, spent(3));
        assertThat(TestRedis.commands().keys(prefix + "limit*"))
                .singleElement()
                .satisfies(
                        key -> assertThat(TestRedis.commands().expiretime(key)).isEqualTo(ends));
    }

    private static long month(Ledger redis, Claims tenant) {
        return reserve(redis, tenant.claim(Instant.now(), "ada", 0, 0))
                .levels()
                .getFirst()
                .used();
    }

    @Test
    void amountsStayExactUpToTheLargestThatALimitMayHave() {
        Ledger redis = new RedisLedger(LINKS.budget(), LEASE);
        long most = (1L << 53) - 1;
        Claims tenant = Claims.of(
                limit("month", Scope.TENANT, Unit.TOKENS, most, Window.MONTH),
                limit("minute", Scope.TENANT, Unit.TOKENS, most, Window.MINUTE));

        Claim large = tenant.claim(Instant.now(), "ada", most - 1, 0);
        assertThat(reserve(redis, large).levels())
                .allSatisfy(level -> assertThat(level.left()).isEqualTo(1));
        assertThat(reserve(redis, tenant.claim(Instant.now(), "ada", 2, 0))).isInstanceOf(Ledger.Verdict.Refused.class);
        settle(redis, large, spent(most - 2));
        assertThat(reserve(redis, tenant.claim(Instant.now(), "ada", 2, 0)).levels())
                .allSatisfy(level -> assertThat(level.left()).isZero());
    }

    @Test
    void aLeaseIsSecondsByRedisOwnClock() {
        Ledger redis = new RedisLedger(LINKS.budget(), Duration.ofSeconds(100));
        Claims tenant = Claims.of(limit("now", Scope.TENANT, Unit.CALLS, 1, Window.NONE));
        reserve(redis, tenant.claim(Instant.now(), "ada", 1, 0));

        String leases = "mnemo:v1:{" + tenant.tenant() + "}:leases";
        double end =
                TestRedis.commands().zrangeWithScores(leases, 0, 0).getFirst().getScore();

        assertThat(end - Instant.now().getEpochSecond()).isBetween(90.0, 101.0);
    }
}
