package dev.mnemo.autoconfigure;

import dev.mnemo.call.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches over one client's HTTP/1.1 connection: a head that does not come to its end, a body that stops coming, an answer
 * that is not taken. It stands between the codec and the server, and only notes times; now and then it looks at them.
 *
 * <p>What is not the client's fault is not held against it: an upstream's silence leaves nothing to be taken, and a body that
 * nobody asks for, as the upstream is slow, may wait. All on the connection's event loop.
 */
// What becomes of a write or a close is told by the channel itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientWatch extends ChannelDuplexHandler {

    /** A body must bring this much in each {@code stall}, or its end: half a kilobyte a second. */
    private static final int PROGRESS = 16 * 1024;

    /** No client of an LLM sends a request before the last one's answer; one that does is not let fill the memory. */
    private static final int AHEAD = 64 * 1024;

    /** How long a client that still sends has to read why it is sent away, before its connection is closed. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    private final long head;
    private final long stall;
    private final LongSupplier nanos;
    private @Nullable ScheduledFuture<?> looking;

    private boolean headBegun;
    private long headSince;
    private boolean bodyOpen;
    private boolean bodyStalled;
    private long bodySince;
    private int bodyBytes;
    private int unanswered;
    private int ahead;
    private boolean upgraded;
    private boolean lingering;
    private long drainUntil;
    private @Nullable Object writing;
    private long written;
    private long writtenSince;

    ClientWatch(Duration head, Duration stall, LongSupplier nanos) {
        this.head = head.toNanos();
        this.stall = stall.toNanos();
        this.nanos = nanos;
    }

    /** Stands before the codec, where a head can be seen before it is whole. */
    ChannelHandler bytes() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                if (msg instanceof ByteBuf bytes) {
                    heard(bytes.readableBytes());
                }
                if (ahead > AHEAD) {
                    ReferenceCountUtil.release(msg);
                    ctx.close();
                    return;
                }
                ctx.fireChannelRead(msg);
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        long pause = Math.max(Math.min(head, stall) / 8, TimeUnit.MILLISECONDS.toNanos(10));
        looking = ctx.executor().scheduleWithFixedDelay(() -> look(ctx), pause, pause, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (looking != null) {
            looking.cancel(false);
        }
    }

    private void heard(int bytes) {
        if (upgraded) {
            return;
        }
        if (bodyOpen) {
            bodyBytes += bytes;
            if (bodyBytes >= PROGRESS) {
                bodyBegins();
            }
        } else if (!headBegun) {
            headBegun = true;
            headSince = nanos.getAsLong();
        }
        boolean early = unanswered > 1 || unanswered == 1 && !bodyOpen;
        ahead = early ? ahead + bytes : 0;
    }

    private void bodyBegins() {
        bodyBytes = 0;
        bodySince = nanos.getAsLong();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (lingering) {
            ReferenceCountUtil.release(msg);
            return;
        }
        if (msg instanceof HttpRequest request) {
            headBegun = false;
            unanswered++;
            bodyBegins();
            bodyOpen = true;
            checkHost(request);
        }
        if (msg instanceof LastHttpContent last && !last.decoderResult().isFailure()) {
            bodyOpen = false;
        }
        ctx.fireChannelRead(msg);
    }

    /** Two hosts are two opinions about whom a request is for (RFC 9112, 3.2). */
    private static void checkHost(HttpRequest request) {
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        if (request.decoderResult().isSuccess()
                && (hosts > 1 || hosts == 0 && request.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("Host: " + hosts + " times")));
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (upgraded) {
            ctx.write(msg, promise);
            return;
        }
        boolean informational = false;
        if (msg instanceof HttpResponse response) {
            upgraded = response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
            informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }
        if (!informational && msg instanceof LastHttpContent) {
            unanswered--;
            drainUntil = nanos.getAsLong() + stall;
            if (bodyStalled) {
                ctx.write(msg, promise.unvoid()).addListener(ChannelFutureListener.CLOSE);
                return;
            }
        }
        ctx.write(msg, promise);
    }

    /** A client that is still sending would find its connection reset, and never read the answer. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        Channel channel = ctx.channel();
        if (!channel.isActive() || upgraded || unanswered > 0 || !bodyOpen) {
            ctx.close(promise);
            return;
        }
        channel.closeFuture().addListener(closed -> promise.trySuccess());
        if (lingering) {
            return;
        }
        lingering = true;
        drainUntil = nanos.getAsLong() + LINGER.toNanos();
        if (channel instanceof DuplexChannel duplex && channel.pipeline().get(SslHandler.class) == null) {
            duplex.shutdownOutput();
        }
        channel.config().setAutoRead(true);
    }

    private void look(ChannelHandlerContext ctx) {
        long now = nanos.getAsLong();
        if (isNotTaken(ctx.channel(), now)) {
            // Without lingering: the system would keep what is not taken for minutes.
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            ctx.close();
        } else if (!upgraded) {
            lookAtRequest(ctx, now);
        }
    }

    private void lookAtRequest(ChannelHandlerContext ctx, long now) {
        if (headBegun && unanswered == 0 && now - headSince >= head) {
            headBegun = false;
            ctx.writeAndFlush(timeout()).addListener(ChannelFutureListener.CLOSE);
        } else if (bodyOpen && unanswered == 0 && now - drainUntil >= 0) {
            ctx.close();
        } else if (bodyOpen && unanswered > 0) {
            lookAtBody(ctx, now);
        }
    }

    private void lookAtBody(ChannelHandlerContext ctx, long now) {
        if (!ctx.channel().config().isAutoRead()) {
            bodyBegins();
        } else if (now - bodySince >= stall) {
            if (bodyStalled) {
                ctx.close();
                return;
            }
            bodyStalled = true;
            bodyBegins();
            ctx.fireExceptionCaught(Refusal.of(
                    408, "request_timeout", "body: stopped coming (expected: all of it, without long pauses)"));
        }
    }

    /** Whether the very same piece of an answer has been waiting to be taken, untouched, for too long. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isNotTaken(Channel channel, long now) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        Object piece = waiting == null ? null : waiting.current();
        if (piece == null) {
            writing = null;
            return false;
        }
        long progress = waiting.currentProgress();
        if (piece != writing || progress != written) {
            writing = piece;
            written = progress;
            writtenSince = now;
        }
        return now - writtenSince >= stall;
    }

    private static DefaultFullHttpResponse timeout() {
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.REQUEST_TIMEOUT, Unpooled.EMPTY_BUFFER);
        answer.headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
        return answer;
    }
}
