package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Detached;
import dev.mnemo.redis.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a call costs Redis, and what it costs a call when Redis is away. */
@ExtendWith(OutputCaptureExtension.class)
class RedisDaysTest {

    private static final String LIMIT = "limits: [{name: day, per: user, tokens: 10M, every: day}]";

    private final ScriptedUpstream upstream = new ScriptedUpstream();
    private final TestRedis.Own redis = new TestRedis.Own();
    private Mnemo mnemo;

    @AfterEach
    void end() {
        if (mnemo != null) {
            mnemo.close();
        }
        redis.stop();
        upstream.close();
    }

    @Test
    void aCallCostsTheSameFewCommandsHoweverMuchIsKeptOfItsUserExceptTheFirstOfAConversation() {
        // Leases are not renewed meanwhile.
        mnemo = Mnemo.start(redis.url(), tenants(), "mnemo.budget.lease=10m", "mnemo.redis.timeout=5s");
        eventually("Redis is there", () -> mnemo.put("open", "ada", "{}").statusCode() == 200);
        String conversation = """
                {"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"turn %d"}]}""";
        RedisClient client = RedisClient.create(redis.url());
        try (var connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            for (String tenant : List.of("open", "kept")) {
                mnemo.put(tenant, "ada", "{\"tone\":\"direct\"}");
                costs(commands, tenant, 40, conversation::formatted);
            }
            assertThat(commands.llen("mnemo:v1:{kept:ada}:archive")).isPositive();

            Map<String, Long> open = costs(commands, "open", 20, i -> conversation.formatted(100 + i));
            Map<String, Long> kept = costs(commands, "kept", 20, i -> conversation.formatted(100 + i));
            // Recall and reserve, at once, before the call; settle and remember after it, and the call's record.
            assertThat(kept)
                    .containsEntry("evalsha", 20 * 4L)
                    .containsEntry("lrange", 20 * 1L)
                    .doesNotContainKeys("hgetall", "eval", "keys", "scan");
            assertThat(open).containsEntry("evalsha", 20 * 4L).containsEntry("set", kept.get("set"));

            Map<String, Long> begun = costs(commands, "open", 1, i -> body("m", "what was it again?"));
            Map<String, Long> found = costs(commands, "kept", 1, i -> body("m", "what was it again?"));
            assertThat(found.get("lrange"))
                    .as("the archive, and what is recent")
                    .isEqualTo(begun.get("lrange") + 2);
            assertThat(found.get("hgetall")).as("marks").isEqualTo(begun.get("hgetall") + 1);
            assertThat(found.get("evalsha")).isEqualTo(begun.get("evalsha"));
        } finally {
            client.shutdown();
        }
    }

    /** What Redis did for as many calls, scripts and what they call. */
    private Map<String, Long> costs(
            RedisCommands<String, String> commands, String tenant, int calls, IntFunction<String> body) {
        String told = "mnemo:v1:{" + tenant + ":ada}:calls";
        long before = commands.llen(told);
        commands.configResetstat();
        for (int i = 1; i <= calls; i++) {
            assertThat(mnemo.ask(tenant, "ada", body.apply(i)).statusCode()).isEqualTo(200);
            long recorded = before + i;
            // Two that end at once would count their user's patterns one after the other.
            eventually(
                    "it is recorded, and nothing more is on its way",
                    () -> commands.llen(told) == recorded
                            && mnemo.bean(Detached.class).running() == 0);
        }
        return sent(commands);
    }

    @Test
    void withoutRedisAGatewayStartsAndEachTenantGetsWhatItAskedFor() {
        redis.stop();
        mnemo = Mnemo.start(redis.url(), tenants());

        HttpResponse<String> open = mnemo.ask("open", "ada", body("m", "x"));
        assertThat(open.statusCode()).isEqualTo(200);
        assertThat(context(open)).isEqualTo("tokens=0, reason=\"unavailable\"");

        HttpResponse<String> shut = mnemo.ask("shut", "ada", body("m", "x"));
        assertThat(shut.statusCode()).isEqualTo(503);
        assertThat(shut.body()).contains("budget_unavailable").contains("mnemo: budget");
        assertThat(shut.headers().firstValue("Retry-After")).isPresent();

        HttpResponse<String> required = mnemo.ask("required", "ada", body("m", "x"));
        assertThat(required.statusCode()).isEqualTo(503);
        assertThat(required.body()).contains("memory_unavailable");

        assertThat(mnemo.ask("shadow", "ada", body("m", "x")).statusCode()).isEqualTo(200);

        OpenApiFile api = OpenApiFile.read();
        for (OpenApiFile.Operation operation : api.operations()) {
            Map<String, String> asked = switch (operation.id()) {
                case "getUsage" -> Map.of("user", "ada");
                case "preview" -> Map.of("X-Mnemo-User", "ada");
                default -> Map.of();
            };
            HttpResponse<String> answer = mnemo.send(operation
                    .request(mnemo, asked, operation.contentType(), operation.body())
                    .header("Authorization", "Bearer shut-key"));
            assertThat(answer.statusCode()).as(operation.id()).isEqualTo(503);
            assertThat(operation.problems(answer)).as(operation.id()).isEmpty();
        }
        assertThat(health("liveness").statusCode()).isEqualTo(200);
        assertThat(health("readiness").statusCode()).isEqualTo(200);
        assertThat(health("").body()).contains("\"recall\":\"down\"");

        redis.start();
    }

    @Test
    void whileTheSharedLedgerIsAwayAReplicaHoldsToTheLimitsAlone() {
        redis.stop();
        mnemo = Mnemo.start(redis.url(), tenants());

        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            statuses.add(mnemo.ask("three", "ada", body("m", "x")).statusCode());
        }

        assertThat(statuses).containsExactly(200, 200, 200, 429, 429);
        redis.start();
    }

    /** Else each outage would give away the whole limit again. */
    @Test
    void aReplicaThatIsLeftAloneGoesOnFromWhatItHasHeard() {
        mnemo = Mnemo.start(redis.url(), tenants(), "mnemo.redis.timeout=5s");
        eventually("Redis is there", () -> mnemo.put("open", "ada", "{}").statusCode() == 200);
        String next = "x";
        assertThat(mnemo.ask("three", "eve", body("m", next)).statusCode()).isEqualTo(200);
        assertThat(mnemo.ask("three", "eve", body("m", next)).statusCode()).isEqualTo(200);
        eventually("both calls are settled", () -> mnemo.bean(Detached.class).running() == 0);

        redis.stop();

        assertThat(mnemo.ask("three", "eve", body("m", next)).statusCode()).isEqualTo(200);
        assertThat(mnemo.ask("three", "eve", body("m", next)).statusCode()).isEqualTo(429);
        // A call that asked on a connection that was just breaking has something to give back as well.
        eventually(
                "what was used waits to be settled",
                () -> Pattern.compile("mnemo_detached_running\\{kind=\"unsettled\"} [1-9]")
                        .matcher(mnemo.metrics())
                        .find());
        redis.start();
        // What was used meanwhile is charged when it is back; it is a new one, that knows nothing else.
        eventually("the third call is settled", () -> Usage.of(mnemo).used("three", "eve", "three") == 1);
    }

    @Test
    void aStopWithoutRedisEndsInTimeAndSaysWhatIsLost(CapturedOutput output) {
        mnemo = Mnemo.start(redis.url(), tenants(), "mnemo.after.drain=1s", "mnemo.redis.timeout=5s");
        leaveUnsettled(3);

        long asked = System.nanoTime();
        mnemo.close();

        // Of the five seconds beside, the event loops of a process wait two.
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1 + 3));
        assertThat(output).contains("stopped before 3 calls were settled or recorded: Redis did not answer");
        redis.start();
    }

    @Test
    void aStopWaitsForRedisToComeBackAndSettlesWhatWaits(CapturedOutput output) throws Exception {
        mnemo = Mnemo.start(redis.url(), tenants(), "mnemo.after.drain=30s", "mnemo.redis.timeout=5s");
        leaveUnsettled(3);

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(mnemo::close);
        eventually("it stops", () -> output.toString().contains("stopping: 0 calls in flight"));
        redis.start();
        stopped.get(20, TimeUnit.SECONDS);

        assertThat(output).doesNotContain("settled or recorded");
        RedisClient client = RedisClient.create(redis.url());
        try (var connection = client.connect()) {
            List<String> keys = connection.sync().keys("mnemo:v1:{three}:limit:three*");
            assertThat(keys).hasSize(1);
            assertThat(connection.sync().get(keys.getFirst())).isEqualTo("3");
        } finally {
            client.shutdown();
        }
    }

    /** Calls whose Redis went away while they were in flight: they wait in the background to be settled. */
    private void leaveUnsettled(int calls) {
        eventually("Redis is there", () -> mnemo.put("open", "ada", "{}").statusCode() == 200);
        CountDownLatch reached = new CountDownLatch(calls);
        CountDownLatch go = new CountDownLatch(1);
        upstream.on(
                "held",
                ScriptedUpstream.heldBy(reached, go, call -> call.json(200, ScriptedUpstream.answer("Hi.", 10, 2))));
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            answers.add(mnemo.http()
                    .sendAsync(mnemo.chat("three", "ada", body("held", "x")).build(), BodyHandlers.ofString()));
        }
        try {
            assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        redis.stop();
        go.countDown();
        answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        eventually(
                "what was used waits to be settled",
                () -> mnemo.metrics().contains("mnemo_detached_running{kind=\"unsettled\"} " + calls + ".0"));
    }

    @Test
    void aRedisThatDiesUnderLoadFailsNoCallAndContextComesBackWithIt() throws Exception {
        mnemo = Mnemo.start(redis.url(), tenants());
        eventually(
                "Redis is there",
                () -> mnemo.put("open", "ada", "{\"tone\":\"direct\"}").statusCode() == 200);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger personalised = new AtomicInteger();
        AtomicInteger unavailable = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> loops = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                loops.add(threads.submit(() -> {
                    while (!done.get()) {
                        HttpResponse<String> answer = mnemo.ask("open", "ada", body("m", "x"));
                        assertThat(answer.statusCode()).isEqualTo(200);
                        (context(answer).contains("unavailable") ? unavailable : personalised).incrementAndGet();
                    }
                }));
            }
            eventually("calls are personalised", () -> personalised.get() > 100);

            redis.stop();
            eventually("calls go on without context", () -> unavailable.get() > 100);
            eventually("operators see it", () -> health("").body().contains("\"budget\":\"down\""));

            redis.start();
            long back = System.nanoTime();
            eventually(
                    "preferences can be set",
                    () -> mnemo.put("open", "ada", "{\"tone\":\"direct\"}").statusCode() == 200);
            int before = personalised.get();
            eventually("context is back", () -> personalised.get() > before);
            assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(5));

            done.set(true);
            for (Future<?> loop : loops) {
                loop.get();
            }
        }
    }

    private Map<String, String> tenants() {
        return Map.of(
                "open", Mnemo.tenant("open", upstream.port(), "budgets: {unavailable: allow, " + LIMIT + "}"),
                "shut", Mnemo.tenant("shut", upstream.port(), "budgets: {" + LIMIT + "}"),
                "shadow",
                        Mnemo.tenant(
                                "shadow",
                                upstream.port(),
                                "budgets: {limits: [{name: next, per: user, tokens: 1, every: day, shadow: true}]}"),
                "kept",
                        Mnemo.tenant(
                                "kept",
                                upstream.port(),
                                "memory: {recent: 1, keep: 2, archive: 200, retrieve: conversation}\nbudgets: {" + LIMIT
                                        + "}"),
                "required", Mnemo.tenant("required", upstream.port(), "memory: {unavailable: refuse}"),
                "three",
                        Mnemo.tenant(
                                "three",
                                upstream.port(),
                                "budgets: {unavailable: allow, limits: [{name: three, per: user, requests: 3, every: month}]}"));
    }

    private HttpResponse<String> health(String probe) {
        String path = "/actuator/health" + (probe.isEmpty() ? "" : "/" + probe);
        return mnemo.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mnemo.managementPort() + path)));
    }

    private static String context(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Mnemo-Context").orElse("");
    }

    private static Map<String, Long> sent(RedisCommands<String, String> redis) {
        Map<String, Long> calls = new HashMap<>();
        redis.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_"))
                .forEach(line -> calls.put(
                        line.substring("cmdstat_".length(), line.indexOf(':')),
                        Long.parseLong(line.replaceAll(".*?:calls=(\\d+),.*", "$1"))));
        return calls;
    }
}
