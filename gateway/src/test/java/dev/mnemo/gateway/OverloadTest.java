package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mnemo.redis.TestRedis;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a replica does under more than it can bear; measurements, so not part of the gate. {@code -Dtest.without=} runs them,
 * and they print what they find.
 */
@Tag("long")
class OverloadTest {

    private static final int WORKERS = 16;

    private static final Duration WORK = Duration.ofMillis(400);

    /** Calls a second. */
    private static final int CAPACITY = WORKERS * 1000 / (int) WORK.toMillis();

    private static final ExecutorService POOL = Executors.newFixedThreadPool(WORKERS);

    /** It works on so many calls at once and lets the others wait, also those whose client has gone. */
    private static HttpServer upstream;

    private static Path tenants;

    @BeforeAll
    static void start() throws Exception {
        upstream = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1024);
        upstream.setExecutor(POOL);
        upstream.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
                LockSupport.parkNanos(WORK.toNanos());
                byte[] answer = ScriptedUpstream.answer("Hi.", 10, 2).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        upstream.start();
        int port = upstream.getAddress().getPort();
        tenants = Mnemo.directory(Map.of(
                "acme", Mnemo.tenant("acme", port, "").replace("first-byte: 2s", "first-byte: 20s"),
                "globex", Mnemo.tenant("globex", port, "").replace("first-byte: 2s", "first-byte: 20s")));
    }

    @AfterAll
    static void stop() {
        upstream.stop(0);
        POOL.shutdownNow();
    }

    @Test
    void moreIsOfferedThanTheUpstreamCanDo() throws Exception {
        List<Double> bounded = goodput("mnemo.limits.in-flight=24");
        List<Double> unbounded = goodput("mnemo.limits.in-flight=100000");
        System.out.printf("goodput, calls/s at 1x 2x 3x: in-flight=24 %s, unbounded %s%n", bounded, unbounded);

        double peak = bounded.stream().mapToDouble(d -> d).max().orElseThrow();
        assertThat(bounded.getLast()).isGreaterThan(0.9 * peak);
    }

    private static List<Double> goodput(String limit) throws Exception {
        List<Double> goodput = new ArrayList<>();
        try (Replica replica =
                Replica.begin(tenants, TestRedis.url(), List.of("-Xmx256m"), limit, "mnemo.redis.timeout=5s")) {
            replica.started();
            offer(replica, CAPACITY / 2, Duration.ofSeconds(5));
            for (int times = 1; times <= 3; times++) {
                // What the clients of the last one have given up is still worked on.
                TimeUnit.SECONDS.sleep(5);
                goodput.add(offer(replica, CAPACITY * times, Duration.ofSeconds(8)));
            }
        }
        return goodput;
    }

    /** Two tenants' calls begin at even times, whatever became of those before; each client waits for two seconds. */
    private static double offer(Replica replica, int perSecond, Duration time) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        long begun = System.nanoTime();
        long pause = 1_000_000_000L / perSecond;
        AtomicInteger good = new AtomicInteger();
        Map<String, AtomicInteger> all = new ConcurrentHashMap<>();
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i * pause < time.toNanos(); i++) {
            long due = begun + i * pause;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            HttpRequest call = call(replica, i % 2 == 0 ? "acme" : "globex", Mnemo.body("m", "Call " + i))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            calls.add(http.sendAsync(call, BodyHandlers.ofString()).handle((answer, e) -> {
                String what = e != null ? "gave up" : String.valueOf(answer.statusCode());
                all.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
                if (what.equals("200")) {
                    good.incrementAndGet();
                }
                return null;
            }));
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf("offered %d/s: %s in %.1f s%n", perSecond, new TreeMap<>(all), seconds);
        return Math.round(good.get() / (time.toNanos() / 1e9) * 10) / 10.0;
    }

    @Test
    void manyLargeBodiesAtOnceDoNotKillIt() throws Exception {
        try (Replica replica = Replica.begin(
                tenants,
                TestRedis.url(),
                List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"),
                "mnemo.redis.timeout=5s",
                System.getProperty("overload", "mnemo.limits.stall=30s"))) {
            replica.started();
            byte[] body = Mnemo.body("m", "x".repeat(8_000_000)).getBytes(StandardCharsets.UTF_8);
            Map<String, AtomicInteger> all = new ConcurrentHashMap<>();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 60; i++) {
                    String tenant = i % 2 == 0 ? "acme" : "globex";
                    clients.execute(() -> {
                        String what;
                        try (HttpClient http = HttpClient.newHttpClient()) {
                            what = String.valueOf(http.send(
                                            call(replica, tenant, "")
                                                    .POST(BodyPublishers.ofByteArray(body))
                                                    .build(),
                                            BodyHandlers.discarding())
                                    .statusCode());
                        } catch (IOException | InterruptedException e) {
                            what = e.toString();
                        }
                        all.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
                    });
                }
            }
            System.out.println("60 bodies of 8 MB at once, heap of 128 MB: " + new TreeMap<>(all));
            assertThat(replica.isAlive()).isTrue();
            assertThat(all.keySet()).contains("200").isSubsetOf("200", "429", "503");
            TimeUnit.SECONDS.sleep(2);
            try (HttpClient http = HttpClient.newHttpClient()) {
                for (int i = 0; i < 20; i++) {
                    assertThat(http.send(
                                            call(replica, "acme", Mnemo.body("m", "x"))
                                                    .build(),
                                            BodyHandlers.discarding())
                                    .statusCode())
                            .isEqualTo(200);
                }
            }
            assertThat(replica.log()).doesNotContain("OutOfMemoryError");
        }
    }

    private static HttpRequest.Builder call(Replica replica, String tenant, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + replica.port() + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + tenant + "-key")
                .header("X-Mnemo-User", "ada")
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(body));
    }
}
