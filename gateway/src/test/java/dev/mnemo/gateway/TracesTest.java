package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.gateway.Spans.Span;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a collector gets to see of calls. */
class TracesTest {

    private static final ScriptedUpstream UPSTREAM = new ScriptedUpstream();
    private static final Spans COLLECTOR = new Spans();
    private static final String TENANT = TestRedis.fresh("traced");
    private static Mnemo mnemo;

    @BeforeAll
    static void start() {
        mnemo = Mnemo.start(
                TestRedis.url(),
                Map.of(
                        TENANT,
                        Mnemo.tenant(
                                TENANT,
                                UPSTREAM.port(),
                                "budgets: {limits: [{name: month, per: tenant, tokens: 100M, every: month}]}")),
                "mnemo.redis.timeout=5s",
                "otel.exporter.otlp.endpoint=" + COLLECTOR.url(),
                "otel.bsp.schedule.delay=50");
        TestRedis.connected(mnemo.bean(RedisLinks.class));
    }

    @AfterAll
    static void end() {
        mnemo.close();
        COLLECTOR.close();
        UPSTREAM.close();
    }

    @Test
    void aCallIsATraceBelowItsClientsWithItsStagesInIt() {
        UPSTREAM.on("gpt-5.4", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("canary-answer"));
            call.chunk("""
                    data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":50,"completion_tokens":7,"total_tokens":57,"prompt_tokens_details":{"cached_tokens":30}}}

                    data: [DONE]

                    """);
            call.end();
        });
        mnemo.put(TENANT, "canary-user", "{\"canary-preference\":true}");
        String client = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        long before = System.currentTimeMillis();
        HttpResponse<String> answer = mnemo.send(mnemo.chat(
                        TENANT,
                        "canary-user",
                        body("gpt-5.4", "canary-prompt").replace("{\"model\"", "{\"stream\":true,\"model\""))
                .header("traceparent", client));
        long after = System.currentTimeMillis();
        String request = answer.headers().firstValue("X-Mnemo-Request").orElseThrow();

        Span root = root(span -> request.equals(span.attributes().get("mnemo.request")));
        eventually("it is settled", () -> child(root, "settle") != null);

        assertThat(root.trace()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(root.parent()).isEqualTo("b7ad6b7169203331");
        assertThat(root.name()).isEqualTo("chat gpt-5.4");
        assertThat(root.kind()).isEqualTo(2);
        assertThat(root.failed()).isFalse();
        assertThat(root.attributes())
                .containsEntry("mnemo.tenant", TENANT)
                .containsEntry("mnemo.outcome", "complete")
                .containsEntry("mnemo.context", "injected")
                .containsEntry("http.response.status_code", "200")
                .doesNotContainKey("error.type")
                .hasEntrySatisfying(
                        "mnemo.tokens.injected",
                        tokens -> assertThat(Integer.parseInt(tokens)).isPositive());
        Span upstream = child(root, "chat gpt-5.4");
        assertThat(upstream.kind()).isEqualTo(3);
        assertThat(upstream.events()).containsExactly("headers", "first_chunk");
        assertThat(upstream.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "gpt-5.4")
                .containsEntry("gen_ai.request.stream", "1")
                .containsEntry("gen_ai.usage.input_tokens", "50")
                .containsEntry("gen_ai.usage.cache_read.input_tokens", "30")
                .containsEntry("gen_ai.usage.output_tokens", "7")
                .containsEntry("server.address", "127.0.0.1")
                .containsKey("gen_ai.response.time_to_first_chunk");
        for (String stage : List.of("read", "reserve", "recall", "compose", "chat gpt-5.4")) {
            Span span = child(root, stage);
            assertThat(span.start()).as(stage).isBetween(root.start(), span.end());
            assertThat(span.end()).as(stage).isLessThanOrEqualTo(root.end());
        }
        assertThat(child(root, "settle").start()).isEqualTo(root.end());
        assertThat(TimeUnit.NANOSECONDS.toMillis(root.start())).isBetween(before - 1, after);
        assertThat(TimeUnit.NANOSECONDS.toMillis(root.end())).isBetween(before - 1, after + 1_000);
        String seen = UPSTREAM.seen.stream().reduce((a, b) -> b).orElseThrow().head();
        assertThat(seen).as("the client's own header goes on as it came").contains(client);
    }

    @Test
    void refusedCallsAndThoseThatPassThroughAreTracesToo() {
        mnemo.ask("canary-nobody", "canary-user", body("m", "canary-prompt"));
        Span refused = root(span -> "invalid_api_key".equals(span.attributes().get("error.type")));
        assertThat(refused.attributes())
                .containsEntry("http.response.status_code", "401")
                .containsEntry("mnemo.outcome", "refused")
                .doesNotContainKey("mnemo.tenant");
        assertThat(refused.failed()).as("the client's fault").isFalse();
        assertThat(refused.parent()).isEmpty();

        mnemo.send(mnemo.to("/v1/canary-path?canary-query")
                .header("Authorization", "Bearer " + TENANT + "-key")
                .GET());
        Span passed = root(span ->
                span.name().equals("opaque") && TENANT.equals(span.attributes().get("mnemo.tenant")));
        assertThat(passed.attributes()).containsEntry("mnemo.context", "opaque");
        assertThat(child(passed, "opaque").kind()).isEqualTo(3);
        assertThat(child(passed, "recall")).isNull();
    }

    @Test
    void aClientThatLeavesAndAnUpstreamThatFailsShow() throws Exception {
        UPSTREAM.on("leaving", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("canary-answer"));
            call.untilPeerCloses();
        });
        UPSTREAM.on("failing", call -> call.json(500, "{\"error\":{\"message\":\"canary-error\"}}"));
        HttpResponse<InputStream> begun = mnemo.http()
                .send(
                        mnemo.chat(TENANT, "canary-user", body("leaving", "canary-prompt"))
                                .build(),
                        BodyHandlers.ofInputStream());
        begun.body().close();
        mnemo.ask(TENANT, "canary-user", body("failing", "canary-prompt"));

        Span gone = root(span -> "client_gone".equals(span.attributes().get("mnemo.outcome")));
        assertThat(gone.attributes()).containsEntry("error.type", "client_gone");
        assertThat(gone.failed()).isFalse();
        Span failed = root(span -> "500".equals(span.attributes().get("error.type")) && span.kind() == 2);
        assertThat(failed.failed()).isTrue();
        assertThat(failed.name()).as("a model that no file knows").isEqualTo("chat other");
        assertThat(child(failed, "chat other").failed()).isTrue();
    }

    @AfterAll
    static void nothingThatWasSaidNorWhoSaidItWasSent() {
        assertThat(COLLECTOR.all()).isNotEmpty();
        assertThat(COLLECTOR.raw())
                .doesNotContain("canary")
                .doesNotContain(TENANT + "-key")
                .doesNotContain(Mnemo.sha256(TENANT + "-key"))
                .doesNotContain("upstream-secret");
    }

    private static Span root(Predicate<Span> which) {
        Predicate<Span> root = span -> span.attributes().containsKey("mnemo.request") && which.test(span);
        eventually("the trace has come", () -> COLLECTOR.all().stream().anyMatch(root));
        return COLLECTOR.all().stream().filter(root).findFirst().orElseThrow();
    }

    /** Null when it has none of this name. */
    private static Span child(Span root, String name) {
        return COLLECTOR.all().stream()
                .filter(span -> span.parent().equals(root.id()) && span.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
