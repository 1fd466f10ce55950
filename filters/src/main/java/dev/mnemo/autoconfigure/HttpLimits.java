package dev.mnemo.autoconfigure;

import dev.mnemo.call.Shed;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** What the HTTP server takes from its clients' connections. Thread-safe. */
final class HttpLimits {

    private final int connections;
    private final Duration head;
    private final Duration stall;
    private final Consumer<Shed> shed;
    private final LongSupplier nanos;
    private final AtomicInteger open = new AtomicInteger();

    /**
     * @param shed told of each connection that is closed for there being too many
     * @param nanos a ticker that only ever rises
     */
    HttpLimits(MnemoProperties.Limits limits, Consumer<Shed> shed, LongSupplier nanos) {
        this.connections = limits.connections();
        this.head = limits.head();
        this.stall = limits.stall();
        this.shed = shed;
        this.nanos = nanos;
    }

    /** Connections that are open now. */
    int open() {
        return open.get();
    }

    HttpServer on(HttpServer server) {
        return server.doOnChannelInit((observer, channel, remote) -> watch(channel));
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void watch(Channel channel) {
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        if (open.incrementAndGet() > connections) {
            shed.accept(Shed.CONNECTIONS);
            channel.close();
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        // HTTP/2, where somebody turns it on, has its own limits.
        if (pipeline.get(NettyPipeline.HttpCodec) instanceof HttpServerCodec) {
            ClientWatch watch = new ClientWatch(head, stall, nanos);
            pipeline.addBefore(NettyPipeline.HttpCodec, "mnemo.bytes", watch.bytes());
            pipeline.addAfter(NettyPipeline.HttpCodec, "mnemo.watch", watch);
        }
    }
}
