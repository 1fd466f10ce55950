package dev.mnemo.budget;

import static dev.mnemo.budget.Claims.limit;
import static dev.mnemo.budget.Claims.spent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Detached;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** What could not be settled is settled later, and never twice. */
class RetriesTest {

    private static final Throwable FAILED = new IllegalStateException("timed out");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2033-05-18T12:00:00Z"));
    private final Queue<Throwable> failures = new ArrayDeque<>();
    private final List<Ledger.Unheld> attempts = new ArrayList<>();
    private final Detached detached = new Detached(2);
    private final Claims tenant = new Claims("t", List.of(limit("a", Scope.TENANT, Unit.TOKENS, 9, Window.DAY)));
    private final Ledger ledger = new Retries(new Failing(), detached, now::get);
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    /** Fails as often as it is told to. */
    private final class Failing implements Ledger {

        @Override
        public Mono<Verdict> reserve(Claim claim) {
            return Mono.error(new AssertionError("not asked"));
        }

        @Override
        public Mono<Verdict> weigh(Claim claim) {
            return Mono.error(new AssertionError("not asked"));
        }

        @Override
        public Mono<Boolean> settle(Claim claim, Consumption used, Unheld unheld) {
            return Mono.defer(() -> {
                attempts.add(unheld);
                Throwable failure = failures.poll();
                return failure == null ? Mono.just(true) : Mono.error(failure);
            });
        }
    }

    @BeforeEach
    void holdTime() {
        VirtualTimeScheduler.set(time);
    }

    @AfterEach
    void letTimeGo() {
        VirtualTimeScheduler.reset();
    }

    private void settle() {
        ledger.settle(tenant.claim(now.get(), "ada", 1, 0), spent(1), Ledger.Unheld.CHARGE)
                .block();
    }

    private void pass(Duration duration) {
        now.updateAndGet(before -> before.plus(duration));
        time.advanceTimeBy(duration);
    }

    @Test
    void itIsTriedAgainUntilItSucceeds() {
        for (int i = 0; i < 20; i++) {
            failures.add(new IllegalStateException("timed out"));
        }
        settle();
        assertThat(detached.running()).isEqualTo(1);

        pass(Duration.ofMinutes(3));

        assertThat(attempts).hasSize(21).containsOnly(Ledger.Unheld.CHARGE);
        assertThat(detached.running()).isZero();
        assertThat(detached.failed()).isZero();
    }

    /** By then Redis has forgotten that it settled it, if it did. */
    @Test
    void afterNineMinutesOfDoubtItIsNotChargedAgain() {
        for (int i = 0; i < 200; i++) {
            failures.add(new IllegalStateException("timed out"));
        }
        settle();

        pass(Duration.ofMinutes(20));

        assertThat(attempts.getFirst()).isEqualTo(Ledger.Unheld.CHARGE);
        assertThat(attempts.getLast()).isEqualTo(Ledger.Unheld.LEAVE);
    }

    /** It has run out of memory, or has no replica: that is an answer, and nothing was changed. */
    @Test
    void aPlainNoLeavesNoDoubt() {
        for (int i = 0; i < 200; i++) {
            failures.add(new RedisCommandExecutionException("NOREPLICAS Not enough good replicas to write."));
        }
        settle();

        pass(Duration.ofMinutes(20));

        assertThat(attempts).hasSizeGreaterThan(100).containsOnly(Ledger.Unheld.CHARGE);
    }

    @Test
    void theMoreThereAreTheLongerEachWaits() {
        Detached many = new Detached(20_000);
        Ledger crowded = new Retries(new Failing(), many, now::get);
        for (int i = 0; i < 1_000_000; i++) {
            failures.add(FAILED);
        }
        for (int i = 0; i < 20_000; i++) {
            crowded.settle(tenant.claim(now.get(), "ada", 1, 0), spent(1), Ledger.Unheld.CHARGE)
                    .block();
        }
        pass(Duration.ofMinutes(1));
        int before = attempts.size();

        pass(Duration.ofMinutes(1));

        assertThat((attempts.size() - before) / 60).isBetween(500, 2_000);
    }

    @Test
    void nobodyWaitsForEver() {
        for (int i = 0; i < 10_000; i++) {
            failures.add(new IllegalStateException("timed out"));
        }
        settle();

        pass(Duration.ofHours(3));

        assertThat(detached.running()).isZero();
        assertThat(detached.failed()).isEqualTo(1);
    }

    @Test
    void whatIsTooMuchIsDroppedAndCounted() {
        for (int i = 0; i < 30; i++) {
            failures.add(new IllegalStateException("timed out"));
        }
        settle();
        settle();
        settle();

        assertThat(detached.running()).isEqualTo(2);
        assertThat(detached.dropped()).isEqualTo(1);
    }
}
