package dev.mnemo.call;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Tells the one who waits for it when nothing is under way any more. Thread-safe. */
final class Quiet {

    private final BooleanSupplier reached;
    private volatile Sinks.@Nullable Empty<Void> waiting;

    Quiet(BooleanSupplier reached) {
        this.reached = reached;
    }

    /** To be called whenever something has ended. */
    void check() {
        Sinks.Empty<Void> waits = waiting;
        if (waits != null && reached.getAsBoolean()) {
            waits.tryEmitEmpty();
        }
    }

    /** Completes at once when it is quiet now. There is one who waits at a time. */
    Mono<Void> await() {
        return Mono.defer(() -> {
            Sinks.Empty<Void> waits = Sinks.empty();
            waiting = waits;
            check();
            return waits.asMono();
        });
    }
}
