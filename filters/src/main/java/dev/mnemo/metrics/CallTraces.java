package dev.mnemo.metrics;

import dev.mnemo.call.CallListener;
import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Printable;
import dev.mnemo.call.StageTimes;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.ChatRequest;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A trace of each call, with its stages as spans, made when it has ended from the times that it kept: nothing is done while
 * it runs. It hangs below the client's span where the client sends {@code traceparent}. In it stands neither what was said, nor
 * who the user is, nor a key. Thread-safe.
 */
public final class CallTraces implements CallListener {

    private static final TextMapGetter<HttpHeaders> HEADERS = new TextMapGetter<>() {

        @Override
        public Iterable<String> keys(HttpHeaders headers) {
            return headers.headerNames();
        }

        @Override
        public @Nullable String get(@Nullable HttpHeaders headers, String name) {
            return headers == null ? null : headers.getFirst(name);
        }
    };

    private static final AttributeKey<List<String>> FINISH_REASONS = AttributeKey.stringArrayKey(GenAi.FINISH_REASONS);

    private final Tracer tracer;
    private final InstantSource clock;

    public CallTraces(OpenTelemetry telemetry, InstantSource clock) {
        this.tracer = telemetry.getTracer("dev.mnemo");
        this.clock = clock;
    }

    /** Of the spans of one call: where they hang, and the moment from which its times count. */
    private record Trace(io.opentelemetry.context.Context root, long epoch, long ended) {}

    @Override
    public void ended(LlmCall call, Ending ending) {
        StageTimes times = call.times();
        Instant now = clock.instant();
        long ended = times.elapsed();
        long epoch = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - ended;
        Span root = tracer.spanBuilder(name(call))
                .setSpanKind(SpanKind.SERVER)
                .setParent(W3CTraceContextPropagator.getInstance()
                        .extract(io.opentelemetry.context.Context.root(), call.headers(), HEADERS))
                .setStartTimestamp(epoch, TimeUnit.NANOSECONDS)
                .startSpan();
        if (root.isRecording()) {
            describe(root, call, ending);
            Trace trace = new Trace(io.opentelemetry.context.Context.root().with(root), epoch, ended);
            stages(trace, times);
            if (times.sentAt() >= 0) {
                upstream(trace, call, ending);
            }
            times.trace(trace);
        }
        root.end(epoch + ended, TimeUnit.NANOSECONDS);
    }

    @Override
    public void settled(LlmCall call, long took) {
        if (call.times().trace() instanceof Trace trace) {
            stage(trace, "settle", trace.ended(), trace.ended() + took);
        }
    }

    private void stages(Trace trace, StageTimes times) {
        if (times.readAt() >= 0) {
            stage(trace, "read", times.identifiedAt(), times.readAt());
        }
        long known = -1;
        if (times.reserveAt() >= 0) {
            known = times.reserveAt() + times.reserveNanos();
            stage(trace, "reserve", times.reserveAt(), known);
        }
        if (times.recallAt() >= 0) {
            long recalled = times.recallAt() + times.recallNanos();
            stage(trace, "recall", times.recallAt(), recalled);
            known = Math.max(known, recalled);
            if (times.preparedNanos() >= known) {
                stage(trace, "compose", known, times.preparedNanos());
            }
        }
    }

    private void stage(Trace trace, String name, long from, long to) {
        begun(trace, name, from).startSpan().end(trace.epoch() + to, TimeUnit.NANOSECONDS);
    }

    private SpanBuilder begun(Trace trace, String name, long from) {
        return tracer.spanBuilder(name)
                .setParent(trace.root())
                .setStartTimestamp(trace.epoch() + from, TimeUnit.NANOSECONDS);
    }

    /** The call to the provider, as the conventions have it: what was used stands here alone, so that it is not counted twice. */
    private void upstream(Trace trace, LlmCall call, Ending ending) {
        StageTimes times = call.times();
        Span span = begun(trace, name(call), times.sentAt())
                .setSpanKind(SpanKind.CLIENT)
                .startSpan();
        @Nullable String host = call.upstream().url().getHost();
        if (host != null) {
            span.setAttribute("server.address", host);
        }
        span.setAttribute("mnemo.upstream", call.upstream().name());
        if (ending.status() > 0) {
            span.setAttribute("http.response.status_code", (long) ending.status());
        }
        if (call.isRead()) {
            asked(span, call);
        }
        if (times.headersAt() >= 0) {
            span.addEvent("headers", trace.epoch() + times.headersAt(), TimeUnit.NANOSECONDS);
        }
        if (times.firstByteAt() >= 0) {
            span.addEvent("first_chunk", trace.epoch() + times.firstByteAt(), TimeUnit.NANOSECONDS);
            span.setAttribute(GenAi.FIRST_CHUNK, (times.firstByteAt() - times.sentAt()) / 1e9);
        }
        Answer answer = ending.answer();
        if (answer != null) {
            answered(span, answer);
        }
        failed(span, GenAi.error(call, ending), ending.status() >= 400 || ending.outcome() != Outcome.COMPLETE);
        span.end(trace.epoch() + trace.ended(), TimeUnit.NANOSECONDS);
    }

    private static void asked(Span span, LlmCall call) {
        ChatRequest request = call.request();
        span.setAttribute(
                GenAi.PROVIDER, GenAi.provider(call.upstream(), call.dialect().protocol()));
        span.setAttribute(GenAi.OPERATION, GenAi.operation(call));
        span.setAttribute(GenAi.MODEL, Printable.of(request.model(), CallLog.LONGEST_MODEL));
        span.setAttribute(GenAi.STREAM, request.stream());
        if (request.size().maxAnswerTokens() >= 0) {
            span.setAttribute(GenAi.MAX_TOKENS, request.size().maxAnswerTokens());
        }
    }

    private static void answered(Span span, Answer answer) {
        if (answer.finishReason() != null) {
            span.setAttribute(FINISH_REASONS, List.of(Printable.of(answer.finishReason(), 64)));
        }
        Usage usage = answer.usage();
        if (usage != null) {
            span.setAttribute(GenAi.INPUT, usage.input());
            span.setAttribute(GenAi.OUTPUT, usage.output());
            span.setAttribute(GenAi.CACHE_READ, usage.cachedInput());
            span.setAttribute(GenAi.CACHE_WRITE, usage.writtenInput());
            span.setAttribute(GenAi.REASONING, usage.reasoning());
        }
    }

    private static void describe(Span root, LlmCall call, Ending ending) {
        root.setAttribute("mnemo.request", call.id());
        root.setAttribute("mnemo.dialect", call.dialect().id());
        root.setAttribute("mnemo.outcome", ending.outcome().name().toLowerCase(Locale.ROOT));
        if (call.identified()) {
            root.setAttribute("mnemo.tenant", call.tenant().id());
        }
        if (call.isRead()) {
            root.setAttribute(GenAi.OPERATION, GenAi.operation(call));
            root.setAttribute(GenAi.MODEL, Printable.of(call.request().model(), CallLog.LONGEST_MODEL));
        }
        Context context = call.context();
        if (context != null) {
            root.setAttribute("mnemo.context", CallMetrics.context(context));
            root.setAttribute("mnemo.tokens.injected", context.tokens());
        }
        int status = CallMetrics.shown(call, ending);
        if (status > 0) {
            root.setAttribute("http.response.status_code", (long) status);
        }
        failed(root, GenAi.error(call, ending), status >= 500 || ending.outcome() == Outcome.UPSTREAM_FAILED);
    }

    private static void failed(Span span, @Nullable String error, boolean isFault) {
        if (error != null) {
            span.setAttribute(GenAi.ERROR, error);
        }
        if (isFault) {
            span.setStatus(StatusCode.ERROR);
        }
    }

    /** As few as there are models in files. */
    private static String name(LlmCall call) {
        return call.isRead() && call.identified()
                ? GenAi.operation(call) + " " + GenAi.model(call)
                : call.dialect().id();
    }
}
