package dev.mnemo.autoconfigure;

import dev.mnemo.call.Detached;
import dev.mnemo.redis.RedisLinks;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The end of the process, in order: the web server lets its last answers end; what is still to be settled and recorded is
 * waited for; then Redis is closed; then the event loops that all share.
 */
final class GentleStop implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(GentleStop.class);

    private final List<Detached> detached;
    private final RedisLinks redis;
    private final Duration patience;
    private volatile boolean running;

    /**
     * @param detached what is waited for, one after the other: what fails in the first may be handed to the next
     */
    GentleStop(List<Detached> detached, RedisLinks redis, Duration patience) {
        this.detached = List.copyOf(detached);
        this.redis = redis;
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
        Flux.fromIterable(detached)
                .concatMap(work -> work.drain(patience))
                .then(Mono.fromRunnable(this::tell))
                .then(redis.closed())
                .doFinally(signal -> done.run())
                .subscribe();
    }

    private void tell() {
        int left = detached.stream().mapToInt(Detached::running).sum();
        if (left > 0) {
            log.warn("stopped before {} calls were settled or recorded: Redis did not answer", left);
        }
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
