package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.TenantProblemsException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an operator sees: a start that says what is wrong, a stop that loses nothing, logs without secrets, meters. */
@ExtendWith(OutputCaptureExtension.class)
class OperatorsTest {

    private final ScriptedUpstream upstream = new ScriptedUpstream();
    private final String tenant = TestRedis.fresh("op");

    @AfterEach
    void end() {
        upstream.close();
    }

    @Test
    void aBadTenantFileStopsTheStartAndEveryProblemIsSaid(CapturedOutput output) {
        Map<String, String> bad = Map.of(
                "acme",
                "keyz: []\nupstreams: [{name: a, speaks: [openai], url: \"http://x\"}]\n",
                "globex",
                Mnemo.tenant("globex", 1, "budgets: {limits: [{name: a, per: user, tokens: 1, every: dya}]}"));

        assertThatThrownBy(() -> Mnemo.start(TestRedis.url(), bad))
                .rootCause()
                .isInstanceOf(TenantProblemsException.class);

        assertThat(output)
                .contains("Tenant files cannot be used:")
                .contains("acme.yaml:1:1 keyz: unknown member. Did you mean \"keys\"?")
                .contains(
                        "globex.yaml:5:59 budgets.limits[0].every: \"dya\". Expected: one of [minute, hour, day, month].")
                .contains("start again")
                .doesNotContain("\tat dev.mnemo");
    }

    @Test
    void logsHoldNeitherPromptsNorSecrets(CapturedOutput output) {
        upstream.on("m", call -> call.json(200, ScriptedUpstream.answer("canary-answer", 5, 2)));
        upstream.on("cut", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("canary-answer"));
            call.socket().close();
        });
        try (Mnemo mnemo = start("--logging.level.dev.mnemo=debug")) {
            mnemo.put(tenant, "canary-user", "{\"a\":\"canary-preference\"}");
            mnemo.ask(tenant, "canary-user", body("m", "canary-prompt"));
            mnemo.ask(tenant, "canary-user", body("cut", "canary-prompt"));
            mnemo.ask(tenant, "canary-user", "{\"model\":\"canary-prompt");
            mnemo.ask("canary-nobody", "canary-user", body("m", "canary-prompt"));
        }

        assertThat(output)
                .doesNotContain("canary")
                .doesNotContain(tenant + "-key")
                .doesNotContain("upstream-secret");
    }

    @Test
    void aStopLetsAStreamFinishAndRecordsIt() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        upstream.on("slow", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hel"));
            reached.countDown();
            go.await();
            call.chunk(ScriptedUpstream.delta("lo") + "data: [DONE]\n\n");
            call.end();
        });
        Mnemo mnemo = start();
        CompletableFuture<HttpResponse<String>> answer = mnemo.http()
                .sendAsync(mnemo.chat(tenant, "ada", body("slow", "x")).build(), BodyHandlers.ofString());
        assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(mnemo::close);
        go.countDown();

        assertThat(answer.get(10, TimeUnit.SECONDS).body()).endsWith("data: [DONE]\n\n");
        stopped.get(30, TimeUnit.SECONDS);
        assertThat(TestRedis.commands().llen("mnemo:v1:{" + tenant + ":ada}:interactions"))
                .isEqualTo(1);
        assertThat(TestRedis.commands().keys("mnemo:v1:{" + tenant + "}:limit:month*"))
                .singleElement()
                .satisfies(key -> assertThat(TestRedis.commands().get(key)).isNotEqualTo("0"));
        assertThat(TestRedis.commands().exists("mnemo:v1:{" + tenant + "}:leases"))
                .isZero();
    }

    @Test
    void metersAndProbesAreOnTheManagementPortOnly() {
        upstream.on("m", call -> call.json(200, ScriptedUpstream.answer("Hi.", 50, 7)));
        try (Mnemo mnemo = start()) {
            mnemo.put(tenant, "ada", "{\"tone\":\"direct\"}");
            mnemo.ask(tenant, "ada", body("m", "x"));

            eventually(
                    "the call is counted and settled", () -> mnemo.metrics().contains("mnemo_settle_seconds_count 1"));
            assertThat(mnemo.metrics())
                    .contains(
                            "mnemo_calls_seconds_count{context=\"injected\",dialect=\"openai-chat\",outcome=\"complete\",tenant=\""
                                    + tenant + "\"} 1")
                    .contains("mnemo_tokens_total{kind=\"input\",tenant=\"" + tenant + "\"} 50.0")
                    .contains("mnemo_tokens_total{kind=\"output\",tenant=\"" + tenant + "\"} 7.0")
                    .contains("mnemo_estimate_error_count{tenant=\"" + tenant + "\"} 1")
                    .contains("mnemo_recall_seconds_count 1")
                    .contains("mnemo_reserve_seconds_count 1")
                    .contains("mnemo_added_seconds_count 1")
                    .contains("mnemo_breaker_open{kind=\"redis\",name=\"budget\"} 0.0")
                    .contains("mnemo_breaker_open{kind=\"upstream\",name=\"" + tenant + "/fake\"} 0.0")
                    .contains("mnemo_detached_dropped_total{kind=\"after\"} 0.0")
                    .doesNotContain("ada");
            assertThat(mnemo.send(mnemo.to("/actuator/health").GET()).statusCode())
                    .isEqualTo(401);
        }
    }

    private Mnemo start(String... more) {
        String limits = "budgets: {limits: [{name: month, per: tenant, tokens: 100M, every: month}]}";
        Mnemo mnemo = Mnemo.start(
                TestRedis.url(), Map.of(tenant, Mnemo.tenant(tenant, upstream.port(), limits)), properties(more));
        TestRedis.connected(mnemo.bean(dev.mnemo.redis.RedisLinks.class));
        return mnemo;
    }

    private static String[] properties(String... more) {
        return java.util.Arrays.stream(more).map(p -> p.substring(2)).toArray(String[]::new);
    }
}
