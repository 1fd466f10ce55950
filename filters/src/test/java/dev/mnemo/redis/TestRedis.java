package dev.mnemo.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.UUID;
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
