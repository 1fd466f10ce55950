package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.metrics.Meters;
import dev.mnemo.redis.Ports;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.TenantProblemsException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an operator sees: a start that says what is wrong, a stop that loses nothing, logs without secrets, meters. */
@ExtendWith(OutputCaptureExtension.class)
class OperatorsTest {

    /** Neither what Boot could show, nor the API and the calls. */
    private static final List<String> CLOSED = List.of(
            "/",
            "/actuator",
            "/actuator/info",
            "/actuator/env",
            "/actuator/env/mnemo.redis.url",
            "/actuator/beans",
            "/actuator/configprops",
            "/actuator/conditions",
            "/actuator/heapdump",
            "/actuator/threaddump",
            "/actuator/loggers",
            "/actuator/mappings",
            "/actuator/metrics",
            "/actuator/gateway/routes",
            "/actuator/scheduledtasks",
            "/actuator/httpexchanges",
            "/actuator/sbom",
            "/actuator/startup",
            "/actuator/shutdown",
            "/mnemo/v1/usage",
            "/v1/models");

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
        String meters;
        try (Mnemo mnemo = start("--logging.level.dev.mnemo=debug", "--logging.level.dev.mnemo.calls=info")) {
            // Who is changed stands in the audit, and nowhere else.
            mnemo.put(tenant, "audited-user", "{\"a\":\"canary-preference\"}");
            mnemo.ask(tenant, "canary-user", body("m", "canary-prompt"));
            mnemo.ask(tenant, "canary-user", body("cut", "canary-prompt"));
            mnemo.ask(tenant, "canary-user", "{\"model\":\"canary-prompt");
            mnemo.ask("canary-nobody", "canary-user", body("m", "canary-prompt"));
            mnemo.put("canary-nobody", "canary-user", "{}");
            meters = mnemo.metrics();
        }

        assertThat(output)
                .containsPattern("dev.mnemo.audit +: audit: change action=\"preferences.put\" tenant=\"" + tenant
                        + "\" key=\"web\" user=\"audited-user\" status=\"200\" version=\"1\" peer=\"127.0.0.1\"")
                .containsPattern("audit: identity refused reason=\"invalid_api_key\" status=\"401\""
                        + " request=\"[0-9a-f]{32}\" peer=\"127.0.0.1\"")
                .containsPattern("dev.mnemo.calls +: call request=\"[0-9a-f]{32}\" tenant=\"" + tenant
                        + "\" dialect=\"openai-chat\" outcome=\"complete\" status=\"2xx\" ms=\"\\d+\" model=\"m\""
                        + " input=\"5\" output=\"2\" injected=\"0\"")
                .containsPattern("outcome=\"upstream_failed\" status=\"2xx\" ms=\"\\d+\" model=\"cut\"")
                .containsPattern("outcome=\"refused\" status=\"4xx\" ms=\"\\d+\" error=\"invalid_request\"");
        assertThat(meters).contains("mnemo_identity_refused_total{reason=\"invalid_api_key\"} 2.0");
        assertThat(output + meters)
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
                            "mnemo_calls_seconds_count{context=\"injected\",dialect=\"openai-chat\",outcome=\"complete\",status=\"2xx\",tenant=\""
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
                    .contains(
                            "gen_ai_client_token_usage_sum{gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\","
                                    + "gen_ai_request_model=\"other\",gen_ai_token_type=\"input\"} 50.0")
                    .contains("gen_ai_client_operation_duration_seconds_count{error_type=\"none\",")
                    .doesNotContain("ada");
            assertThat(mnemo.send(mnemo.to("/actuator/health").GET()).statusCode())
                    .isEqualTo(401);
            everyMeterStandsInTheTable(mnemo.bean(MeterRegistry.class));
        }
    }

    private static void everyMeterStandsInTheTable(MeterRegistry registry) {
        Map<String, List<String>> table = Arrays.stream(Meters.values())
                .collect(Collectors.toMap(
                        Meters::id, meter -> meter.tags().stream().sorted().toList()));
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId())
                .filteredOn(
                        id -> id.getName().startsWith("mnemo.") || id.getName().startsWith("gen_ai."))
                .hasSizeGreaterThan(20)
                .allSatisfy(id -> assertThat(table)
                        .as("a row in Meters")
                        .containsEntry(
                                id.getName(),
                                id.getTags().stream().map(Tag::getKey).sorted().toList()));
    }

    @Test
    void theManagementPortShowsHealthAndMetersAndNoSecret() throws Exception {
        String yaml = Mnemo.tenant(tenant, upstream.port(), "").replace("upstream-secret", "canary-credential");
        try (Mnemo mnemo = Mnemo.start(
                "redis://someone:canary-password@127.0.0.1:1",
                Map.of(tenant, yaml),
                "management.server.port=" + Ports.free(),
                "mnemo.after.drain=10ms")) {
            mnemo.ask(tenant, "ada", body("m", "x"));
            StringBuilder shown = new StringBuilder();
            for (String open : List.of(
                    "health", "health/liveness", "health/readiness", "health/diskSpace", "prometheus", "tenants")) {
                HttpResponse<String> answer = mnemo.management("/actuator/" + open);
                assertThat(answer.statusCode()).as(open).isEqualTo(200);
                shown.append(answer.body());
            }
            assertThat(shown)
                    .contains("mnemo_calls_seconds")
                    .doesNotContain("canary")
                    .doesNotContain(tenant + "-key")
                    .doesNotContain(Mnemo.sha256(tenant + "-key"));

            assertThat(mnemo.bean(WebEndpointsSupplier.class).getEndpoints())
                    .extracting(endpoint -> endpoint.getEndpointId().toString())
                    .containsExactlyInAnyOrder("health", "prometheus", "tenants");
            for (String closed : CLOSED) {
                assertThat(mnemo.management(closed).statusCode()).as(closed).isEqualTo(404);
                // The main port takes it for a provider's path: without a key it is refused, with one it is passed
                // through.
                assertThat(mnemo.send(mnemo.to(closed).GET()).statusCode())
                        .as(closed)
                        .isEqualTo(401);
            }
            for (String path : List.of("/actuator", "/actuator/health", "/actuator/prometheus", "/actuator/env")) {
                upstream.seen.clear();
                mnemo.send(mnemo.to(path)
                        .header("Authorization", "Bearer " + tenant + "-key")
                        .GET());
                assertThat(upstream.seen).as(path).hasSize(1);
            }
        }
    }

    private Mnemo start(String... more) {
        String limits = "budgets: {limits: [{name: month, per: tenant, tokens: 100M, every: month}]}";
        Mnemo mnemo = Mnemo.start(
                TestRedis.url(),
                Map.of(tenant, Mnemo.patient(Mnemo.tenant(tenant, upstream.port(), limits))),
                properties(more));
        TestRedis.connected(mnemo.bean(dev.mnemo.redis.RedisLinks.class));
        return mnemo;
    }

    private static String[] properties(String... more) {
        return java.util.Arrays.stream(more).map(p -> p.substring(2)).toArray(String[]::new);
    }
}
