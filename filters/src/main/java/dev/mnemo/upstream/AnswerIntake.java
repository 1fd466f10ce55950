package dev.mnemo.upstream;

import dev.mnemo.call.AnswerTap;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.UpstreamAnswer;
import dev.mnemo.dialect.AnswerReader;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.ContentCoding;
import dev.mnemo.dialect.ContextOverflow;
import dev.mnemo.upstream.Permit.UpstreamFault;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientResponse;

/** Takes up an upstream's answer when its headers have come. Thread-safe. */
final class AnswerIntake {

    /** No provider says more about a prompt that is too long. */
    private static final int LONGEST_REFUSAL = 1024 * 1024;

    private final Consumer<Throwable> tapFailed;

    AnswerIntake(Consumer<Throwable> tapFailed) {
        this.tapFailed = tapFailed;
    }

    /** Writes the answer into the call; or an error, {@link PromptTooLong}, when it is to be asked for without the block. */
    Publisher<Void> begin(
            LlmCall call, ServerHttpResponse response, HttpClientResponse head, Connection connection, Permit permit) {
        AnswerStream stream = new AnswerStream(connection, call.upstream().timeouts(), permit);
        Flux<DataBuffer> body = stream.body(response.bufferFactory());
        if (!mayBeTooLong(call, head.status().code())) {
            answered(call, response, head, permit, body, stream::close, stream::breakOff);
            return Mono.empty();
        }
        return DataBufferUtils.join(body, LONGEST_REFUSAL)
                .doOnCancel(stream::close)
                .map(AnswerIntake::bytes)
                .defaultIfEmpty(new byte[0])
                .doOnNext(bytes -> {
                    if (ContextOverflow.isToldBy(bytes)) {
                        throw new PromptTooLong();
                    }
                    Flux<DataBuffer> again = Flux.just(response.bufferFactory().wrap(bytes));
                    answered(call, response, head, permit, again, () -> {}, e -> {});
                })
                .then();
    }

    /** The block may be what makes it too long. A refusal has generated nothing, so that the call may be sent again. */
    private static boolean mayBeTooLong(LlmCall call, int status) {
        return (status == 400 || status == 413)
                && call.dialect().reads()
                && call.body().isEdited()
                && !call.request().kept().signed();
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private void answered(
            LlmCall call,
            ServerHttpResponse response,
            HttpClientResponse head,
            Permit permit,
            Flux<DataBuffer> body,
            Runnable close,
            Consumer<Throwable> breakOff) {
        int status = head.status().code();
        response.setStatusCode(HttpStatusCode.valueOf(status));
        UpstreamHeaders.copyBack(head.responseHeaders(), response.getHeaders());
        Framing framing = Framing.of(head.responseHeaders().get(HttpHeaders.CONTENT_TYPE, ""));
        if (framing != Framing.WHOLE) {
            response.getHeaders().set("X-Accel-Buffering", "no");
        }
        if (status >= 500) {
            permit.failed(new UpstreamFault("status " + status));
        }
        boolean streamed = !head.responseHeaders().contains(HttpHeaders.CONTENT_LENGTH);
        call.answer(
                new UpstreamAnswer(call, status, framing, streamed, body, close, breakOff, tap(call, head, framing)));
    }

    private @Nullable AnswerTap tap(LlmCall call, HttpClientResponse head, Framing framing) {
        boolean readable = call.dialect().reads()
                && !call.request().counts()
                && head.status().code() < 300
                && ContentCoding.of(head.responseHeaders().get(HttpHeaders.CONTENT_ENCODING)) == ContentCoding.IDENTITY;
        return readable ? new AnswerTap(AnswerReader.of(call.dialect(), framing), tapFailed) : null;
    }

    /** The upstream says that the prompt is too long. Without a stack trace: it is never thrown far. */
    static final class PromptTooLong extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private PromptTooLong() {
            super("prompt too long", null, false, false);
        }
    }
}
