package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
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
    void whatFailedTogetherIsToldEach() {
        Logger logger = (Logger) LoggerFactory.getLogger(Detached.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        logger.addAppender(told);
        try {
            detached.run(Mono.whenDelayError(
                    Mono.error(new IllegalStateException("settled not")),
                    Mono.error(new IllegalStateException("recorded not"))));
        } finally {
            logger.detachAppender(told);
        }

        assertThat(told.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("settled not; ", "recorded not")
                .doesNotContain("Multiple");
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
