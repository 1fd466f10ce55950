package dev.mnemo.metrics;

import dev.mnemo.call.CallListener;
import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Printable;
import dev.mnemo.call.Refusal;
import dev.mnemo.dialect.Answer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A line for each call in the log {@code dev.mnemo.calls}, where that is on: neither user nor key, and nothing of what was
 * said. Thread-safe.
 */
public final class CallLog implements CallListener {

    /** Of a model's name, which the client chooses. */
    static final int LONGEST_MODEL = 128;

    private static final Logger log = LoggerFactory.getLogger("dev.mnemo.calls");

    @Override
    public void ended(LlmCall call, Ending ending) {
        if (!log.isInfoEnabled()) {
            return;
        }
        Refusal refusal = call.refusal();
        LoggingEventBuilder line = log.atInfo()
                .addKeyValue("request", call.id())
                .addKeyValue("tenant", call.identified() ? call.tenant().id() : "none")
                .addKeyValue("dialect", call.dialect().id())
                .addKeyValue("outcome", ending.outcome().name().toLowerCase(Locale.ROOT))
                .addKeyValue("status", CallMetrics.status(call, ending))
                .addKeyValue("ms", TimeUnit.NANOSECONDS.toMillis(call.times().elapsed()));
        if (call.isRead()) {
            line = line.addKeyValue("model", Printable.of(call.request().model(), LONGEST_MODEL));
        }
        Answer answer = ending.answer();
        if (answer != null && answer.usage() != null) {
            line = line.addKeyValue("input", answer.usage().input())
                    .addKeyValue("output", answer.usage().output());
        }
        Context context = call.context();
        if (context != null) {
            line = line.addKeyValue("injected", context.tokens());
        }
        if (refusal != null) {
            line = line.addKeyValue("error", refusal.code());
        }
        line.log("call");
    }

    @Override
    public void settled(LlmCall call, long took) {}
}
