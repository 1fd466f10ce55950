package dev.mnemo.upstream;

import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.Upstream.Timeouts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import reactor.core.observability.DefaultSignalListener;
import reactor.core.publisher.Flux;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;

/** The body of one answer, and the timeouts that watch over it. Created per answer; read once. */
final class AnswerStream {

    private final Connection connection;
    private final Timeouts timeouts;
    private final Permit permit;
    private final ScheduledFuture<?> total;
    private boolean begun;
    private volatile boolean ended;

    AnswerStream(Connection connection, Timeouts timeouts, Permit permit) {
        this.connection = connection;
        this.timeouts = timeouts;
        this.permit = permit;
        Channel channel = connection.channel();
        this.total = channel.eventLoop()
                .schedule(
                        () -> channel.pipeline().fireExceptionCaught(ReadTimeoutException.INSTANCE),
                        timeouts.total().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** Cancelling it closes the upstream's connection: what is not wanted must not be generated. */
    Flux<DataBuffer> body(DataBufferFactory buffers) {
        return connection
                .inbound()
                .receive()
                .retain()
                .map(bytes -> wrapped(bytes, buffers))
                .tap(Ending::new);
    }

    private final class Ending extends DefaultSignalListener<DataBuffer> {

        @Override
        public void doOnComplete() {
            end();
            permit.answered();
        }

        @Override
        public void doOnError(Throwable e) {
            if (!(e instanceof Refusal)) {
                permit.failed(e);
            }
            close();
        }

        @Override
        public void doOnCancel() {
            close();
        }
    }

    /** Has the body end with this error, on the connection's own thread. */
    void breakOff(Throwable why) {
        Channel channel = connection.channel();
        channel.eventLoop().execute(() -> {
            if (!ended) {
                channel.pipeline().fireExceptionCaught(why);
            }
        });
    }

    /** Closes the connection unless the answer has ended and given it back. */
    void close() {
        if (ended) {
            return;
        }
        if (begun) {
            permit.answered();
        } else {
            permit.abandoned();
        }
        end();
        // In its own turn: what has come to its end meanwhile has given the connection back, and another call may have
        // it.
        connection.channel().eventLoop().execute(connection::dispose);
    }

    private void end() {
        ended = true;
        total.cancel(false);
    }

    private DataBuffer wrapped(ByteBuf bytes, DataBufferFactory buffers) {
        if (!begun) {
            begun = true;
            watchIdle();
        }
        if (buffers instanceof NettyDataBufferFactory netty) {
            return netty.wrap(bytes);
        }
        DataBuffer copy = buffers.allocateBuffer(bytes.readableBytes()).write(bytes.nioBuffer());
        bytes.release();
        return copy;
    }

    /** Until now the first byte was waited for; from now on the next. On the connection's own thread. */
    private void watchIdle() {
        ChannelPipeline pipeline = connection.channel().pipeline();
        ChannelHandler waiting = pipeline.get(NettyPipeline.ResponseTimeoutHandler);
        if (waiting != null) {
            pipeline.replace(
                    waiting,
                    NettyPipeline.ResponseTimeoutHandler,
                    new ReadTimeoutHandler(timeouts.idle().toMillis(), TimeUnit.MILLISECONDS));
        }
    }
}
