package dev.mnemo.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelMatcher;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open channels of one Redis client. Closing them has the client connect again, to whichever server is the primary by
 * then: a server that was demoted keeps its clients, and one that vanished without a word is noticed late. Thread-safe.
 */
final class Channels implements NettyCustomizer {

    private static final Logger log = LoggerFactory.getLogger(Channels.class);

    private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);
    private static final long NEVER = Long.MIN_VALUE;

    private final ChannelGroup open = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
    private final AtomicLong left = new AtomicLong(NEVER);

    @Override
    public void afterChannelInitialized(Channel channel) {
        open.add(channel);
    }

    /** Whether anything is connected now. */
    boolean isConnected() {
        return !open.isEmpty();
    }

    /**
     * When the server said that it is a replica. At most once a second, for the address may lead there for a while.
     *
     * @param now in nanoseconds, of any clock that is always the same
     */
    void leaveReplica(long now) {
        long last = left.get();
        if ((last == NEVER || now - last >= AGAIN) && left.compareAndSet(last, now)) {
            log.warn("redis: the server is a replica; connecting again");
            close(channel -> true);
        }
    }

    /** When there is a new primary. What is connected to it already stays. */
    void moveTo(String host, int port) {
        close(channel -> !(channel.remoteAddress() instanceof InetSocketAddress to
                && to.getPort() == port
                && to.getAddress() != null
                && to.getAddress().getHostAddress().equals(host)));
    }

    private void close(ChannelMatcher which) {
        open.close(which).addListener(done -> log.debug("redis: channels closed", done.cause()));
    }
}
