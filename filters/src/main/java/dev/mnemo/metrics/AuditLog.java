package dev.mnemo.metrics;

import dev.mnemo.call.Audit;
import dev.mnemo.call.CallListener;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Printable;
import dev.mnemo.call.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The audit as lines of the log {@code dev.mnemo.audit}. Every change is a line. Who is turned away is a line as well, but an
 * attack must not fill a disk: for each reason there are so many a second, and then how many there were more. Thread-safe.
 */
public final class AuditLog implements Audit, CallListener {

    /** Lines of one reason in one second. */
    static final int MOST = 10;

    private static final int LONGEST = 256;

    private static final Logger log = LoggerFactory.getLogger("dev.mnemo.audit");

    private final MeterRegistry registry;
    private final LongSupplier nanos;
    private final Map<String, Reason> reasons = new ConcurrentHashMap<>();

    /**
     * @param nanos a ticker that only ever rises
     */
    public AuditLog(MeterRegistry registry, LongSupplier nanos) {
        this.registry = registry;
        this.nanos = nanos;
    }

    @Override
    public void changed(Change change) {
        LoggingEventBuilder line = log.atInfo()
                .addKeyValue(
                        "action",
                        change.action().name().toLowerCase(Locale.ROOT).replace('_', '.'))
                .addKeyValue("tenant", change.tenant())
                .addKeyValue("key", change.key());
        if (change.user() != null) {
            line = line.addKeyValue("user", Printable.of(change.user(), LONGEST));
        }
        line = line.addKeyValue("status", change.status());
        if (change.version() != null) {
            line = line.addKeyValue("version", change.version());
        }
        from(line, change.peer()).log("audit: change");
    }

    @Override
    public void refused(Refused refused) {
        Reason reason = reasons.computeIfAbsent(refused.why().code(), Reason::new);
        reason.counter.increment();
        if (reason.mayTell()) {
            Refusal why = refused.why();
            LoggingEventBuilder line =
                    log.atInfo().addKeyValue("reason", why.code()).addKeyValue("status", why.status());
            if (why.tenant() != null) {
                line = line.addKeyValue("tenant", why.tenant());
            }
            if (why.key() != null) {
                line = line.addKeyValue("key", why.key());
            }
            if (refused.call() != null) {
                line = line.addKeyValue("request", refused.call());
            }
            from(line, refused.peer()).log("audit: identity refused");
        }
    }

    /** Says how many were not told, where there are such. To be called now and then. */
    public void tellHidden() {
        reasons.values().forEach(Reason::tellHidden);
    }

    /** Until the caller is known, 401 and 403 are about who it is. */
    @Override
    public void ended(LlmCall call, Ending ending) {
        Refusal refusal = call.refusal();
        if (refusal != null && !call.identified() && (refusal.status() == 401 || refusal.status() == 403)) {
            refused(new Refused(refusal, call.peer(), call.id()));
        }
    }

    @Override
    public void settled(LlmCall call, long took) {}

    private static LoggingEventBuilder from(LoggingEventBuilder line, @Nullable InetSocketAddress peer) {
        return peer == null || peer.getAddress() == null
                ? line
                : line.addKeyValue("peer", peer.getAddress().getHostAddress());
    }

    /** One reason, and what was told of it in this second. */
    private final class Reason {

        private final String code;
        private final Counter counter;
        private long began = nanos.getAsLong();
        private int told;
        private long hidden;

        Reason(String code) {
            this.code = code;
            this.counter = Meters.IDENTITY_REFUSED.counter(registry, code);
        }

        synchronized boolean mayTell() {
            tellHidden();
            if (told < MOST) {
                told++;
                return true;
            }
            hidden++;
            return false;
        }

        synchronized void tellHidden() {
            long now = nanos.getAsLong();
            if (now - began < TimeUnit.SECONDS.toNanos(1)) {
                return;
            }
            if (hidden > 0) {
                log.atInfo()
                        .addKeyValue("reason", code)
                        .addKeyValue("times", hidden)
                        .log("audit: identity refused, more often than is told one by one");
            }
            began = now;
            told = 0;
            hidden = 0;
        }
    }
}
