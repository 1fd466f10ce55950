package dev.mnemo.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mnemo.redis.RedisServers.Server;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisReadOnlyException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;

/** A link that still talks to a server that is no primary any more. */
class DemotedPrimaryTest {

    private static final Duration AT_ONCE = Duration.ofMillis(500);
    private static final Duration SOON = Duration.ofSeconds(3);

    private final RedisServers servers = new RedisServers();
    private final LoopResources loops = LoopResources.create("demoted", 1, true);
    private Server first;
    private Server second;
    private @Nullable RedisLinks opened;

    @BeforeEach
    void begin() {
        first = servers.server();
        second = servers.replica(first.port());
    }

    @AfterEach
    void end() {
        if (opened != null) {
            opened.closed().block();
        }
        servers.close();
        loops.dispose();
    }

    /** A managed Redis: its name leads to the new primary, and the old one, now a replica, keeps its clients. */
    @Test
    void anAddressThatLeadsToTheNewPrimaryIsAskedAgainWhenTheOldOneIsReadOnly() {
        try (Forwarder address = new Forwarder(first.port())) {
            RedisLink link = link(address.url());
            write(link);
            address.pointTo(second.port());
            changePlaces();
            long began = System.nanoTime();

            assertThatThrownBy(() -> write(link)).isInstanceOf(RedisReadOnlyException.class);

            int refused = until(link);
            System.out.printf(
                    "readonly: behind an address: writes again after %d ms, %d refused%n", since(began), refused + 1);
            assertThat(link.breaker().getState())
                    .as("what failed at once was not held against Redis")
                    .isEqualTo(CircuitBreaker.State.CLOSED);
            assertThat(second.commands().exists("mnemo-test")).isOne();
        }
    }

    /** The same with an address that cuts what leads to the old one, as most do. */
    @Test
    void anAddressThatCutsItsConnectionsIsConnectedToAgain() {
        try (Forwarder address = new Forwarder(first.port())) {
            RedisLink link = link(address.url());
            write(link);
            changePlaces();
            address.pointTo(second.port());
            address.cut();
            long began = System.nanoTime();

            int refused = until(link);
            System.out.printf(
                    "readonly: behind an address that cuts: writes again after %d ms, %d refused%n",
                    since(began), refused);
        }
    }

    /** While the address still leads to the old server, it is not connected to without end. */
    @Test
    void aServerThatStaysReadOnlyIsLeftOnceASecondAtTheMost() {
        RedisLink link = link(first.url());
        changePlaces();
        long connected = connections(first);
        long began = System.nanoTime();
        int[] refused = {0};

        await().pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(10))
                .until(() -> {
                    assertThatThrownBy(() -> write(link)).isNotInstanceOf(IllegalStateException.class);
                    refused[0]++;
                    return since(began) > 1_300 && refused[0] > 20;
                });

        assertThat(connections(first) - connected)
                .as("three links, each second")
                .isBetween(3L, 3 * (2 + since(began) / 1_000));
    }

    /** Sentinel demotes the old primary some ten seconds later; until then it would take every write, and forget it. */
    @Test
    void afterAPlannedFailoverNothingIsWrittenToTheOldPrimary() {
        Server sentinel = servers.sentinel(first);
        RedisLink link = link("redis-sentinel://127.0.0.1:" + sentinel.port() + "/0#budget");
        write(link);
        long began = System.nanoTime();
        servers.failover(sentinel);

        int refused = 0;
        while (!isAtTheNewOne() && since(began) < SOON.toMillis()) {
            refused += until(link, "mnemo-after");
        }

        System.out.printf(
                "readonly: planned, by Sentinel: writes to the new primary after %d ms, %d refused; the old one is still: %s%n",
                since(began), refused, first.info("replication", "role"));
        await().until(this::isAtTheNewOne);
    }

    /** A server that becomes the primary resets connections, that of this test too. */
    private boolean isAtTheNewOne() {
        try {
            return second.commands().exists("mnemo-after") == 1;
        } catch (RedisException e) {
            return false;
        }
    }

    /** Its kernel still answers for it, so that no connection breaks by itself. */
    @Test
    @Tag("long")
    void aPrimaryThatFallsSilentIsLeftWhenSentinelHasAnother() {
        Server sentinel = servers.sentinel(first);
        RedisLink link = link("redis-sentinel://127.0.0.1:" + sentinel.port() + "/0#budget");
        write(link);
        long began = System.nanoTime();
        first.silent();

        int refused = until(link);

        System.out.printf(
                "readonly: silent: writes to the new primary after %d ms, %d refused%n", since(began), refused);
        assertThat(second.commands().exists("mnemo-test")).isOne();
    }

    private RedisLink link(String url) {
        opened = new RedisLinks(
                RedisAddress.of(url), Duration.ofMillis(250), loops.onServer(LoopResources.DEFAULT_NATIVE));
        return TestRedis.connected(opened).budget();
    }

    private static void write(RedisLink link) {
        write(link, "mnemo-test");
    }

    private static void write(RedisLink link, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        link.send(redis -> redis.set(bytes, bytes)).block(AT_ONCE);
    }

    /** Writes until one is taken; how many were not. Each of them has an answer at once. */
    private static int until(RedisLink link) {
        return until(link, "mnemo-test");
    }

    private static int until(RedisLink link, String key) {
        int[] refused = {0};
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(6))
                .until(() -> {
                    try {
                        write(link, key);
                        return true;
                    } catch (IllegalStateException hung) {
                        throw hung;
                    } catch (RuntimeException again) {
                        refused[0]++;
                        if (System.getProperty("dbg") != null)
                            System.out.println(System.nanoTime() / 1000000 + " " + again);
                        return false;
                    }
                });
        return refused[0];
    }

    /** The replica becomes the primary and the primary its replica; no connection of a client is broken. */
    private void changePlaces() {
        second.commands().replicaofNoOne();
        first.commands().replicaof("127.0.0.1", second.port());
    }

    private static long connections(Server server) {
        return Long.parseLong(server.info("stats", "total_connections_received"));
    }

    private static long since(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toMillis();
    }
}
