package dev.mnemo.budget;

import static dev.mnemo.Fixtures.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.budget.Ledger.Claim;
import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Spent;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** What every ledger promises; the one in Redis and the one in memory are held to the same. */
abstract class LedgerContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    abstract Ledger ledger();

    private final Limit month = limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH);
    private final Limit burst = limit("burst", Scope.USER, Unit.REQUESTS, 10, Window.MONTH);

    @Test
    void ofTwoHundredAtOnceWithRoomForTenExactlyTenAreAdmitted() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(limit("ten", Scope.TENANT, Unit.TOKENS, 1_000, Window.MONTH));

        List<Verdict> verdicts = Objects.requireNonNull(Flux.range(0, 200)
                .flatMap(i -> ledger.reserve(claim(tenant, "u" + i, 100, 0)), 200)
                .collectList()
                .block(PATIENCE));

        assertThat(verdicts).filteredOn(Admitted.class::isInstance).hasSize(10);
        assertThat(used(ledger, tenant, "u")).isEqualTo(1_000);
    }

    @Test
    void theWishShrinksBeforeTheCallIsRefused() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(limit("small", Scope.USER, Unit.TOKENS, 1_000, Window.MONTH));

        assertThat(granted(reserve(ledger, claim(tenant, "ada", 400, 300)))).isEqualTo(300);
        assertThat(granted(reserve(ledger, claim(tenant, "ada", 200, 300)))).isEqualTo(100);
        assertThat(reserve(ledger, claim(tenant, "ada", 1, 0))).isInstanceOf(Refused.class);
        assertThat(granted(reserve(ledger, claim(tenant, "eve", 400, 300)))).isEqualTo(300);
    }

    @Test
    void aRefusalHoldsNothingInAnyLimit() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(burst, limit("small", Scope.TENANT, Unit.TOKENS, 100, Window.DAY));

        Verdict verdict = reserve(ledger, claim(tenant, "ada", 101, 0));

        assertThat(verdict).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.by().limit().name()).isEqualTo("small");
            assertThat(refused.by().resets()).isPositive().isLessThanOrEqualTo(Duration.ofDays(1));
        });
        assertThat(used(ledger, tenant, "ada")).isZero();
    }

    @Test
    void whatWasSpentTakesThePlaceOfWhatWasHeldOnce() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(month, burst);
        Claim claim = claim(tenant, "ada", 500, 100);
        reserve(ledger, claim);

        assertThat(settle(ledger, claim, new Spent(70, 1))).isTrue();
        assertThat(settle(ledger, claim, new Spent(70, 1))).isFalse();
        assertThat(settle(ledger, claim, new Spent(900, 1))).isFalse();

        assertThat(used(ledger, tenant, "ada")).isEqualTo(70);
    }

    @Test
    void aReservationThatIsSentAgainHoldsOnce() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(month);
        Claim claim = claim(tenant, "ada", 500, 100);

        reserve(ledger, claim);
        Verdict again = reserve(ledger, claim);

        assertThat(granted(again)).isEqualTo(100);
        assertThat(used(ledger, tenant, "ada")).isEqualTo(600);
    }

    /** Calls that are passed through, and counts of tokens. */
    @Test
    void aCallWithoutTokensIsSettledToo() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(month, burst);
        Claim claim = claim(tenant, "ada", 0, 0);

        assertThat(granted(reserve(ledger, claim))).isZero();
        assertThat(settle(ledger, claim, new Spent(0, 1))).isTrue();

        assertThat(used(ledger, tenant, "ada")).isZero();
        assertThat(settle(ledger, claim, new Spent(0, 1))).isFalse();
    }

    @Test
    void aCallThatWasNeverSentCostsNothing() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(month, burst);
        Claim claim = claim(tenant, "ada", 500, 100);
        reserve(ledger, claim);

        settle(ledger, claim, new Spent(0, 0));

        Admitted probe = (Admitted) reserve(ledger, claim(tenant, "ada", 0, 0));
        assertThat(probe.levels())
                .allSatisfy(level ->
                        assertThat(level.used()).isEqualTo(level.limit().unit() == Unit.REQUESTS ? 1 : 0));
    }

    @Test
    void whatWasUsedWithoutAHoldIsCharged() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(month);

        assertThat(settle(ledger, claim(tenant, "ada", 500, 0), new Spent(70, 1)))
                .isTrue();

        assertThat(used(ledger, tenant, "ada")).isEqualTo(70);
    }

    @Test
    void aReservationThatArrivesAfterItsSettleHoldsNothing() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(month);
        Claim claim = claim(tenant, "ada", 500, 100);

        settle(ledger, claim, new Spent(0, 0));
        reserve(ledger, claim);

        assertThat(used(ledger, tenant, "ada")).isZero();
    }

    @Test
    void levelsStandTightestFirst() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(month, limit("tight", Scope.USER, Unit.TOKENS, 1_000, Window.DAY));

        Admitted admitted = (Admitted) reserve(ledger, claim(tenant, "ada", 500, 0));

        assertThat(admitted.levels()).extracting(level -> level.limit().name()).containsExactly("tight", "month");
        assertThat(admitted.levels().getFirst().left()).isEqualTo(500);
    }

    @Test
    void anonymousCallersShareOneSubjectThatIsNoUsers() {
        Ledger ledger = ledger();
        Tenant tenant = tenant(limit("each", Scope.USER, Unit.TOKENS, 100, Window.DAY));

        reserve(ledger, claim(tenant, null, 100, 0));

        assertThat(reserve(ledger, claim(tenant, null, 1, 0))).isInstanceOf(Refused.class);
        assertThat(reserve(ledger, claim(tenant, "null", 100, 0))).isInstanceOf(Admitted.class);
    }

    /** Whatever the order: what is used in the end is what was spent, and nothing is held. */
    @ParameterizedTest
    @ValueSource(longs = {1, 7, 42, 20_261_124})
    void nothingIsLostInAnyInterleaving(long seed) {
        Ledger ledger = ledger();
        Tenant tenant = tenant(
                limit("all", Scope.TENANT, Unit.TOKENS, 1_000_000, Window.MONTH),
                limit("each", Scope.USER, Unit.TOKENS, 30_000, Window.DAY));
        Random random = new Random(seed);
        List<Claim> held = new ArrayList<>();
        Set<String> settled = new HashSet<>();
        Map<String, Long> spentByUser = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            if (held.isEmpty() || random.nextInt(5) < 3) {
                Claim claim = claim(tenant, "u" + random.nextInt(4), random.nextInt(500), random.nextInt(300));
                if (reserve(ledger, claim) instanceof Admitted) {
                    held.add(claim);
                }
                if (random.nextInt(4) == 0) {
                    reserve(ledger, claim);
                }
            } else {
                Claim claim = held.get(random.nextInt(held.size()));
                long tokens = random.nextInt(900);
                if (settle(ledger, claim, new Spent(tokens, 1))) {
                    assertThat(settled.add(claim.id())).isTrue();
                    spentByUser.merge(Objects.requireNonNull(claim.user()), tokens, Long::sum);
                }
            }
        }
        for (Claim claim : held) {
            if (settle(ledger, claim, new Spent(1, 1))) {
                spentByUser.merge(Objects.requireNonNull(claim.user()), 1L, Long::sum);
            }
        }

        spentByUser.forEach((user, spent) -> {
            Admitted probe = (Admitted) reserve(ledger, claim(tenant, user, 0, 0));
            assertThat(probe.levels())
                    .filteredOn(level -> level.limit().name().equals("each"))
                    .allSatisfy(level -> assertThat(level.used()).isEqualTo(spent));
        });
        long all = spentByUser.values().stream().mapToLong(Long::longValue).sum();
        Admitted probe = (Admitted) reserve(ledger, claim(tenant, "nobody", 0, 0));
        assertThat(probe.levels())
                .filteredOn(level -> level.limit().name().equals("all"))
                .allSatisfy(level -> assertThat(level.used()).isEqualTo(all));
    }

    static Tenant tenant(Limit... limits) {
        return Fixtures.tenant(TestRedis.fresh("ledger"), MemoryPolicy.DEFAULT, limits);
    }

    static Claim claim(Tenant tenant, String user, long must, long wish) {
        return new Claim(UUID.randomUUID().toString(), tenant, "web", user, must, wish);
    }

    static Verdict reserve(Ledger ledger, Claim claim) {
        return Objects.requireNonNull(ledger.reserve(claim).block(PATIENCE));
    }

    static boolean settle(Ledger ledger, Claim claim, Spent spent) {
        return Objects.requireNonNull(ledger.settle(claim, spent).block(PATIENCE));
    }

    private static long granted(Verdict verdict) {
        return ((Admitted) verdict).granted();
    }

    /** Of the first token limit, as the next call would see it. */
    static long used(Ledger ledger, Tenant tenant, String user) {
        Verdict probe = reserve(ledger, claim(tenant, user, 0, 0));
        List<Level> levels = probe instanceof Admitted admitted ? admitted.levels() : ((Refused) probe).levels();
        return levels.stream()
                .filter(level -> level.limit().unit() == Unit.TOKENS)
                .findFirst()
                .orElseThrow()
                .used();
    }
}
