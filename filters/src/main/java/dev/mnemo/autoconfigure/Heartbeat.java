package dev.mnemo.autoconfigure;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Work that is done again and again for as long as the process lives, until the last call has ended. A run that takes longer
 * than the pause has no second one beside it; one that fails is followed by the next.
 */
final class Heartbeat implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    private final Mono<Void> work;
    private final Duration pause;
    private final Duration first;
    private Disposable running = Disposables.disposed();

    /**
     * @param pause zero: never
     */
    Heartbeat(Mono<Void> work, Duration pause) {
        this(work, pause, Duration.ZERO);
    }

    /**
     * @param first how long the start of the process may wait for a run of its own; zero: it makes none
     */
    Heartbeat(Mono<Void> work, Duration pause, Duration first) {
        this.work = work;
        this.pause = pause;
        this.first = first;
    }

    @Override
    public void start() {
        if (!pause.isPositive()) {
            return;
        }
        if (first.isPositive()) {
            work.timeout(first).onErrorComplete().block();
        }
        running = Flux.interval(pause)
                .onBackpressureDrop()
                .concatMap(
                        tick -> work.doOnError(e -> log.warn("work that is done again and again failed", e))
                                .onErrorComplete(),
                        1)
                .subscribe();
    }

    @Override
    public void stop() {
        running.dispose();
    }

    @Override
    public boolean isRunning() {
        return !running.isDisposed();
    }

    /** After the web server has let its last answers end, and before Redis is closed. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 512;
    }
}
