package dev.mnemo.call;

import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.Dialect.Problem;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.observability.DefaultSignalListener;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The upstream's answer on its way to the client: the very same buffers, each flushed at once where the answer is a
 * stream. Its end decides the call's outcome.
 *
 * <p>The body can be written once. If it never is, {@link #close} gives its connection back.
 */
public final class UpstreamAnswer {

    private static final byte[] LINE_FEED = {'\n'};

    private final LlmCall call;
    private final int status;
    private final Framing framing;
    private final boolean streamed;
    private final Flux<DataBuffer> source;
    private final Runnable close;
    private final Consumer<Throwable> breakOff;
    private final @Nullable AnswerTap tap;
    private final Queue<Piece> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong unread = new AtomicLong();
    private boolean inLine;
    private volatile boolean closed;

    /**
     * @param framing of the answer: whether an error can be told inside it
     * @param streamed whether each buffer is to be flushed
     * @param source the body; owned by whoever subscribes
     * @param close drops the upstream's connection unless the body has ended; harmless when called again
     * @param breakOff has the body end with an error, unless it has ended
     * @param tap reads a copy of the view; null when nothing is to be read
     */
    public UpstreamAnswer(
            LlmCall call,
            int status,
            Framing framing,
            boolean streamed,
            Flux<DataBuffer> source,
            Runnable close,
            Consumer<Throwable> breakOff,
            @Nullable AnswerTap tap) {
        this.call = call;
        this.status = status;
        this.framing = framing;
        this.streamed = streamed;
        this.source = source;
        this.close = close;
        this.breakOff = breakOff;
        this.tap = tap;
    }

    public int status() {
        return status;
    }

    @Nullable
    Answer read() {
        return tap == null ? null : tap.answer();
    }

    /** Bytes that have passed without being read. */
    long unread() {
        return unread.get();
    }

    void close() {
        closed = true;
        close.run();
        waiting.forEach(Piece::drop);
    }

    /** Ends it early, of our own will: the client is told why, as far as its dialect can. */
    void breakOff(Refusal why) {
        breakOff.accept(why);
    }

    Mono<Void> writeTo(ServerHttpResponse response) {
        Flux<DataBuffer> body = source.tap(Passing::new).onErrorResume(e -> broken(response, e));
        return streamed ? response.writeAndFlushWith(body.map(this::piece)) : response.writeWith(body);
    }

    private Mono<DataBuffer> piece(DataBuffer buffer) {
        Piece piece = new Piece(buffer);
        waiting.add(piece);
        if (closed) {
            // It was under way to the server when the client left.
            piece.drop();
        }
        return Mono.fromSupplier(piece::take);
    }

    /**
     * A buffer on its way to be flushed by itself. The server takes several ahead; when the answer breaks off, it drops those
     * that it has not begun to write, and does not know that there is a buffer in them.
     */
    private final class Piece {

        private final DataBuffer buffer;
        private final AtomicBoolean gone = new AtomicBoolean();

        Piece(DataBuffer buffer) {
            this.buffer = buffer;
        }

        /** Null when it was dropped. */
        @Nullable
        DataBuffer take() {
            waiting.remove(this);
            return gone.compareAndSet(false, true) ? buffer : null;
        }

        void drop() {
            if (gone.compareAndSet(false, true)) {
                DataBufferUtils.release(buffer);
            }
        }
    }

    /** What is seen of the body as it passes. */
    private final class Passing extends DefaultSignalListener<DataBuffer> {

        @Override
        public void doOnNext(DataBuffer buffer) {
            call.times().byteCame();
            if (tap != null) {
                tap.accept(buffer);
            } else {
                unread.addAndGet(buffer.readableByteCount());
            }
            if (framing == Framing.LINES && buffer.readableByteCount() > 0) {
                inLine = buffer.getByte(buffer.writePosition() - 1) != '\n';
            }
        }

        @Override
        public void doOnComplete() {
            Answer answer = read();
            call.end(answer != null && answer.failed() ? Outcome.UPSTREAM_FAILED : Outcome.COMPLETE);
        }

        @Override
        public void doOnCancel() {
            call.end(Outcome.CLIENT_GONE);
        }
    }

    /** After the first byte only the stream itself can tell of a failure; a cut body is cut short for the client too. */
    private Flux<DataBuffer> broken(ServerHttpResponse response, Throwable e) {
        boolean ours = e instanceof Refusal;
        call.end(ours ? Outcome.STOPPED : Outcome.UPSTREAM_FAILED);
        byte[] event = call.dialect().errorInStream(problem(e), framing);
        if (event.length == 0 || ours && !response.isCommitted()) {
            return Flux.error(e);
        }
        DataBufferFactory buffers = response.bufferFactory();
        // An empty line would be no JSON to clients that read line by line.
        return inLine ? Flux.just(buffers.wrap(LINE_FEED), buffers.wrap(event)) : Flux.just(buffers.wrap(event));
    }

    private Problem problem(Throwable e) {
        return e instanceof Refusal ours
                ? new Problem(ours.status(), ours.code(), ours.getMessage(), call.id())
                : new Problem(
                        502,
                        "upstream_interrupted",
                        "mnemo: the upstream broke off its answer; what came is incomplete",
                        call.id());
    }
}
