package dev.mnemo.budget;

import static dev.mnemo.budget.Claims.limit;
import static dev.mnemo.budget.Claims.spent;
import static dev.mnemo.budget.LedgerContract.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.budget.Ledger.Unheld;
import dev.mnemo.budget.UsageBook.Standing;
import dev.mnemo.call.BudgetListener;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A replica renews what it holds, and notices what Redis has lost. */
class LeasesTest {

    private static final RedisLinks LINKS = TestRedis.links();

    private final List<String> lost = new ArrayList<>();
    private final Limit month = limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH);
    private final Claims tenant = Claims.of(month, limit("now", Scope.TENANT, Unit.CALLS, 9, Window.NONE));
    private final RedisLedger redis = new RedisLedger(LINKS.budget(), Duration.ofSeconds(60));
    private final Leases leases = new Leases(redis, redis, new Noting());
    private final String prefix = "mnemo:v1:{" + tenant.tenant() + "}:";

    private final class Noting implements BudgetListener {

        @Override
        public void refused(String who, String limit) {}

        @Override
        public void warned(String who, String limit) {}

        @Override
        public void overShadow(String who, String limit) {}

        @Override
        public void unavailable(String who, boolean refused, Throwable why) {}

        @Override
        public void estimated(String who) {}

        @Override
        public void lost(String who, long holds) {
            lost.add(who + " " + holds);
        }
    }

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    private Claim held() {
        Claim claim = tenant.claim(Instant.now(), "ada", 100, 0);
        leases.reserve(claim).block(PATIENCE);
        return claim;
    }

    private double leaseEnd(Claim claim) {
        Double end = TestRedis.commands().zscore(prefix + "leases", prefix + "hold:" + claim.id());
        return end == null ? 0 : end;
    }

    @Test
    void whatLivesIsRenewedAndWhatDiedWithItsReplicaIsDropped() {
        Claim alive = held();
        Claim dead = tenant.claim(Instant.now(), "eve", 100, 0);
        redis.reserve(dead).block(PATIENCE);
        TestRedis.commands().zadd(prefix + "leases", 1, prefix + "hold:" + dead.id());
        TestRedis.commands().zadd(prefix + "leases", 2, prefix + "hold:" + alive.id());

        leases.renew().block(PATIENCE);

        assertThat(leaseEnd(alive)).isGreaterThan(Instant.now().getEpochSecond() + 50);
        assertThat(leaseEnd(dead)).isZero();
        assertThat(leases.inFlight()).isEqualTo(1);
        assertThat(lost).isEmpty();
        leases.settle(alive, spent(1), Unheld.CHARGE).block(PATIENCE);
        assertThat(leases.inFlight()).isZero();
        leases.renew().block(PATIENCE);
        assertThat(leaseEnd(alive)).isZero();
    }

    @Test
    void aRedisThatWasEmptiedIsNoticed() {
        held();
        leases.renew().block(PATIENCE);
        TestRedis.commands()
                .keys(prefix + "*")
                .forEach(key -> TestRedis.commands().del(key));

        leases.renew().block(PATIENCE);

        assertThat(lost).containsExactly(tenant.tenant() + " 1");
    }

    @Test
    void aRedisThatWasEmptiedWhileNobodyCalledIsNoticedAtTheNextCall() {
        leases.settle(held(), spent(1), Unheld.CHARGE).block(PATIENCE);
        leases.renew().block(PATIENCE);
        leases.renew().block(PATIENCE);
        TestRedis.commands()
                .keys(prefix + "*")
                .forEach(key -> TestRedis.commands().del(key));
        leases.renew().block(PATIENCE);
        assertThat(lost).isEmpty();

        held();
        leases.renew().block(PATIENCE);

        assertThat(lost).containsExactly(tenant.tenant() + " 0");
    }

    /** Another server has taken over, that had not heard of the last moments. */
    @Test
    void aHoldThatIsGoneIsNoticed() {
        Claim claim = held();
        leases.renew().block(PATIENCE);
        TestRedis.commands().del(prefix + "hold:" + claim.id());

        leases.renew().block(PATIENCE);

        assertThat(lost).containsExactly(tenant.tenant() + " 1");
        // What it has used is counted all the same.
        leases.settle(claim, spent(70), Unheld.CHARGE).block(PATIENCE);
        leases.renew().block(PATIENCE);
        assertThat(lost).hasSize(1);
    }

    @Test
    void aLossIsToldOnceAndACallWhoseSettlingIsNeverBegunIsNotRenewed() {
        Claim claim = held();
        leases.renew().block(PATIENCE);
        TestRedis.commands().del(prefix + "hold:" + claim.id());
        leases.renew().block(PATIENCE);
        leases.renew().block(PATIENCE);
        assertThat(lost).hasSize(1);

        Claim dropped = held();
        leases.settle(dropped, spent(1), Unheld.CHARGE);

        assertThat(leases.inFlight()).isZero();
        TestRedis.commands().zadd(prefix + "leases", 1, prefix + "hold:" + dropped.id());
        leases.renew().block(PATIENCE);
        assertThat(leaseEnd(dropped)).isZero();
    }

    /** The rest of the month is long, but the call in flight holds far more than it will use. */
    @Test
    void whatACallInFlightMayGiveBackIsWorthWaitingFor() {
        Claim large = tenant.claim(Instant.now(), "ada", 9_000, 0);
        leases.reserve(large).block(PATIENCE);
        Claim next = tenant.claim(Instant.now(), "eve", 2_000, 0);

        assertThat(leases.reserve(next).block(PATIENCE))
                .isInstanceOfSatisfying(
                        Ledger.Verdict.Refused.class,
                        refused -> assertThat(refused.room()).isEqualTo(Duration.ofSeconds(5)));

        leases.settle(large, spent(9_000), Unheld.CHARGE).block(PATIENCE);
        leases.reserve(tenant.claim(Instant.now(), "ada", 100, 0)).block(PATIENCE);
        assertThat(leases.reserve(next).block(PATIENCE))
                .isInstanceOfSatisfying(
                        Ledger.Verdict.Refused.class,
                        refused -> assertThat(refused.room()).isGreaterThan(Duration.ofMinutes(1)));
    }

    @Test
    void theBookTellsWhatIsUsedAndWhatIsHeld() {
        UsageBook book = new UsageBook(LINKS.record(), Instant::now);
        for (int i = 0; i < 9; i++) {
            redis.reserve(tenant.claim(Instant.now(), "u" + i, 10, 0)).block(PATIENCE);
        }
        redis.settle(tenant.claim(Instant.now(), "ada", 100, 0), spent(42), Unheld.CHARGE)
                .block(PATIENCE);
        assertThat(standing(book, month).used()).isEqualTo(42);
        assertThat(standing(book, month).held()).isEqualTo(90);
        assertThat(standing(book, month).left()).isEqualTo(10_000 - 132);

        // The replica of all but one has died: what they reserved is used, and no longer held.
        List<String> holds = TestRedis.commands().zrange(prefix + "leases", 0, -1);
        holds.stream().skip(1).forEach(hold -> TestRedis.commands().zadd(prefix + "leases", 1, hold));

        assertThat(standing(book, month).used()).isEqualTo(42 + 80);
        assertThat(standing(book, month).held()).isEqualTo(10);
    }

    @Test
    void theBookTellsOfWhatMnemosOwnCallsMayUse() {
        Limit own = limit("own", Scope.MAINTENANCE, Unit.TOKENS, 1_000, Window.DAY);
        Tenant acme = Fixtures.tenant(TestRedis.fresh("own"), MemoryPolicy.DEFAULT, own);
        UsageBook book = new UsageBook(LINKS.record(), Instant::now);

        assertThat(book.standing(acme, null).block(PATIENCE)).singleElement().satisfies(standing -> {
            assertThat(standing.limit()).isEqualTo(own);
            assertThat(standing.subject()).isNull();
            assertThat(standing.left()).isEqualTo(1_000);
        });
    }

    private Standing standing(UsageBook book, Limit limit) {
        Tenant acme = Fixtures.tenant(
                tenant.tenant(), MemoryPolicy.DEFAULT, tenant.limits().toArray(Limit[]::new));
        return Objects.requireNonNull(book.standing(acme, null).block(PATIENCE)).stream()
                .filter(standing -> standing.limit().equals(limit))
                .findFirst()
                .orElseThrow();
    }
}
