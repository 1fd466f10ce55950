package dev.mnemo.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mnemo.call.Audit.Action;
import dev.mnemo.call.Audit.Change;
import dev.mnemo.call.Calls;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.Refusal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AuditLogTest {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
    private static final Ending REFUSED = new Ending(Outcome.REFUSED, 0, false, null, 0);

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.mnemo.audit");
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final AuditLog audit = new AuditLog(registry, nanos::get);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
        // Another test's application may have set the levels of this JVM.
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void end() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    @Test
    void aChangeSaysWhoWhatAndWhatCameOfIt() {
        audit.changed(new Change(Action.PREFERENCES_PATCH, "acme", "backend", "ada\u2028x", 412, null, PEER));
        audit.changed(new Change(Action.PREFERENCES_PUT, "acme", "backend", "ada", 200, "7", null));

        assertThat(told())
                .containsExactly(
                        "action=preferences.patch tenant=acme key=backend user=ada\\u2028x status=412 peer=127.0.0.1",
                        "action=preferences.put tenant=acme key=backend user=ada status=200 version=7");
    }

    @Test
    void anAttackIsCountedButNotToldOneByOne() {
        for (int i = 0; i < 1_000; i++) {
            refuse(Refusal.of(401, "invalid_api_key", "no"));
        }
        refuse(Refusal.of(401, "missing_api_key", "no"));
        assertThat(lines.list).hasSize(AuditLog.MOST + 1);

        nanos.addAndGet(1_000_000_000);
        audit.tellHidden();
        audit.tellHidden();
        refuse(Refusal.of(401, "invalid_api_key", "no"));

        assertThat(lines.list).hasSize(AuditLog.MOST + 3);
        assertThat(told().get(AuditLog.MOST + 1)).isEqualTo("reason=invalid_api_key times=990");
        assertThat(registry.get("mnemo.identity.refused")
                        .tag("reason", "invalid_api_key")
                        .counter()
                        .count())
                .isEqualTo(1_001);
    }

    @Test
    void whatIsNotAboutIdentityIsNoMatterOfTheAudit() {
        refuse(Refusal.badRequest("invalid_path", "no"));
        refuse(Refusal.of(404, "model_not_found", "no"));

        assertThat(lines.list).isEmpty();
        assertThat(registry.getMeters()).isEmpty();
    }

    private void refuse(Refusal why) {
        audit.ended(Calls.refused(why, PEER), REFUSED);
    }

    private List<String> told() {
        return lines.list.stream()
                .map(line -> line.getKeyValuePairs().stream()
                        .map(pair -> pair.key + "=" + pair.value)
                        .collect(Collectors.joining(" ")))
                .toList();
    }
}
