package dev.mnemo.autoconfigure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;

/** Work of the process's end. What stops in a lower phase waits for it, for as long as the phase may take. */
final class AtStop implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(AtStop.class);

    private final int phase;
    private final Mono<Void> work;
    private volatile boolean running;

    AtStop(int phase, Mono<Void> work) {
        this.phase = phase;
        this.work = work;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public void stop(Runnable done) {
        stop();
        work.doOnError(e -> log.error("the stop goes on without what it waits for", e))
                .onErrorComplete()
                .doFinally(signal -> done.run())
                .subscribe();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
