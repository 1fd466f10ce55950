package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.gateway.ScriptedUpstream.Exchange;
import dev.mnemo.redis.TestRedis;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A call from end to end: personalised, budgeted, streamed and remembered. */
class SpineTest {

    private final String user = "ada-" + UUID.randomUUID();

    @BeforeEach
    void forgetWhatTheUpstreamSaw() {
        UPSTREAM.seen.clear();
    }

    @Test
    void aPreferenceChangesTheNextCall() throws Exception {
        assertThat(MNEMO.put("acme", user, "{\"tone\":\"direct, no fluff\"}").statusCode())
                .isLessThan(300);

        HttpResponse<String> answer = MNEMO.ask("acme", user, body("gpt-4o", "How do I sort a slice?"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Mnemo-Context").orElseThrow())
                .matches("tokens=\\d+, preferences=1, interactions=0, snapshot=\\?0");
        assertThat(answer.headers().firstValue("X-Mnemo-Request").orElseThrow()).matches("[0-9a-f]{32}");
        assertThat(sentUpstream()).contains("direct, no fluff").contains("How do I sort a slice?");
    }

    @Test
    void anEarlierExchangeIsRememberedInTheNextConversation() throws Exception {
        UPSTREAM.on("gpt-remember", call -> call.json(200, ScriptedUpstream.answer("Use slices.Sort.", 20, 5)));
        MNEMO.ask("acme", user, body("gpt-remember", "How do I sort a slice in Go?"));

        eventually("the exchange is recorded", () -> {
            UPSTREAM.seen.clear();
            HttpResponse<String> next = MNEMO.ask("acme", user, body("gpt-4o", "And how do I reverse it?"));
            return next.headers().firstValue("X-Mnemo-Context").orElseThrow().contains("interactions=1");
        });

        assertThat(sentUpstream()).contains("How do I sort a slice in Go?").contains("Use slices.Sort.");
    }

    @Test
    void aConversationKeepsItsBlockByteForByte() throws Exception {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");
        MNEMO.ask("acme", user, body("gpt-4o", "First question"));
        String first = sentUpstream();

        String longer = """
                {"model":"gpt-4o","messages":[{"role":"user","content":"First question"},{"role":"assistant","content":"Hello."},{"role":"user","content":"Second question"}]}""";
        HttpResponse<String> answer = MNEMO.ask("acme", user, longer);

        assertThat(answer.headers().firstValue("X-Mnemo-Context").orElseThrow()).contains("snapshot=?1");
        String second = sentUpstream();
        int end = first.indexOf("First question");
        assertThat(second.substring(0, end)).isEqualTo(first.substring(0, end));
    }

    @Test
    void achangeOfPreferencesIsSeenInTheMiddleOfAConversation() throws Exception {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");
        MNEMO.ask("acme", user, body("gpt-4o", "First question"));
        sentUpstream();
        MNEMO.put("acme", user, "{\"tone\":\"florid\"}");

        MNEMO.ask("acme", user, """
                {"model":"gpt-4o","messages":[{"role":"user","content":"First question"},{"role":"assistant","content":"Hello."},{"role":"user","content":"Second question"}]}""");

        assertThat(sentUpstream()).contains("florid").doesNotContain("direct");
    }

    @Test
    void memoryOffNeitherRecallsNorRecords() throws Exception {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");

        HttpResponse<String> answer = MNEMO.send(
                MNEMO.chat("acme", user, body("gpt-4o", "Between us")).header("X-Mnemo-Memory", "off"));

        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"off\"");
        assertThat(sentUpstream()).isEqualTo(body("gpt-4o", "Between us"));
    }

    @Test
    void memoryReadRecallsAndDoesNotRecord() throws Exception {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");

        HttpResponse<String> read = MNEMO.send(
                MNEMO.chat("acme", user, body("gpt-4o", "Between us")).header("X-Mnemo-Memory", "read"));
        MNEMO.ask("acme", user, body("gpt-4o", "For the record"));

        assertThat(read.headers().firstValue("X-Mnemo-Context").orElseThrow()).contains("preferences=1");
        String interactions = "mnemo:v1:{acme:" + user + "}:interactions";
        eventually("the second call is recorded", () -> TestRedis.commands().llen(interactions) > 0);
        assertThat(MNEMO.ask("acme", user, body("gpt-4o", "What do you know?"))
                        .headers()
                        .firstValue("X-Mnemo-Context")
                        .orElseThrow())
                .contains("interactions=1");
        UPSTREAM.seen.clear();
        MNEMO.ask("acme", user, body("gpt-4o", "And now?"));
        assertThat(sentUpstream()).contains("For the record").doesNotContain("Between us");
    }

    @Test
    void anAnonymousCallGoesOnWithoutMemory() throws Exception {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/v1/chat/completions")
                .header("Authorization", "Bearer acme-key")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body("gpt-4o", "Who am I?"))));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"anonymous\"");
    }

    @Test
    void oneTenantsUserIsNotAnothers() throws Exception {
        MNEMO.put("acme", user, "{\"canary\":\"acme-only\"}");

        HttpResponse<String> answer = MNEMO.ask("globex", user, body("gpt-4o", "Hello"));

        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"empty\"");
        assertThat(sentUpstream()).doesNotContain("acme-only");
    }

    @Test
    void aTightBudgetDropsTheContextBeforeItRefusesTheCall() {
        MNEMO.put("lean", user, "{\"tone\":\"" + "direct and thorough ".repeat(40) + "\"}");

        HttpResponse<String> squeezed = MNEMO.ask("lean", user, body("gpt-4o", "Hello"));
        assertThat(squeezed.statusCode()).isEqualTo(200);
        assertThat(squeezed.headers().firstValue("X-Mnemo-Context").orElseThrow())
                .isEqualTo("tokens=0, reason=\"budget\"");

        String big = """
                {"model":"gpt-4o","max_tokens":5000,"messages":[{"role":"user","content":"Hello"}]}""";
        HttpResponse<String> refused = MNEMO.ask("lean", user, big);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("mnemo: ").contains("rate_limit_error");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(refused.headers().firstValue("RateLimit").orElseThrow()).contains("only");
    }

    private String sentUpstream() throws InterruptedException {
        Exchange exchange = UPSTREAM.seen.poll(5, java.util.concurrent.TimeUnit.SECONDS);
        assertThat(exchange).as("the upstream saw the call").isNotNull();
        return new String(exchange.body(), StandardCharsets.UTF_8);
    }
}
