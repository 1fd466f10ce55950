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

        StepVerifier.create(detached.drain(Duration.ofSeconds(10)))
                .then(slow::tryEmitEmpty)
                .verifyComplete();
    }

    /** The web server knows of an answer's end before what settles it has begun. */
    @Test
    void whatIsExpectedIsWaitedForToo() {
        detached.expect();

        StepVerifier.create(detached.drain(Duration.ofSeconds(10)))
                .then(() -> detached.run(slow.asMono()))
                .then(detached::arrived)
                .then(slow::tryEmitEmpty)
                .verifyComplete();
    }

    @Test
    void nobodyWaitsForEver() {
        detached.run(slow.asMono());

        StepVerifier.withVirtualTime(() -> detached.drain(Duration.ofSeconds(10)))
                .thenAwait(Duration.ofSeconds(10))
                .verifyComplete();
    }
}
