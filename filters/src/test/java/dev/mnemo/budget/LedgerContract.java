package dev.mnemo.budget;

import static dev.mnemo.budget.Claims.limit;
import static dev.mnemo.budget.Claims.spent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Unheld;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** What every ledger promises; the one in Redis and the one in memory are held to the same. */
abstract class LedgerContract {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    static final Duration LEASE = Duration.ofSeconds(60);

    private static final Instant START = Instant.parse("2033-05-18T12:00:00Z");

    private Instant now = START;

    abstract Ledger ledger();

    /** Lets the ledger believe that it is now this time. */
    abstract void tell(Instant now);

    abstract void renew(Ledger ledger, Claim claim);

    private final Limit month = limit("month", Scope.TENANT, Unit.TOKENS, 10_000, Window.MONTH);
    private final Limit burst = limit("burst", Scope.USER, Unit.REQUESTS, 10, Window.MONTH);

    @BeforeEach
    void begin() {
        now(START);
    }

    private void now(Instant time) {
        now = time;
        tell(time);
    }

    private void pass(Duration time) {
        now(now.plus(time));
    }

    /** LiteLLM 34732: requests at once that all read the same spend below the limit. */
    @ParameterizedTest
    @EnumSource(Unit.class)
    void ofTwoHundredAtOnceWithRoomForTenExactlyTenAreAdmitted(Unit unit) {
        Ledger ledger = ledger();
        long amount = switch (unit) {
            case TOKENS, INPUT, OUTPUT -> 1_000;
            case USD -> 1_000 * Claims.PRICE;
            case REQUESTS, CALLS -> 10;
        };
        Claims tenant =
                Claims.of(limit("ten", Scope.TENANT, unit, amount, unit == Unit.CALLS ? Window.NONE : Window.MONTH));

        List<Verdict> verdicts = Objects.requireNonNull(Flux.range(0, 200)
                .flatMap(i -> ledger.reserve(tenant.claim(now, "u" + i, 100, 0)), 200)
                .collectList()
                .block(PATIENCE));

        assertThat(verdicts).filteredOn(Admitted.class::isInstance).hasSize(10);
        assertThat(used(ledger, tenant, "u")).isEqualTo(amount);
    }

    @Test
    void theWishShrinksBeforeTheCallIsRefused() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("small", Scope.USER, Unit.TOKENS, 1_000, Window.MONTH));

        assertThat(granted(reserve(ledger, tenant.claim(now, "ada", 400, 300)))).isEqualTo(300);
        assertThat(granted(reserve(ledger, tenant.claim(now, "ada", 200, 300)))).isEqualTo(100);
        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Refused.class);
        assertThat(granted(reserve(ledger, tenant.claim(now, "eve", 400, 300)))).isEqualTo(300);
    }

    @Test
    void ofSeveralLimitsTheOneWithTheLeastRoomDecidesHowMuchContextThereIs() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(
                limit("tokens", Scope.TENANT, Unit.TOKENS, 1_000, Window.MONTH),
                limit("dollars", Scope.TENANT, Unit.USD, 500 * Claims.PRICE + 2, Window.DAY),
                limit("answers", Scope.TENANT, Unit.OUTPUT, 400, Window.DAY));

        assertThat(granted(reserve(ledger, tenant.claim(now, "ada", 400, 300)))).isEqualTo(100);
    }

    @Test
    void weighingSaysWhatReservingWouldAndHoldsNothing() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(
                limit("tokens", Scope.USER, Unit.TOKENS, 1_000, Window.MONTH),
                limit("quick", Scope.TENANT, Unit.REQUESTS, 7, Window.MINUTE),
                limit("now", Scope.TENANT, Unit.CALLS, 8, Window.NONE));
        for (int i = 0; i < 12; i++) {
            pass(Duration.ofSeconds(2));
            Claim claim = tenant.claim(now, i % 2 == 0 ? "ada" : "eve", 150, 110);

            Verdict weighed = Objects.requireNonNull(ledger.weigh(claim).block(PATIENCE));
            Verdict again = Objects.requireNonNull(ledger.weigh(claim).block(PATIENCE));
            Verdict reserved = reserve(ledger, claim);

            assertThat(again).isEqualTo(weighed);
            switch (reserved) {
                case Admitted admitted -> {
                    assertThat(granted(weighed)).isEqualTo(admitted.granted());
                    for (Claim.Line line : claim.lines()) {
                        String name = line.limit().name();
                        assertThat(level(weighed, name).used() + line.must() + line.rate() * admitted.granted())
                                .as(name)
                                .isEqualTo(level(reserved, name).used());
                    }
                }
                case Refused refused -> assertThat(weighed).isEqualTo(refused);
            }
        }
    }

    @Test
    void aRefusalHoldsNothingInAnyLimit() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(
                burst,
                limit("small", Scope.TENANT, Unit.TOKENS, 100, Window.DAY),
                limit("now", Scope.TENANT, Unit.CALLS, 5, Window.NONE),
                limit("quick", Scope.TENANT, Unit.REQUESTS, 5, Window.MINUTE));

        Verdict verdict = reserve(ledger, tenant.claim(now, "ada", 101, 0));

        assertThat(verdict).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.by().limit().name()).isEqualTo("small");
            assertThat(refused.by().resets()).isEqualTo(Duration.ofHours(12));
            assertThat(refused.never()).isTrue();
        });
        assertThat(verdict.levels())
                .allSatisfy(level -> assertThat(level.used()).isZero());
    }

    @Test
    void ofSeveralWithoutRoomTheOneThatTakesLongestIsNamed() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(
                limit("minute", Scope.TENANT, Unit.REQUESTS, 1, Window.MINUTE),
                limit("hour", Scope.TENANT, Unit.REQUESTS, 1, Window.HOUR),
                limit("month", Scope.TENANT, Unit.REQUESTS, 1, Window.MONTH));
        reserve(ledger, tenant.claim(now, "ada", 1, 0));

        Refused refused = (Refused) reserve(ledger, tenant.claim(now, "ada", 1, 0));

        assertThat(refused.by().limit().name()).isEqualTo("month");
        assertThat(refused.never()).isFalse();
    }

    @Test
    void aMinuteThatIsFullIsNamedWhereTheHourEndsBefore() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(
                limit("minute", Scope.TENANT, Unit.REQUESTS, 1, Window.MINUTE),
                limit("hour", Scope.TENANT, Unit.REQUESTS, 1, Window.HOUR));
        now(Instant.parse("2033-05-18T12:59:55Z"));
        reserve(ledger, tenant.claim(now, "ada", 1, 0));

        Refused refused = (Refused) reserve(ledger, tenant.claim(now, "ada", 1, 0));

        assertThat(refused.by().limit().name()).isEqualTo("minute");
        assertThat(refused.room()).isEqualTo(Duration.ofSeconds(61));
        pass(refused.room());
        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Admitted.class);
    }

    /** The answer of its reservation was never heard, and this replica's clock is behind. */
    @Test
    void aCallIsSettledInTheWindowInWhichItIsHeldWhateverItsReplicaBelieves() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("day", Scope.TENANT, Unit.TOKENS, 10_000, Window.DAY));
        now(Instant.parse("2033-05-18T23:59:59Z"));
        Claim yesterdays = tenant.claim(now, "ada", 5_000, 0);
        reserve(ledger, yesterdays);
        settle(ledger, yesterdays, spent(5_000));
        Instant late = now;
        Claim claim = tenant.claim(now, "ada", 4_000, 0);
        now(Instant.parse("2033-05-19T00:00:00Z"));
        reserve(ledger, claim);

        assertThat(settle(ledger, claim, Consumption.NONE)).isTrue();

        assertThat(used(ledger, tenant, "ada")).isZero();
        now(late);
        assertThat(used(ledger, tenant, "ada")).isEqualTo(5_000);
    }

    @Test
    void whatWasUsedTakesThePlaceOfWhatWasHeldOnce() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month, burst);
        Claim claim = tenant.claim(now, "ada", 500, 100);
        reserve(ledger, claim);

        assertThat(settle(ledger, claim, spent(70))).isTrue();
        assertThat(settle(ledger, claim, spent(70))).isFalse();
        assertThat(settle(ledger, claim, spent(900))).isFalse();

        assertThat(used(ledger, tenant, "ada")).isEqualTo(70);
    }

    @Test
    void aReservationThatIsSentAgainHoldsOnce() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month, limit("now", Scope.TENANT, Unit.CALLS, 5, Window.NONE));
        Claim claim = tenant.claim(now, "ada", 500, 100);

        reserve(ledger, claim);
        Verdict again = reserve(ledger, claim);

        assertThat(granted(again)).isEqualTo(100);
        assertThat(used(ledger, tenant, "ada")).isEqualTo(600);
        assertThat(level(again, "now").used()).isEqualTo(1);
    }

    /** Calls that are passed through, and counts of tokens. */
    @Test
    void aCallWithoutTokensIsSettledToo() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month, burst);
        Claim claim = tenant.claim(now, "ada", 0, 0);

        assertThat(granted(reserve(ledger, claim))).isZero();
        assertThat(settle(ledger, claim, Consumption.CALL)).isTrue();

        assertThat(used(ledger, tenant, "ada")).isZero();
        assertThat(settle(ledger, claim, Consumption.CALL)).isFalse();
    }

    @Test
    void aCallThatWasNeverSentCostsNothing() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(
                month,
                burst,
                limit("now", Scope.TENANT, Unit.CALLS, 5, Window.NONE),
                limit("quick", Scope.TENANT, Unit.REQUESTS, 5, Window.MINUTE));
        Claim claim = tenant.claim(now, "ada", 500, 100);
        reserve(ledger, claim);

        settle(ledger, claim, Consumption.NONE);

        assertThat(standing(ledger, tenant, "ada"))
                .allSatisfy(level -> assertThat(level.used()).isZero());
    }

    @Test
    void whatWasUsedWithoutAHoldIsCharged() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month, limit("quick", Scope.TENANT, Unit.TOKENS, 500, Window.MINUTE));

        assertThat(settle(ledger, tenant.claim(now, "ada", 500, 0), spent(70))).isTrue();

        assertThat(standing(ledger, tenant, "ada"))
                .allSatisfy(level -> assertThat(level.used()).isEqualTo(70));
    }

    @Test
    void whatMayHaveBeenSettledLongAgoIsNotChargedAgain() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month);
        Claim claim = tenant.claim(now, "ada", 500, 0);

        assertThat(Boolean.TRUE.equals(
                        ledger.settle(claim, spent(70), Unheld.LEAVE).block(PATIENCE)))
                .isFalse();
        assertThat(used(ledger, tenant, "ada")).isZero();

        reserve(ledger, claim);
        assertThat(Boolean.TRUE.equals(
                        ledger.settle(claim, spent(70), Unheld.LEAVE).block(PATIENCE)))
                .isTrue();
        assertThat(used(ledger, tenant, "ada")).isEqualTo(70);
    }

    @Test
    void aReservationThatArrivesAfterItsSettleHoldsNothing() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month);
        Claim claim = tenant.claim(now, "ada", 500, 100);

        settle(ledger, claim, Consumption.NONE);
        reserve(ledger, claim);

        assertThat(used(ledger, tenant, "ada")).isZero();
    }

    @Test
    void levelsStandTightestFirst() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month, limit("tight", Scope.USER, Unit.TOKENS, 1_000, Window.DAY));

        Verdict admitted = reserve(ledger, tenant.claim(now, "ada", 500, 0));

        assertThat(admitted.levels()).extracting(level -> level.limit().name()).containsExactly("tight", "month");
        assertThat(admitted.levels().getFirst().left()).isEqualTo(500);
    }

    @Test
    void anonymousCallersShareOneSubjectThatIsNoUsers() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("each", Scope.USER, Unit.TOKENS, 100, Window.DAY));

        reserve(ledger, tenant.claim(now, null, 100, 0));

        assertThat(reserve(ledger, tenant.claim(now, null, 1, 0))).isInstanceOf(Refused.class);
        assertThat(reserve(ledger, tenant.claim(now, "null", 100, 0))).isInstanceOf(Admitted.class);
    }

    /** LiteLLM 26672: an answer ten times as long as what was held for it. */
    @Test
    void whatGoesBeyondTheHoldIsChargedShownAndStopsTheNext() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("day", Scope.TENANT, Unit.TOKENS, 1_000, Window.DAY));
        Claim claim = tenant.claim(now, "ada", 500, 0);
        reserve(ledger, claim);
        settle(ledger, claim, spent(5_000));

        Refused refused = (Refused) reserve(ledger, tenant.claim(now, "ada", 1, 0));

        assertThat(refused.by().left()).isEqualTo(-4_000);
    }

    /** LiteLLM 34733: settles on both sides of a window's end. */
    @Test
    void manySettlesAcrossTheEndOfAWindowAreEachCountedInTheWindowTheyWereHeldIn() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("day", Scope.TENANT, Unit.TOKENS, 100_000, Window.DAY));
        now(Instant.parse("2033-05-18T23:59:59Z"));
        List<Claim> before = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Claim claim = tenant.claim(now, "ada", 1_000, 0);
            before.add(claim);
            reserve(ledger, claim);
        }
        Instant late = now;

        now(Instant.parse("2033-05-19T00:00:00Z"));
        for (int i = 0; i < 50; i++) {
            Claim claim = tenant.claim(now, "ada", 1_000, 0);
            reserve(ledger, claim);
            settle(ledger, before.get(i), spent(10));
            settle(ledger, claim, spent(7));
        }

        assertThat(used(ledger, tenant, "ada")).isEqualTo(50 * 7);
        now(late);
        assertThat(used(ledger, tenant, "ada")).isEqualTo(50 * 10);
    }

    @Test
    void aReplicaWhoseClockIsWrongUsesTheLedgersWindow() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("hour", Scope.TENANT, Unit.TOKENS, 1_000, Window.HOUR));

        reserve(ledger, tenant.claim(now.plus(Duration.ofMinutes(61)), "ada", 300, 0));
        Admitted held = (Admitted) reserve(ledger, tenant.claim(now.minus(Duration.ofDays(1)), "ada", 300, 0));

        assertThat(used(ledger, tenant, "ada")).isEqualTo(600);
        settle(ledger, held.claim(), spent(1));
        assertThat(used(ledger, tenant, "ada")).isEqualTo(301);
    }

    /** A calendar's minute would let twice as much through around its edge. */
    @Test
    void noMinuteWheneverItBeginsHasMoreThanItsLimit() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("minute", Scope.TENANT, Unit.REQUESTS, 60, Window.MINUTE));
        Random random = new Random(20_331_118);
        List<Instant> admitted = new ArrayList<>();

        for (int i = 0; i < 400; i++) {
            pass(Duration.ofSeconds(random.nextInt(3) == 0 ? random.nextInt(12) : 0));
            if (reserve(ledger, tenant.claim(now, "ada", 1, 0)) instanceof Admitted) {
                admitted.add(now);
            }
        }

        assertThat(admitted).hasSizeGreaterThan(120);
        for (Instant begin : admitted) {
            assertThat(admitted.stream()
                            .filter(at -> !at.isBefore(begin) && at.isBefore(begin.plusSeconds(60)))
                            .count())
                    .isLessThanOrEqualTo(60);
        }
    }

    @Test
    void aRefusalByAMinuteSaysWhenThereIsRoomToTheSecond() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("minute", Scope.TENANT, Unit.TOKENS, 100, Window.MINUTE));
        reserve(ledger, tenant.claim(now, "ada", 30, 0));
        pass(Duration.ofSeconds(10));
        reserve(ledger, tenant.claim(now, "ada", 60, 0));
        pass(Duration.ofSeconds(5));

        Refused some = (Refused) reserve(ledger, tenant.claim(now, "ada", 40, 0));
        Refused most = (Refused) reserve(ledger, tenant.claim(now, "ada", 41, 0));

        assertThat(some.room()).isEqualTo(Duration.ofSeconds(46));
        assertThat(most.room()).isEqualTo(Duration.ofSeconds(56));
        pass(some.room().minusSeconds(1));
        assertThat(reserve(ledger, tenant.claim(now, "ada", 40, 0))).isInstanceOf(Refused.class);
        pass(Duration.ofSeconds(1));
        assertThat(reserve(ledger, tenant.claim(now, "ada", 40, 0))).isInstanceOf(Admitted.class);
    }

    @Test
    void callsInFlightAreCountedUntilTheyEnd() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("now", Scope.USER, Unit.CALLS, 2, Window.NONE));
        Claim first = tenant.claim(now, "ada", 1, 0);
        reserve(ledger, first);
        reserve(ledger, tenant.claim(now, "ada", 1, 0));

        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Refused.class);
        assertThat(reserve(ledger, tenant.claim(now, "eve", 1, 0))).isInstanceOf(Admitted.class);
        settle(ledger, first, spent(1));
        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Admitted.class);
    }

    /** LiteLLM 27639: holds of replicas that died. */
    @Test
    void aCallThatNobodyRenewsEndsWithItsLeaseAndIsSettledAtWhatWasReserved() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month, limit("now", Scope.TENANT, Unit.CALLS, 1, Window.NONE));
        Claim dead = tenant.claim(now, "ada", 500, 0);
        reserve(ledger, dead);

        pass(LEASE.minusSeconds(1));
        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Refused.class);
        pass(Duration.ofSeconds(1));

        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Admitted.class);
        assertThat(used(ledger, tenant, "ada")).isEqualTo(501);
        // It was not dead after all, only slow.
        assertThat(settle(ledger, dead, spent(20))).isTrue();
        assertThat(settle(ledger, dead, spent(20))).isFalse();
        assertThat(used(ledger, tenant, "ada")).isEqualTo(21);
    }

    @Test
    void aCallThatIsRenewedGoesOnForAsLongAsItLives() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(limit("now", Scope.TENANT, Unit.CALLS, 1, Window.NONE));
        Claim alive = tenant.claim(now, "ada", 500, 0);
        reserve(ledger, alive);

        for (int i = 0; i < 10; i++) {
            pass(LEASE.minusSeconds(1));
            renew(ledger, alive);
        }

        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Refused.class);
        settle(ledger, alive, spent(1));
        renew(ledger, alive);
        assertThat(reserve(ledger, tenant.claim(now, "ada", 1, 0))).isInstanceOf(Admitted.class);
    }

    @Test
    void aLimitThatIsChangedCountsOnFromWhatWasUsed() {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(month);
        reserve(ledger, tenant.claim(now, "ada", 6_000, 0));
        Claims less =
                new Claims(tenant.tenant(), List.of(limit("month", Scope.TENANT, Unit.TOKENS, 5_000, Window.MONTH)));
        Claims more =
                new Claims(tenant.tenant(), List.of(limit("month", Scope.TENANT, Unit.TOKENS, 20_000, Window.MONTH)));

        assertThat(reserve(ledger, less.claim(now, "ada", 1, 0)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.by().left()).isEqualTo(-1_000));
        assertThat(granted(reserve(ledger, more.claim(now, "ada", 10_000, 9_000))))
                .isEqualTo(4_000);
    }

    @Test
    void aLimitThatOnlyReportsNeverRefusesAndNeverShrinks() {
        Ledger ledger = ledger();
        Limit shadow = new Limit(
                "month", Scope.TENANT, Unit.TOKENS, 100, Window.MONTH, java.time.ZoneOffset.UTC, List.of(), 80, true);
        Claims tenant = Claims.of(shadow);

        Verdict verdict = reserve(ledger, tenant.claim(now, "ada", 6_000, 500));

        assertThat(granted(verdict)).isEqualTo(500);
        assertThat(level(verdict, "month").left()).isEqualTo(-6_400);
    }

    /** Whatever the order: what is used in the end is what was spent, and nothing is held. */
    @ParameterizedTest
    @ValueSource(longs = {1, 7, 42, 20_261_124})
    void nothingIsLostInAnyInterleaving(long seed) {
        Ledger ledger = ledger();
        Claims tenant = Claims.of(
                limit("all", Scope.TENANT, Unit.TOKENS, 1_000_000, Window.MONTH),
                limit("each", Scope.USER, Unit.TOKENS, 30_000, Window.DAY));
        Random random = new Random(seed);
        List<Claim> held = new ArrayList<>();
        Set<String> settled = new HashSet<>();
        Map<String, Long> spentByUser = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            if (held.isEmpty() || random.nextInt(5) < 3) {
                Claim claim = tenant.claim(now, "u" + random.nextInt(4), random.nextInt(500), random.nextInt(300));
                if (reserve(ledger, claim) instanceof Admitted) {
                    held.add(claim);
                }
                if (random.nextInt(4) == 0) {
                    reserve(ledger, claim);
                }
            } else {
                Claim claim = held.get(random.nextInt(held.size()));
                long tokens = random.nextInt(900);
                if (settle(ledger, claim, spent(tokens))) {
                    assertThat(settled.add(claim.id())).isTrue();
                    spentByUser.merge(user(claim), tokens, Long::sum);
                }
            }
        }
        for (Claim claim : held) {
            if (settle(ledger, claim, spent(1))) {
                spentByUser.merge(user(claim), 1L, Long::sum);
            }
        }

        spentByUser.forEach((user, spent) -> assertThat(level(reserve(ledger, tenant.claim(now, user, 0, 0)), "each")
                        .used())
                .isEqualTo(spent));
        long all = spentByUser.values().stream().mapToLong(Long::longValue).sum();
        assertThat(level(reserve(ledger, tenant.claim(now, "nobody", 0, 0)), "all")
                        .used())
                .isEqualTo(all);
    }

    private static String user(Claim claim) {
        return Objects.requireNonNull(claim.row().user());
    }

    static Verdict reserve(Ledger ledger, Claim claim) {
        return Objects.requireNonNull(ledger.reserve(claim).block(PATIENCE));
    }

    static boolean settle(Ledger ledger, Claim claim, Consumption spent) {
        return Boolean.TRUE.equals(ledger.settle(claim, spent, Unheld.CHARGE).block(PATIENCE));
    }

    private static long granted(Verdict verdict) {
        return ((Admitted) verdict).granted();
    }

    private static Level level(Verdict verdict, String limit) {
        return verdict.levels().stream()
                .filter(level -> level.limit().name().equals(limit))
                .findFirst()
                .orElseThrow();
    }

    /** As it was before a call that asks and leaves no trace: it is never sent. */
    private List<Level> standing(Ledger ledger, Claims tenant, @Nullable String user) {
        Claim probe = tenant.claim(now, user, 0, 0);
        Verdict verdict = reserve(ledger, probe);
        List<Level> levels = verdict.levels().stream()
                .map(level -> verdict instanceof Admitted
                                && (level.limit().unit() == Unit.REQUESTS
                                        || level.limit().unit() == Unit.CALLS)
                        ? new Level(level.limit(), level.used() - 1, level.resets())
                        : level)
                .toList();
        if (verdict instanceof Admitted admitted) {
            settle(ledger, admitted.claim(), Consumption.NONE);
        }
        return levels;
    }

    /** Of the first limit. */
    private long used(Ledger ledger, Claims tenant, String user) {
        String name = tenant.limits().getFirst().name();
        return standing(ledger, tenant, user).stream()
                .filter(level -> level.limit().name().equals(name))
                .findFirst()
                .orElseThrow()
                .used();
    }
}
