package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.autoconfigure.MnemoProperties;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.LiveTenants;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Tenants' files change while the gateway serves calls. They stand in a directory as Kubernetes mounts a ConfigMap. */
@ExtendWith(OutputCaptureExtension.class)
class LiveTenantsTest {

    private static final int TENANTS = 4;
    private static final int CALLERS = 2;

    private static final ScriptedUpstream UPSTREAM = new ScriptedUpstream();

    private static Mnemo mnemo;
    private static int generation;

    @BeforeAll
    static void start() {
        mnemo = Mnemo.start(TestRedis.url(), tenants(0, ""), "mnemo.reload=10ms", "mnemo.redis.timeout=5s");
        TestRedis.connected(mnemo.bean(dev.mnemo.redis.RedisLinks.class));
    }

    @AfterAll
    static void end() {
        mnemo.close();
        UPSTREAM.close();
    }

    @BeforeEach
    void good() throws IOException {
        effective(tenants(0, ""));
        UPSTREAM.seen.clear();
    }

    @Test
    void aHundredSwapsUnderLoadFailNoCallAndNoBadOneTakesEffect() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Future<Integer>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                int first = i;
                callers.add(threads.submit(() -> {
                    int calls = 0;
                    for (; !over.get(); calls++) {
                        String tenant = "live" + (first + calls) % TENANTS;
                        HttpResponse<String> answer = mnemo.ask(tenant, "ada", body("m", "x"));
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                    }
                    return calls;
                }));
            }
            try {
                // On a fast machine a hundred are over before anybody has called.
                for (int i = 1; i <= 100 || UPSTREAM.seen.size() <= 20; i++) {
                    if (i % 5 == 0) {
                        effective(tenants(i, ""));
                    } else {
                        swap(tenants(i, i % 5 == 2 ? "anonymous: perhaps" : ""));
                    }
                }
            } finally {
                over.set(true);
            }
        }
        int calls = 0;
        for (Future<Integer> caller : callers) {
            calls += caller.get();
        }
        assertThat(UPSTREAM.seen).hasSize(calls).hasSizeGreaterThan(20).allSatisfy(sent -> {
            int number =
                    Integer.parseInt(sent.head().replaceAll("(?is).*\r\nauthorization: Bearer gen-(\\d+)\r\n.*", "$1"));
            assertThat(number % 5).as("a bad generation").isNotEqualTo(2);
        });
    }

    @Test
    void aTenantThatIsRemovedIsServedNoMoreButForWhatItBegan() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        UPSTREAM.on(
                "held",
                ScriptedUpstream.heldBy(reached, go, call -> call.json(200, ScriptedUpstream.answer("Late.", 5, 2))));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<HttpResponse<String>> begun = threads.submit(() -> mnemo.ask("live0", "ada", body("held", "x")));
            assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
            Map<String, String> without = tenants(1, "");
            without.remove("live0");
            effective(without);

            assertThat(mnemo.ask("live0", "ada", body("m", "x")).statusCode()).isEqualTo(401);
            assertThat(mnemo.ask("live1", "ada", body("m", "x")).statusCode()).isEqualTo(200);
            go.countDown();
            assertThat(begun.get(10, TimeUnit.SECONDS).body()).contains("Late.");
        }
        assertThat(mnemo.metrics()).doesNotContain("name=\"live0/fake\"").contains("name=\"live1/fake\"");
    }

    @Test
    void anUpstreamThatHasMovedIsTriedAtOnce() throws Exception {
        Map<String, String> moved = tenants(0, "");
        moved.put("live0", Mnemo.tenant("live0", 1, ""));
        effective(moved);
        eventually(
                "its breaker is open",
                () -> mnemo.ask("live0", "ada", body("m", "x")).statusCode() == 503);

        effective(tenants(0, ""));

        assertThat(mnemo.ask("live0", "ada", body("m", "x")).statusCode()).isEqualTo(200);
        assertThat(mnemo.metrics()).contains("mnemo_breaker_open{kind=\"upstream\",name=\"live0/fake\"} 0.0");
    }

    @Test
    void operatorsSeeWhatIsServedAndWhatIsWrong(CapturedOutput output) throws Exception {
        String before = management("/actuator/tenants");
        assertThat(before)
                .contains("\"count\":4")
                .contains("\"tenants\":[\"live0\",\"live1\",\"live2\",\"live3\"]")
                .contains("\"problems\":[]");
        double refused = refused();

        swap(tenants(7, "anonymous: perhaps"));
        eventually("it is refused", () -> health().contains("DEGRADED"));
        told(mnemo.bean(LiveTenants.class));

        String problem = "live3.yaml:5:12 anonymous: \\\"perhaps\\\". Expected: one of [allow, refuse].";
        assertThat(management("/actuator/tenants"))
                .contains(problem)
                .contains("\"badSince\":\"20")
                .contains(before.replaceAll("(?s).*(\"sha256\":\"[0-9a-f]{64}\").*", "$1"))
                .doesNotContain("gen-");
        assertThat(health()).contains("\"problems\":1");
        assertThat(management("/actuator/health/readiness")).contains("\"UP\"");
        assertThat(mnemo.metrics()).contains("mnemo_tenants_bad 1.0").contains("mnemo_tenants 4.0");
        assertThat(refused()).isEqualTo(refused + 1);
        assertThat(output).contains("cannot be used").contains(problem.replace("\\", ""));

        Map<String, String> more = tenants(8, "");
        more.put("initech", Mnemo.tenant("initech", UPSTREAM.port(), ""));
        effective(more);
        assertThat(health()).doesNotContain("DEGRADED");
        assertThat(mnemo.metrics()).contains("mnemo_tenants_bad 0.0").contains("mnemo_tenants 5.0");
        assertThat(output)
                .contains("5 served: added initech; changed live0 live1 live2 live3")
                .doesNotContain("gen-");
        assertThat(mnemo.send(mnemo.to("/actuator/tenants").GET()).statusCode()).isEqualTo(401);
    }

    private static double refused() {
        return Double.parseDouble(
                mnemo.metrics().replaceAll("(?s).*mnemo_tenants_reloads_total\\{outcome=\"refused\"} (\\S+).*", "$1"));
    }

    private static String health() {
        return StubLlm.json(management("/actuator/health"))
                .at("/components/mnemoTenants")
                .toString();
    }

    private static String management(String path) {
        return mnemo.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mnemo.managementPort() + path)))
                .body();
    }

    /**
     * @param number shown to the upstream as the credential, by every tenant
     * @param last line of the last of them
     */
    private static Map<String, String> tenants(int number, String last) {
        Map<String, String> tenants = new HashMap<>();
        for (int i = 0; i < TENANTS; i++) {
            String tenant = Mnemo.patient(Mnemo.tenant("live" + i, UPSTREAM.port(), i == TENANTS - 1 ? last : ""));
            tenants.put("live" + i, tenant.replace("upstream-secret", "gen-" + number));
        }
        return tenants;
    }

    /** Swaps, and waits until it is served. */
    private static void effective(Map<String, String> tenants) throws IOException {
        LiveTenants live = mnemo.bean(LiveTenants.class);
        swap(tenants);
        String sha256 = sha256(tenants);
        eventually(
                "the swap is served",
                () -> live.state().sha256().equals(sha256)
                        && live.state().problems().isEmpty());
        told(live);
    }

    /** Returns when what follows from a state has been done: it belongs to the poll, and polls wait for each other. */
    private static void told(LiveTenants live) {
        live.poll();
    }

    /** As {@code sha256sum *.y*ml | sha256sum} prints it. */
    private static String sha256(Map<String, String> tenants) {
        StringBuilder sums = new StringBuilder();
        tenants.keySet().stream()
                .sorted()
                .forEach(id -> sums.append(Mnemo.sha256(tenants.get(id)))
                        .append("  ")
                        .append(id)
                        .append(".yaml\n"));
        return Mnemo.sha256(sums.toString());
    }

    private static void swap(Map<String, String> tenants) throws IOException {
        Path directory = mnemo.bean(MnemoProperties.class).tenants();
        Path old = directory.resolve("..gen-" + generation);
        Path next = Files.createDirectory(directory.resolve("..gen-" + ++generation));
        for (Map.Entry<String, String> tenant : tenants.entrySet()) {
            Files.writeString(next.resolve(tenant.getKey() + ".yaml"), tenant.getValue());
        }
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), next.getFileName());
        Files.move(link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        if (Files.exists(old)) {
            try (var files = Files.list(old)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(old);
        }
    }
}
