package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

class DetachedTest {

    private final Sinks.Empty<Void> slow = Sinks.empty();
    private final Detached detached = new Detached(2);

    @Test
    void whatIsTooMuchIsDroppedAndCounted() {
        for (int i = 0; i < 5; i++) {
            detached.run(slow.asMono());
        }

        assertThat(detached.running()).isEqualTo(2);
        assertThat(detached.dropped()).isEqualTo(3);

        slow.tryEmitEmpty();
        assertThat(detached.running()).isZero();
    }

    @Test
    void whatFailsIsCountedAndHurtsNobody() {
        detached.run(Mono.error(new IllegalStateException("broken")));
        detached.run(Mono.fromRunnable(() -> {
            throw new IllegalStateException("broken");
        }));

        assertThat(detached.failed()).isEqualTo(2);
        assertThat(detached.running()).isZero();
    }

    @Test
    void itIsDrainedWhenTheLastWorkIsDone() {
        detached.run(slow.asMono());

        StepVerifier.create(detached.drained()).then(slow::tryEmitEmpty).verifyComplete();
    }

    /** A stop asks twice: what failed in one may have been handed to another in between. */
    @Test
    void itIsDrainedEachTimeThatNothingRuns() {
        StepVerifier.create(detached.drained()).verifyComplete();
        detached.run(slow.asMono());

        StepVerifier.create(detached.drained())
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(1))
                .then(slow::tryEmitEmpty)
                .verifyComplete();
    }
}
