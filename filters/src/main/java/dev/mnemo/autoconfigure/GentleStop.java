package dev.mnemo.autoconfigure;

import dev.mnemo.call.Detached;
import dev.mnemo.call.Flights;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The end of a replica, in order: new calls are refused; those in flight may go on for a while; those that are left are
 * broken off with an error of their dialect; what is still to be settled and recorded is waited for.
 *
 * <p>All that while both ports are open. A client that sends a call on a connection that it has kept is told to send it
 * again; the web server by itself would close such connections at once, and a call that is under way on one would be lost
 * without a word. Probes and meters are answered until the end.
 */
final class GentleStop {

    /** Higher phases stop first: this, then the web server, then the management port, then Redis. */
    static final int PHASE = WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 512;

    static final int REDIS_PHASE = WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1024;

    /** How long a call's last words may take. */
    private static final Duration WORDS = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(GentleStop.class);

    private final Flights flights;
    private final List<Detached> detached;
    private final Duration drain;
    private final Duration patience;

    /**
     * @param detached what is waited for, one after the other: what fails in the first may be handed to the next
     * @param drain how long calls in flight may go on
     * @param patience how long all that settles and records is waited for
     */
    GentleStop(Flights flights, List<Detached> detached, Duration drain, Duration patience) {
        this.flights = flights;
        this.detached = List.copyOf(detached);
        this.drain = drain;
        this.patience = patience;
    }

    /** The most that it takes. */
    Duration longest() {
        return drain.plus(WORDS).plus(patience);
    }

    /** Stops; completes when that is done, without an error. */
    Mono<Void> stopped() {
        return Mono.<Void>fromRunnable(this::begin)
                .then(landed(drain))
                .then(Mono.fromRunnable(this::breakOff))
                .then(landed(WORDS))
                .then(Mono.fromRunnable(flights::cut))
                .then(settled())
                .then(Mono.fromRunnable(this::tell));
    }

    private void begin() {
        flights.stop();
        log.info("stopping: {} calls in flight may go on for {} s", flights.count(), drain.toSeconds());
    }

    private void breakOff() {
        int left = flights.count();
        if (left > 0) {
            log.warn("{} calls were still in flight after {} s and are broken off", left, drain.toSeconds());
            flights.breakOff();
        }
    }

    private Mono<Void> landed(Duration patience) {
        return flights.landed().timeout(patience, Mono.empty());
    }

    private Mono<Void> settled() {
        return flights.landed()
                .thenMany(Flux.fromIterable(detached))
                .concatMap(Detached::drained)
                .then()
                .timeout(patience, Mono.empty());
    }

    private void tell() {
        int left = detached.stream().mapToInt(Detached::running).sum();
        if (left > 0) {
            log.warn("stopped before {} calls were settled or recorded: Redis did not answer", left);
        }
    }
}
