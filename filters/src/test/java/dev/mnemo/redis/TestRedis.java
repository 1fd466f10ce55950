package dev.mnemo.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.netty.channel.EventLoop;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;
import redis.embedded.RedisServer;

/**
 * The Redis of the tests: {@code REDIS_URL} if it is set, else one embedded server for this JVM. Tests share it and so use
 * tenants and users of their own; nobody flushes.
 */
public final class TestRedis {

    private static final String URL = begin();

    private static final RedisClient CLIENT = RedisClient.create(URL);

    private static final StatefulRedisConnection<String, String> CONNECTION = CLIENT.connect();

    private TestRedis() {}

    public static String url() {
        return URL;
    }

    /** For looking at what was written. */
    public static RedisCommands<String, String> commands() {
        return CONNECTION.sync();
    }

    /** A tenant or user that no other test has. */
    public static String fresh(String name) {
        return name + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Links that are connected. */
    public static RedisLinks links() {
        return connected(new RedisLinks(
                RedisAddress.of(URL),
                Duration.ofSeconds(2),
                HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));
    }

    /**
     * A link on which something happens just before one of its commands is sent: what others do between two of them.
     *
     * @param before how many are sent first; a script that Redis did not know, and that is sent again, is one
     */
    public static RedisLink interrupted(int before, Runnable meanwhile) {
        RedisClusterAsyncCommands<byte[], byte[]> redis =
                Interrupted.CLIENT.connect(ByteArrayCodec.INSTANCE).async();
        AtomicInteger sent = new AtomicInteger();
        Object proxy = Proxy.newProxyInstance(
                TestRedis.class.getClassLoader(),
                new Class<?>[] {RedisClusterAsyncCommands.class},
                (self, command, args) -> {
                    if (!command.getName().equals("eval") && sent.getAndIncrement() == before) {
                        meanwhile.run();
                    }
                    return command.invoke(redis, args);
                });
        @SuppressWarnings("unchecked")
        RedisClusterAsyncCommands<byte[], byte[]> commands = (RedisClusterAsyncCommands<byte[], byte[]>) proxy;
        RedisLink link = new RedisLink("interrupted", CircuitBreaker.ofDefaults("interrupted"), 1);
        EventLoop loop = (EventLoop)
                HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE).next();
        link.connected(new RedisLink.Lane(loop, commands, new Channels()));
        return link;
    }

    /** Its threads may wait for what happens on all others. */
    private static final class Interrupted {
        static final RedisClient CLIENT = RedisClient.create(URL);
    }

    public static RedisLinks connected(RedisLinks links) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!links.all().stream().allMatch(RedisLink::isUp)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("redis: not connected within 30 s");
            }
            LockSupport.parkNanos(1_000_000);
        }
        return links;
    }

    private static String begin() {
        String given = System.getenv("REDIS_URL");
        if (given != null && !given.isBlank()) {
            return given;
        }
        Own own = new Own();
        Runtime.getRuntime().addShutdownHook(new Thread(own::stop));
        return own.url();
    }

    /** A server of one test, which may stop and start it. */
    public static final class Own {

        private final int port = Ports.free();
        private RedisServer server;

        public Own() {
            start();
        }

        public String url() {
            return "redis://127.0.0.1:" + port;
        }

        public void start() {
            server = RedisServer.builder()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .build();
            server.start();
        }

        public void stop() {
            server.stop();
        }
    }
}
