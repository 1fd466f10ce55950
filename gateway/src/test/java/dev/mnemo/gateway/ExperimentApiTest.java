package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Holdout;
import dev.mnemo.redis.TestRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A tenant that holds half of its users out, and {@code /mnemo/v1/experiment}. */
class ExperimentApiTest {

    private static final Usage USAGE = Usage.of(MNEMO);

    @Test
    void whoIsHeldOutGetsNoContextAndIsRememberedAllTheSame() throws Exception {
        String treated = user(false);
        String heldOut = user(true);
        MNEMO.put("halved", treated, "{\"tone\":\"direct\"}");
        assertThat(MNEMO.put("halved", heldOut, "{\"tone\":\"direct\"}").statusCode())
                .isEqualTo(200);
        UPSTREAM.on("held-out", call -> call.json(200, ScriptedUpstream.answer(said(call), 100, 5)));

        HttpResponse<String> with = MNEMO.ask("halved", treated, body("held-out", "Hello?"));
        HttpResponse<String> without = MNEMO.ask("halved", heldOut, body("held-out", "Hello?"));

        assertThat(with.body()).contains("with context");
        assertThat(with.headers().firstValue("X-Mnemo-Context").orElseThrow()).contains("preferences=1");
        assertThat(without.body()).contains("without context");
        assertThat(without.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"holdout\"");
        eventually(
                "it is recorded",
                () -> TestRedis.commands().llen("mnemo:v1:{halved:" + heldOut + "}:interactions") == 1);
        assertThat(get("halved", "/mnemo/v1/users/" + heldOut + "/preferences").body())
                .contains("direct");
    }

    private static String said(ScriptedUpstream.Exchange call) {
        return new String(call.body(), StandardCharsets.UTF_8).contains("direct") ? "with context" : "without context";
    }

    /** The one call that is not composed as if there were no memory: a block that it was signed with would have to stay. */
    @Test
    void thinkingThatWasSignedWithoutABlockGoesOnWithoutOneAndWithoutATail() throws Exception {
        for (boolean held : new boolean[] {false, true}) {
            String user = user(held);
            UPSTREAM.on("bird", call -> call.json(200, ScriptedUpstream.answer("In the beech wood.", 9, 9)));
            UPSTREAM.on("claude-3-7-old", call -> call.json(200, Talk.ANTHROPIC.answer("Hm.")));
            MNEMO.ask("halved", user, body("bird", "Where did I see the red kite?"));
            eventually(
                    "it is recorded",
                    () -> TestRedis.commands().llen("mnemo:v1:{halved:" + user + "}:interactions") == 1);
            String body = """
                    {"model":"claude-3-7-old","max_tokens":9,"messages":[{"role":"user","content":"Ponder"},{"role":"assistant","content":[{"type":"thinking","thinking":"…","signature":"c2ln"},{"type":"text","text":"Hm."}]},{"role":"user","content":"Which wood had the red kite?"}]}""";
            UPSTREAM.seen.clear();

            HttpResponse<String> answer = MNEMO.send(Talk.ANTHROPIC.call(MNEMO, "halved", user, body));

            String sent = new String(UPSTREAM.seen.take().body(), StandardCharsets.UTF_8);
            if (held) {
                assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"holdout\"");
                assertThat(sent).doesNotContain("beech");
            } else {
                assertThat(sent).as("a tail").contains("beech");
            }
        }
    }

    /** What the user asked stands in the first request only: it is kept where the block would be. */
    @Test
    void aToolLoopThatTheProviderKeepsIsRememberedToo() {
        String heldOut = user(true);
        String id = TestRedis.fresh("resp");
        UPSTREAM.on("looks-up", call -> call.json(200, """
                {"id":"%s","object":"response","status":"completed","output":[{"type":"function_call","call_id":"c1","name":"w","arguments":"{}"}],"usage":{"input_tokens":9,"output_tokens":9,"total_tokens":18}}""".formatted(id)));
        UPSTREAM.on("has-it", call -> call.json(200, Talk.RESPONSES.answer("Sunny.")));
        MNEMO.send(Talk.RESPONSES.call(
                MNEMO, "halved", heldOut, "{\"model\":\"looks-up\",\"input\":\"What is the weather?\"}"));
        eventually(
                "it is known what was asked",
                () -> !TestRedis.commands()
                        .keys("mnemo:v1:{halved:" + heldOut + "}:snapshot:*" + id)
                        .isEmpty());

        HttpResponse<String> answer = MNEMO.send(Talk.RESPONSES.call(
                MNEMO,
                "halved",
                heldOut,
                "{\"model\":\"has-it\",\"previous_response_id\":\"" + id
                        + "\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"21\"}]}"));

        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"holdout\"");
        eventually(
                "it is recorded",
                () -> TestRedis.commands().llen("mnemo:v1:{halved:" + heldOut + "}:interactions") == 1);
    }

    @Test
    void nothingIsHeldForABlockThatWillNotBe() throws Exception {
        String treated = user(false);
        String heldOut = user(true);

        long without = held(heldOut, null);
        assertThat(held(treated, null)).isGreaterThan(without + 1_000);
        assertThat(without).isEqualTo(held(treated, "off"));
    }

    /** By a call in flight. */
    private static long held(String user, String memory) throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        String model = TestRedis.fresh("waits");
        UPSTREAM.on(
                model,
                ScriptedUpstream.heldBy(reached, go, call -> call.json(200, ScriptedUpstream.answer("Hello.", 10, 2))));
        var request = MNEMO.chat("halved", user, body(model, "x"));
        if (memory != null) {
            request.header("X-Mnemo-Memory", memory);
        }
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(
                () -> MNEMO.send(request), task -> Thread.ofVirtual().start(task));
        reached.await();
        long held = USAGE.held("halved", user, "only");
        go.countDown();
        assertThat(answer.get().statusCode()).isEqualTo(200);
        return held;
    }

    @Test
    void bothArmsAreToldAndCanBeginAnew() {
        assertThat(send("DELETE", "").statusCode()).isEqualTo(204);
        String treated = user(false);
        String heldOut = user(true);
        MNEMO.put("halved", treated, "{\"tone\":\"direct\"}");
        UPSTREAM.on("priced", call -> call.json(200, ScriptedUpstream.answer("Hello.", 100, 5)));
        UPSTREAM.on("no", call -> call.json(400, "{\"error\":{\"message\":\"no\"}}"));
        String second = "{\"model\":\"priced\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"},"
                + "{\"role\":\"assistant\",\"content\":\"Hello.\"},{\"role\":\"user\",\"content\":\"y\"}]}";
        MNEMO.ask("halved", treated, body("priced", "x"));
        MNEMO.ask("halved", treated, second);
        MNEMO.ask("halved", heldOut, body("priced", "x"));
        MNEMO.ask("halved", heldOut, body("no", "x"));
        // These have no part in it.
        MNEMO.send(MNEMO.chat("halved", heldOut, body("priced", "x")).header("X-Mnemo-Memory", "off"));
        MNEMO.send(MNEMO.chat("halved", heldOut, body("priced", "x")).header("X-Openai-Subagent", "review"));
        MNEMO.send(MNEMO.to("/v1/chat/completions")
                .header("Authorization", "Bearer halved-key")
                .POST(BodyPublishers.ofString(body("priced", "x"))));

        eventually("both arms are counted", () -> calls("treated") == 2 && calls("held_out") == 2);
        JsonNode told = told();
        JsonNode first = told.get("arms").get("treated");
        assertThat(first.get("users").asLong()).isEqualTo(1);
        assertThat(first.get("answered").asLong()).isEqualTo(2);
        assertThat(first.get("conversations").asLong()).isEqualTo(1);
        assertThat(first.get("turns").asLong()).isEqualTo(2);
        assertThat(first.get("input").asLong()).isEqualTo(200);
        assertThat(first.get("output").asLong()).isEqualTo(10);
        assertThat(first.get("injected").asLong()).isPositive();
        assertThat(first.get("usd").asDouble()).isEqualTo((200 * 1 + 10 * 10) / 1e6);
        JsonNode other = told.get("arms").get("held_out");
        assertThat(other.get("answered").asLong()).isEqualTo(1);
        assertThat(other.get("refusals").asLong()).isEqualTo(1);
        assertThat(other.get("injected").asLong()).isZero();
        assertThat(told.get("holdout").asInt()).isEqualTo(50);
        assertThat(told.get("notes")).isEmpty();
        JsonNode input = told.get("metrics").get(0);
        assertThat(input.get("name").asString()).isEqualTo("input_tokens_per_call");
        assertThat(input.get("treated").asDouble()).isEqualTo(100);
        assertThat(input.get("difference").asDouble()).isZero();
        assertThat(input.get("interval").isNull()).isTrue();
        assertThat(input.get("reading").asString()).isEqualTo("too little data: too few users in an arm");

        assertThat(send("DELETE", "").statusCode()).isEqualTo(204);
        assertThat(calls("treated") + calls("held_out")).isZero();
    }

    @Test
    void whatIsRatedAgainIsStillOneRating() {
        String treated = user(false);
        UPSTREAM.on("rated", call -> call.json(200, ScriptedUpstream.answer("Hello.", 9, 9)));
        String recorded = MNEMO.ask("halved", treated, body("rated", "Hello?"))
                .headers()
                .firstValue("X-Mnemo-Request")
                .orElseThrow();
        String unrecorded = MNEMO.send(
                        MNEMO.chat("halved", treated, body("rated", "Hello?")).header("X-Mnemo-Memory", "read"))
                .headers()
                .firstValue("X-Mnemo-Request")
                .orElseThrow();
        for (String call : List.of(recorded, unrecorded)) {
            eventually(
                    "it is known",
                    () -> get("halved", "/mnemo/v1/calls/" + call).statusCode() == 200);
        }
        String interaction = StubLlm.json(
                        get("halved", "/mnemo/v1/calls/" + recorded).body())
                .get("interaction")
                .asString();
        eventually("all is counted", () -> calls("treated") >= 2);
        assertThat(send("DELETE", "").statusCode()).isEqualTo(204);

        for (String call : List.of(recorded, unrecorded)) {
            List<CompletableFuture<Integer>> atOnce = Stream.generate(() ->
                            CompletableFuture.supplyAsync(() -> feedback("\"call\":\"" + call + "\",\"rating\":-1")))
                    .limit(4)
                    .toList();
            assertThat(atOnce).allSatisfy(sent -> assertThat(sent.join()).isEqualTo(204));
            feedback("\"call\":\"" + call + "\",\"rating\":0.5,\"comment\":\"better\"");
        }
        assertThat(ratings()).isEqualTo(2);
        assertThat(meanRating()).isEqualTo(0.5);

        String beside = "\"interaction\":\"" + interaction + "\",\"user\":\"" + treated + "\",\"rating\":";
        feedback(beside + "1");
        assertThat(meanRating()).isEqualTo(0.75);
        feedback("\"call\":\"" + recorded + "\",\"rating\":-0.5");
        assertThat(meanRating()).as("the last word, whichever way it came").isZero();
        assertThat(ratings()).isEqualTo(2);
    }

    private static int feedback(String members) {
        return MNEMO.send(MNEMO.to("/mnemo/v1/feedback")
                        .header("Authorization", "Bearer halved-key")
                        .POST(BodyPublishers.ofString("{" + members + "}")))
                .statusCode();
    }

    private static long ratings() {
        return told().get("arms").get("treated").get("ratings").asLong();
    }

    private static double meanRating() {
        for (JsonNode metric : told().get("metrics")) {
            if (metric.get("name").asString().equals("mean_rating")) {
                return metric.get("treated").asDouble();
            }
        }
        throw new AssertionError("no such metric");
    }

    private static long calls(String arm) {
        return told().get("arms").get(arm).get("calls").asLong();
    }

    private static JsonNode told() {
        HttpResponse<String> answer = get("halved", "/mnemo/v1/experiment");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return StubLlm.json(answer.body());
    }

    @Test
    void aTenantThatHoldsNobodyOutIsToldSo() {
        JsonNode told = StubLlm.json(get("acme", "/mnemo/v1/experiment").body());

        assertThat(told.get("notes").get(0).asString()).startsWith("nobody is held out now");
        assertThat(told.get("metrics")).hasSize(10);
        assertThat(told.get("metrics").get(0).get("treated").isNull()).isTrue();
        assertThat(told.get("metrics"))
                .allSatisfy(
                        metric -> assertThat(metric.get("reading").asString()).startsWith("nobody is held out now"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | ?form=2026-11-01 | 400 | form: not known (expected: some of from, to)",
                "GET | ?from=yesterday | 400 | from: not a day",
                "GET | ?from=2026-11-02&to=2026-11-01 | 400 | from: after to",
                "DELETE | ?from=2026-11-02 | 400 | from: not known (expected: none)",
                "PUT | '' | 405 | expected: GET, DELETE",
            })
    void whatIsWrongIsToldAsAProblem(String method, String query, int status, String detail) {
        HttpResponse<String> answer = send(method, query);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains(detail);
    }

    @Test
    void itNeedsAKeyThatMay() {
        assertThat(get("chatonly", "/mnemo/v1/experiment").statusCode()).isEqualTo(403);
    }

    private static HttpResponse<String> send(String method, String query) {
        return MNEMO.send(MNEMO.to("/mnemo/v1/experiment" + query)
                .header("Authorization", "Bearer halved-key")
                .method(method, BodyPublishers.noBody()));
    }

    private static HttpResponse<String> get(String tenant, String path) {
        return MNEMO.send(MNEMO.to(path).header("Authorization", "Bearer " + tenant + "-key"));
    }

    private static String user(boolean heldOut) {
        return Stream.generate(() -> TestRedis.fresh("user"))
                .filter(user -> Holdout.of("halved", user).heldOut(5_000) == heldOut)
                .findFirst()
                .orElseThrow();
    }
}
