package dev.mnemo.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Detached;
import dev.mnemo.call.Flights;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

class GentleStopTest {

    private static final Duration DRAIN = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Detached after = new Detached(2);
    private final Detached unsettled = new Detached(2);
    private final GentleStop stop = new GentleStop(new Flights(), List.of(after, unsettled), DRAIN, PATIENCE);

    @Test
    void withNothingToWaitForItIsOverAtOnce() {
        StepVerifier.create(stop.stopped()).expectSubscription().verifyComplete();
    }

    @Test
    void allThatSettlesSharesOnePatience() {
        after.run(Mono.never());
        unsettled.run(Mono.never());

        StepVerifier.withVirtualTime(stop::stopped)
                .expectSubscription()
                .expectNoEvent(PATIENCE.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyComplete();

        assertThat(PATIENCE).isLessThan(stop.longest());
    }

    @Test
    void whatIsHandedOnIsWaitedForWhereItWentTo() {
        Sinks.Empty<Void> first = Sinks.empty();
        Sinks.Empty<Void> second = Sinks.empty();
        after.run(first.asMono().then(Mono.fromRunnable(() -> unsettled.run(second.asMono()))));

        StepVerifier.withVirtualTime(stop::stopped)
                .expectSubscription()
                .then(first::tryEmitEmpty)
                .expectNoEvent(Duration.ofSeconds(1))
                .then(second::tryEmitEmpty)
                .verifyComplete();
    }
}
