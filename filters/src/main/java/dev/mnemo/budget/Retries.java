package dev.mnemo.budget;

import dev.mnemo.call.Detached;
import dev.mnemo.redis.RedisLink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Does not give up on a settle that failed: it is tried again in the background, for an hour. The more there are the longer
 * each waits, about a thousand attempts a second in all, so that a Redis that comes back is not flooded. Their number is
 * bounded by the {@link Detached} they run in. Thread-safe.
 */
public final class Retries implements Ledger {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofHours(1);

    /** Below the ten minutes for which settle.lua marks what is settled. */
    private static final Duration MARKED = Duration.ofMinutes(9);

    private final Ledger ledger;
    private final Detached detached;
    private final InstantSource clock;

    public Retries(Ledger ledger, Detached detached, InstantSource clock) {
        this.ledger = ledger;
        this.detached = detached;
        this.clock = clock;
    }

    @Override
    public Mono<Verdict> reserve(Claim claim) {
        return ledger.reserve(claim);
    }

    @Override
    public Mono<Verdict> weigh(Claim claim) {
        return ledger.weigh(claim);
    }

    @Override
    public Mono<Boolean> settle(Claim claim, Consumption used, Unheld unheld) {
        return ledger.settle(claim, used, unheld).onErrorResume(e -> {
            detached.run(new Unsettled(claim, used, unheld).failed(e).settled());
            return Mono.just(false);
        });
    }

    /** It knows nothing of the call but what the ledger needs, so that many of them take little memory. */
    private final class Unsettled {

        private final Claim claim;
        private final Consumption used;
        private final Unheld unheld;

        /** When it may have been settled without our hearing of it. */
        private volatile @Nullable Instant doubtful;

        private final Instant deadline = clock.instant().plus(PATIENCE);

        Unsettled(Claim claim, Consumption used, Unheld unheld) {
            this.claim = claim;
            this.used = used;
            this.unheld = unheld;
        }

        Unsettled failed(Throwable e) {
            if (doubtful == null && !RedisLink.neverDone(e)) {
                doubtful = clock.instant();
            }
            return this;
        }

        Mono<Void> settled() {
            return Mono.defer(() -> ledger.settle(claim, used, unheld()))
                    .doOnError(this::failed)
                    .retryWhen(Retry.from(failures -> failures.concatMap(this::pause)))
                    .then();
        }

        private Mono<Long> pause(Retry.RetrySignal failure) {
            if (clock.instant().isAfter(deadline)) {
                return Mono.error(failure.failure());
            }
            long longest = Math.max(PAUSE.toMillis(), detached.running());
            long next = FIRST.toMillis() << Math.min(failure.totalRetries(), 20);
            double spread = 0.5 + ThreadLocalRandom.current().nextDouble();
            return Mono.delay(Duration.ofMillis((long) (Math.min(longest, next) * spread)));
        }

        private Unheld unheld() {
            Instant since = doubtful;
            boolean marked = since == null || clock.instant().isBefore(since.plus(MARKED));
            return marked ? unheld : Unheld.LEAVE;
        }
    }
}
