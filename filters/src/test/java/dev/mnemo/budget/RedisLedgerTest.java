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
import java.util.List;
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
