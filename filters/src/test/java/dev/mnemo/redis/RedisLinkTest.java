package dev.mnemo.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/** A Redis that is away or silent costs a call little, and soon nothing. */
class RedisLinkTest {

    private static final byte[] KEY = "mnemo-test".getBytes(StandardCharsets.US_ASCII);

    @Test
    void withoutAConnectionACommandFailsAtOnce() {
        RedisLinks links = links("redis://127.0.0.1:1", Duration.ofSeconds(30));
        try {
            assertThat(links.recall().isUp()).isFalse();
            assertThatThrownBy(
                            () -> links.recall().send(redis -> redis.get(KEY)).block(Duration.ofSeconds(5)))
                    .isInstanceOf(RedisException.class)
                    .hasMessageContaining("not connected");
        } finally {
            links.closed().block();
        }
    }

    @Test
    void aSilentRedisIsWaitedForBrieflyAndThenNotAsked() throws Exception {
        try (Mute mute = new Mute()) {
            RedisLinks links = links("redis://127.0.0.1:" + mute.port(), Duration.ofMillis(50));
            TestRedis.connected(links);
            mute.hush();
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() ->
                                links.budget().send(redis -> redis.get(KEY)).block(Duration.ofSeconds(5)))
                        .isInstanceOf(RedisCommandTimeoutException.class);
            }

            assertThatThrownBy(
                            () -> links.budget().send(redis -> redis.get(KEY)).block(Duration.ofSeconds(5)))
                    .hasMessageContaining("OPEN");
            assertThat(links.budget().isUp()).isFalse();
            assertThat(links.recall().isUp())
                    .as("another purpose has a breaker of its own")
                    .isTrue();
            links.closed().block();
        }
    }

    private static RedisLinks links(String url, Duration timeout) {
        return new RedisLinks(
                RedisAddress.of(url), timeout, HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE));
    }

    /** Greets like an old Redis, until it is told to say nothing any more. */
    private static final class Mute implements AutoCloseable {

        private final ServerSocket server;
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private volatile boolean hushed;

        Mute() throws Exception {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        Socket socket = server.accept();
                        sockets.add(socket);
                        Thread.ofVirtual().start(() -> serve(socket));
                    }
                } catch (Exception closed) {
                    // The test is over.
                }
            });
        }

        int port() {
            return server.getLocalPort();
        }

        void hush() {
            hushed = true;
        }

        private void serve(Socket socket) {
            try {
                byte[] buffer = new byte[4096];
                for (int n = socket.getInputStream().read(buffer);
                        n >= 0;
                        n = socket.getInputStream().read(buffer)) {
                    String asked = new String(buffer, 0, n, StandardCharsets.US_ASCII);
                    if (!hushed) {
                        StringBuilder answer = new StringBuilder();
                        for (String command : asked.split("\\*(?=\\d+\r\n)")) {
                            if (command.contains("HELLO")) {
                                answer.append("-ERR unknown command\r\n");
                            } else if (!command.isEmpty()) {
                                answer.append("+OK\r\n");
                            }
                        }
                        socket.getOutputStream().write(answer.toString().getBytes(StandardCharsets.US_ASCII));
                    }
                }
            } catch (Exception closed) {
                // The test is over.
            }
        }

        @Override
        public void close() throws Exception {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
