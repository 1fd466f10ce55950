package dev.mnemo.budget;

import static dev.mnemo.Fixtures.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.budget.Ledger.Claim;
import dev.mnemo.budget.Ledger.Spent;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RedisLedgerTest extends LedgerContract {

    private static final RedisLinks LINKS = TestRedis.links();

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Override
    Ledger ledger() {
        return new RedisLedger(LINKS.budget(), InstantSource.system());
    }

    @Test
    void redisClockDecidesWhereAWindowEnds() {
        Tenant tenant = tenant(limit("hour", Scope.TENANT, Unit.TOKENS, 1_000, Window.HOUR));
        Ledger ahead = new RedisLedger(LINKS.budget(), () -> Instant.now().plus(Duration.ofHours(1)));
        Ledger behind = new RedisLedger(LINKS.budget(), () -> Instant.now().minus(Duration.ofHours(1)));

        reserve(ahead, claim(tenant, "ada", 300, 0));
        reserve(behind, claim(tenant, "ada", 300, 0));

        assertThat(used(ledger(), tenant, "ada")).isEqualTo(600);
    }

    @Test
    void aHoldWhoseReplicaDiedIsSpentAndNoLongerHeld() {
        Tenant tenant = tenant(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        Claim dead = claim(tenant, "ada", 500, 0);
        reserve(ledger(), dead);
        String leases = "mnemo:v1:{" + tenant.id() + "}:leases";
        String counter = "mnemo:v1:{" + tenant.id() + "}:limit:month";
        assertThat(TestRedis.commands().hget(counter, "held")).isEqualTo("500");
        TestRedis.commands().zadd(leases, 1, "mnemo:v1:{" + tenant.id() + "}:hold:" + dead.id());

        Claim next = claim(tenant, "ada", 1, 0);
        reserve(ledger(), next);

        assertThat(TestRedis.commands().hget(counter, "held")).isEqualTo("1");
        assertThat(TestRedis.commands().hget(counter, "used")).isEqualTo("501");
        // It was not dead after all, only slow.
        assertThat(settle(ledger(), dead, new Spent(20, 1))).isTrue();
        assertThat(TestRedis.commands().hget(counter, "used")).isEqualTo("21");
        settle(ledger(), next, new Spent(0, 0));
        assertThat(TestRedis.commands().hget(counter, "held")).isEqualTo("0");
        assertThat(TestRedis.commands().zcard(leases)).isZero();
    }

    @Test
    void aDeadHoldOfNothingStandsInNobodysWay() {
        Tenant tenant = tenant(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        Claim dead = claim(tenant, "ada", 0, 0);
        reserve(ledger(), dead);
        String leases = "mnemo:v1:{" + tenant.id() + "}:leases";
        TestRedis.commands().zadd(leases, 1, "mnemo:v1:{" + tenant.id() + "}:hold:" + dead.id());

        reserve(ledger(), claim(tenant, "ada", 5, 0));

        assertThat(TestRedis.commands().zcard(leases)).isEqualTo(1);
        assertThat(used(ledger(), tenant, "ada")).isEqualTo(5);
    }

    @Test
    void allCountersOfATenantShareASlotAndExpire() {
        Tenant tenant = tenant(
                limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH),
                limit("day", Scope.USER, Unit.TOKENS, 10_000, Window.DAY),
                limit("burst", Scope.KEY, Unit.REQUESTS, 10_000, Window.MINUTE));
        reserve(ledger(), claim(tenant, "a{b}c d", 500, 0));

        List<String> keys = TestRedis.commands().keys("mnemo:v1:{" + tenant.id() + "}*");

        assertThat(keys).hasSize(5);
        assertThat(keys.stream().map(SlotHash::getSlot).distinct()).hasSize(1);
        assertThat(keys)
                .allSatisfy(key -> assertThat(TestRedis.commands().ttl(key)).isPositive());
    }

    @Test
    void aRedisThatHasForgottenTheScriptsIsGivenThemAgain() {
        Tenant tenant = tenant(limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH));
        TestRedis.commands().scriptFlush();

        reserve(ledger(), claim(tenant, "ada", 500, 0));

        assertThat(used(ledger(), tenant, "ada")).isEqualTo(500);
    }
}
