package dev.mnemo.autoconfigure;

import dev.mnemo.call.Detached;
import java.time.Duration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * At shutdown: after the last answer has ended, and before Redis is closed, waits for what is still to be settled and
 * recorded.
 */
final class DetachedDrain implements SmartLifecycle {

    private final Detached detached;
    private final Duration patience;
    private volatile boolean running;

    DetachedDrain(Detached detached, Duration patience) {
        this.detached = detached;
        this.patience = patience;
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
        detached.drain(patience).doFinally(signal -> done.run()).subscribe();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Higher phases stop first: the web server waits for its exchanges, then closes, then it is our turn. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1024;
    }
}
