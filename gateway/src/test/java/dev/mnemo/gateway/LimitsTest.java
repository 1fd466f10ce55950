package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.TestRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each kind of limit through the gateway, what a caller sees of it, and what the usage API tells of it afterwards. */
class LimitsTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static Mnemo mnemo;

    private final String user = TestRedis.fresh("u");

    @BeforeAll
    static void start() {
        mnemo = Mnemo.start(TestRedis.url(), tenants(), "mnemo.redis.timeout=5s");
        UPSTREAM.on("gpt-4.1", call -> call.json(200, ScriptedUpstream.answer("Hi.", 1_000, 500)));
        UPSTREAM.on("cached", call -> call.json(200, """
                        {"choices":[{"message":{"role":"assistant","content":"Hi."},"finish_reason":"stop"}],
                        "usage":{"prompt_tokens":1000,"completion_tokens":500,
                        "prompt_tokens_details":{"cached_tokens":800},
                        "completion_tokens_details":{"reasoning_tokens":400}}}"""));
        UPSTREAM.on("told-nothing", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hello there") + "data: [DONE]\n\n");
            call.end();
        });
    }

    @AfterAll
    static void stop() {
        mnemo.close();
    }

    private static Map<String, String> tenants() {
        Map<String, String> tenants = new HashMap<>();
        limits(tenants, "dollars", "{name: spend, per: user, usd: 0.02, every: day}");
        limits(tenants, "parallel", "{name: now, per: user, in-flight: 1}");
        limits(tenants, "some", "{name: four, per: user, models: ['GPT-4*'], requests: 1, every: hour}");
        limits(tenants, "told", "{name: calls, per: user, requests: 5, every: day, warn: 60%}");
        limits(tenants, "writing", "{name: spend, per: user, usd: 1, every: day}");
        String writing = ids.get("writing");
        tenants.put(writing, tenants.get(writing) + """
                        models:
                          - {name: plain, price: {input: 100, output: 0}}
                          - {name: writer, price: {input: 100, written: 200, output: 0}}
                        """);
        limits(tenants, "once", "{name: calls, per: user, requests: 1, every: day}");
        limits(tenants, "shadow", "{name: next, per: user, tokens: 1, every: day, shadow: true}");
        limits(
                tenants,
                "weighed",
                "{name: all, per: user, tokens: 100k, every: day}",
                "weights: {cached: 10%, reasoning: 200%}",
                "answer: 100");
        limits(tenants, "brief", "{name: quick, per: user, requests: 1, every: minute}");
        limits(tenants, "nameless", "{name: calls, per: user, requests: 100, every: day}");
        limits(tenants, "unseen", "{name: all, per: user, tokens: 1M, every: day}", "answer: 100");
        limits(tenants, "book", "{name: all, per: user, tokens: 1M, every: month}");
        limits(tenants, "small", "{name: all, per: user, tokens: 500, every: day}", "answer: 1k");
        return tenants;
    }

    private static void limits(Map<String, String> tenants, String id, String limit, String... more) {
        String name = TestRedis.fresh(id);
        ids.put(id, name);
        String members = more.length == 0 ? "" : ", " + String.join(", ", more);
        tenants.put(
                name,
                Mnemo.patient(
                        Mnemo.tenant(name, UPSTREAM.port(), "budgets: {limits: [" + limit + "]" + members + "}")));
    }

    private static final Map<String, String> ids = new HashMap<>();

    private HttpResponse<String> ask(String tenant, String model) {
        return mnemo.ask(ids.get(tenant), user, body(model, "x"));
    }

    private JsonNode usage(String tenant) {
        return usage(tenant, user);
    }

    private static JsonNode usage(String tenant, String user) {
        HttpResponse<String> usage = mnemo.send(
                mnemo.to("/mnemo/v1/usage?user=" + user).header("Authorization", "Bearer " + ids.get(tenant) + "-key"));
        assertThat(usage.statusCode()).isEqualTo(200);
        return JSON.readTree(usage.body()).get("limits").get(0);
    }

    private void settled(String tenant) {
        eventually("nothing is held", () -> usage(tenant).get("held").asLong() == 0);
    }

    @Test
    void dollarsAreWhatTheModelsTokensCost() {
        // $2 and $8 a million: 1,000 tokens in and 500 out are 0.2 and 0.4 cents.
        assertThat(ask("dollars", "gpt-4.1").statusCode()).isEqualTo(200);
        settled("dollars");

        JsonNode spend = usage("dollars");
        assertThat(spend.get("used").decimalValue()).isEqualByComparingTo("0.006");
        assertThat(spend.get("limit").decimalValue()).isEqualByComparingTo("0.02");
        assertThat(spend.get("left").decimalValue()).isEqualByComparingTo("0.014");
        assertThat(spend.get("unit").asString()).isEqualTo("usd");
        assertThat(spend.get("scope").asString()).isEqualTo("user");
        assertThat(spend.get("window").asString()).isEqualTo("day");
        assertThat(spend.get("resets").asString())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).plusDays(1) + "T00:00:00Z");

        ask("dollars", "gpt-4.1");
        settled("dollars");
        // 0.8 cents are left, and an answer may cost 0.8 by itself.
        HttpResponse<String> refused = ask("dollars", "gpt-4.1");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("of 0.02 dollars per user and day").contains("0.008 dollars left");
    }

    @Test
    void aModelWithoutAPriceIsRefusedUnderDollarsAndTheRefusalSaysWhatToDo() {
        HttpResponse<String> refused = ask("dollars", "my-own-model");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(refused.body())
                .contains("model_without_price")
                .contains("my-own-model")
                .contains("budgets.price");
    }

    @Test
    void callsInFlightAreLimitedUntilTheyEnd() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        UPSTREAM.on(
                "slow",
                ScriptedUpstream.heldBy(reached, go, call -> call.json(200, ScriptedUpstream.answer("Hi.", 10, 5))));
        CompletableFuture<HttpResponse<String>> first = mnemo.http()
                .sendAsync(
                        mnemo.chat(ids.get("parallel"), user, body("slow", "x")).build(), BodyHandlers.ofString());
        reached.await();

        HttpResponse<String> second = ask("parallel", "gpt-4.1");
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(second.headers().firstValue("x-should-retry")).isEmpty();
        assertThat(second.headers().firstValue("RateLimit-Policy")).hasValue("\"now\";q=1;qu=\"concurrent-requests\"");
        assertThat(usage("parallel").get("held").asLong()).isEqualTo(1);

        go.countDown();
        assertThat(first.get().statusCode()).isEqualTo(200);
        settled("parallel");
        assertThat(ask("parallel", "gpt-4.1").statusCode()).isEqualTo(200);
    }

    @Test
    void aLimitOfSomeModelsLeavesOthersAlone() {
        assertThat(ask("some", "gpt-4.1").statusCode()).isEqualTo(200);
        assertThat(ask("some", "openai/gpt-4o").statusCode()).isEqualTo(429);
        HttpResponse<String> other = ask("some", "o3");
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(other.headers().firstValue("RateLimit")).isEmpty();
    }

    @Test
    void aLimitThatIsNearlyUsedUpIsWarnedAbout() {
        for (int i = 0; i < 2; i++) {
            assertThat(ask("told", "gpt-4.1").headers().firstValue("X-Mnemo-Budget"))
                    .isEmpty();
        }
        assertThat(ask("told", "gpt-4.1").headers().firstValue("X-Mnemo-Budget"))
                .hasValue("\"calls\";used=60");
        assertThat(mnemo.metrics())
                .contains("mnemo_budget_warned_total{limit=\"calls\",tenant=\"" + ids.get("told") + "\"} 1.0");
    }

    @Test
    void aLimitInShadowReportsAndRefusesNothing() {
        HttpResponse<String> answer = ask("shadow", "gpt-4.1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("RateLimit")).isEmpty();
        assertThat(answer.headers().firstValue("X-Mnemo-Budget").orElseThrow()).matches("\"next\";used=\\d{4,};shadow");
        assertThat(mnemo.metrics())
                .contains("mnemo_budget_shadow_total{limit=\"next\",tenant=\"" + ids.get("shadow") + "\"} 1.0");
    }

    /** A body that cannot be read cannot be counted, which does not concern a limit that only reports. */
    @Test
    void aLimitInShadowDoesNotKeepAnybodyFromPackingHisBody() {
        HttpResponse<String> answer = mnemo.send(mnemo.chat(ids.get("shadow"), user, "packed as nobody here unpacks")
                .setHeader("Content-Encoding", "br"));

        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void aRefusedCallIsNoLineOfTheBook() {
        ask("small", "a-name-that-a-client-chose");

        HttpResponse<String> days = mnemo.send(mnemo.to("/mnemo/v1/usage/days?by=model")
                .header("Authorization", "Bearer " + ids.get("small") + "-key"));
        assertThat(days.body()).contains("\"rows\":[]");
    }

    @Test
    void aWindowThatLastsForHoursIsNotWorthRetryingFor() {
        ask("once", "gpt-4.1");
        settled("once");

        HttpResponse<String> refused = ask("once", "gpt-4.1");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(refused.body()).contains("budget_exhausted");
    }

    /** OpenAI's newer models write each prompt to their cache, and that costs more: it is held for. */
    @Test
    void whatAProviderMayWriteToItsCacheIsHeldAtThatPrice() {
        long plain = 1_000_000 - left("plain", user);
        long writer = 1_000_000 - left("writer", TestRedis.fresh("u"));

        assertThat(plain).isPositive();
        assertThat(writer).isEqualTo(2 * plain);
    }

    /** In millionths of a dollar, with nothing wished for. */
    private static long left(String model, String user) {
        HttpResponse<String> answer =
                mnemo.send(mnemo.chat(ids.get("writing"), user, body(model, "How do I sort a slice in Go?"))
                        .header("X-Mnemo-Memory", "off"));
        assertThat(answer.statusCode()).isEqualTo(200);
        String limit = answer.headers().firstValue("RateLimit").orElseThrow();
        return Long.parseLong(limit.replaceAll(".*;r=(\\d+);.*", "$1"));
    }

    /** Anthropic's streams begin with an output of one token. */
    @Test
    void whatACutStreamHasSaidOfItsUsageIsTheLeastThatItUsed() {
        UPSTREAM.on("cut-late", call -> {
            call.events();
            call.chunk("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":1}}\n\n");
            call.chunk(
                    ScriptedUpstream.delta("It is sorted in place by a function of the library of slices. ".repeat(5)));
            call.socket().close();
        });
        ask("book", "cut-late");
        settled("book");

        JsonNode row = days("by=model&model=cut-late&user=" + user).get(0);
        assertThat(row.get("input").asLong()).isEqualTo(10);
        assertThat(row.get("output").asLong()).isBetween(30L, 200L);
        assertThat(row.get("estimated").asLong()).isEqualTo(1);
    }

    @Test
    void cachedAndReasoningTokensCountAsTheTenantWeighsThem() {
        ask("weighed", "cached");
        settled("weighed");

        // 200 + 800 × 10 % of the prompt, 100 + 400 × 200 % of the answer.
        assertThat(usage("weighed").get("used").asLong()).isEqualTo(280 + 900);
    }

    @Test
    void aMinuteIsRefusedForAsLongAsItLasts() {
        assertThat(ask("brief", "gpt-4.1").statusCode()).isEqualTo(200);

        HttpResponse<String> refused = ask("brief", "gpt-4.1");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(50, 61);
    }

    @Test
    void aCallThatIsLargerThanItsLimitIsToldThatWaitingDoesNotHelp() {
        HttpResponse<String> refused = ask("small", "gpt-4.1");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("call_exceeds_limit").contains("waiting does not help");
        assertThat(usage("small").get("used").asLong()).isZero();
    }

    @Test
    void theBookTellsWhatWasUsedByDayUserKeyAndModelAndWhatPersonalisationCost() {
        mnemo.put(ids.get("book"), user, "{\"tone\":\"direct, no fluff, as short as it can be\"}");
        ask("book", "gpt-4.1");
        ask("book", "told-nothing");
        settled("book");

        JsonNode rows = days("by=day,user,key,model&user=" + user);
        assertThat(rows.size()).isEqualTo(2);
        JsonNode priced = rows.get(0);
        assertThat(priced.get("day").asString())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).toString());
        assertThat(priced.get("user").asString()).isEqualTo(user);
        assertThat(priced.get("key").asString()).isEqualTo("web");
        assertThat(priced.get("model").asString()).isEqualTo("gpt-4.1");
        assertThat(priced.get("calls").asLong()).isEqualTo(1);
        assertThat(priced.get("input").asLong()).isEqualTo(1_000);
        assertThat(priced.get("output").asLong()).isEqualTo(500);
        assertThat(priced.get("usd").decimalValue()).isEqualByComparingTo("0.006");
        assertThat(priced.get("estimated").asLong()).isZero();
        long injected = priced.get("injected").asLong();
        assertThat(injected).isBetween(10L, 200L);
        assertThat(priced.get("injected_usd").decimalValue().movePointRight(6).longValue())
                .isEqualTo(2 * injected);
        JsonNode estimated = rows.get(1);
        assertThat(estimated.get("model").asString()).isEqualTo("told-nothing");
        assertThat(estimated.get("estimated").asLong()).isEqualTo(1);
        assertThat(estimated.get("output").asLong()).isPositive();

        JsonNode sum = days("by=user&user=" + user).get(0);
        assertThat(sum.get("calls").asLong()).isEqualTo(2);
        assertThat(days("by=user&user=" + user + "&to=2026-01-31").size()).isZero();
    }

    @Test
    void anAnswerThatTheUpstreamHasPackedIsChargedByItsBytes() throws Exception {
        Random random = new Random(7);
        byte[] longer = gzip(ScriptedUpstream.answer(HexFormat.of().formatHex(bytes(random, 2_000)), 7, 1_500));
        byte[] shorter = gzip("{}");
        UPSTREAM.on("packed-long", call -> packed(call, longer));
        UPSTREAM.on("packed-short", call -> packed(call, shorter));

        assertThat(mnemo.http()
                        .send(
                                mnemo.chat(ids.get("unseen"), user, body("packed-long", "x"))
                                        .build(),
                                BodyHandlers.ofByteArray())
                        .body())
                .isEqualTo(longer);
        settled("unseen");
        JsonNode charged = days("unseen", "user=" + user).get(0);
        assertThat(longer.length).isBetween(1_500, 4_000);
        assertThat(charged.get("output").asLong()).isEqualTo(longer.length);
        assertThat(charged.get("input").asLong()).isPositive();
        assertThat(charged.get("estimated").asLong()).isEqualTo(1);

        ask("unseen", "packed-short");
        settled("unseen");
        assertThat(days("unseen", "user=" + user).get(0).get("output").asLong())
                .as("no less than the tenant's answer")
                .isEqualTo(longer.length + 100);

        mnemo.ask(
                ids.get("unseen"),
                user,
                "{\"max_tokens\":30," + body("packed-long", "x").substring(1));
        settled("unseen");
        assertThat(days("unseen", "user=" + user).get(0).get("output").asLong())
                .as("no more than was asked for")
                .isEqualTo(longer.length + 130);
    }

    /** OpenAI answers at once that it is queued; what it generates then is asked for by a path that passes unread. */
    @Test
    void aResponseInTheBackgroundIsChargedByTheMostThatItMayBe() {
        UPSTREAM.on("queued", call -> call.json(200, """
                        {"id":"resp_1","object":"response","status":"queued","output":[],"usage":null,"background":true}"""));
        UPSTREAM.on("begun", call -> {
            call.events();
            call.chunk(
                    "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"status\":\"in_progress\"}}\n\n");
            call.end();
        });
        UPSTREAM.on("at-once", call -> call.json(200, """
                        {"id":"resp_2","object":"response","status":"completed","output":[],
                        "usage":{"input_tokens":9,"output_tokens":4}}"""));

        assertThat(later("queued", "\"max_output_tokens\":700,")).isEqualTo(700);
        assertThat(later("queued", "")).as("the tenant's answer").isEqualTo(100);
        assertThat(later("begun", "\"stream\":true,")).isEqualTo(100);
        assertThat(later("at-once", "\"max_output_tokens\":700,")).isEqualTo(4);
        JsonNode all = days("unseen", "user=" + user).get(0);
        assertThat(all.get("calls").asLong()).isEqualTo(4);
        assertThat(all.get("estimated").asLong()).isEqualTo(3);
    }

    /** The output that it is charged with. */
    private long later(String model, String members) {
        JsonNode before = days("unseen", "user=" + user).get(0);
        HttpRequest.Builder call = mnemo.to("/v1/responses")
                .header("Authorization", "Bearer " + ids.get("unseen") + "-key")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofString("{\"model\":\"" + model + "\"," + members
                        + "\"background\":true,\"input\":\"Write a book.\"}"));
        assertThat(mnemo.send(call).statusCode()).isEqualTo(200);
        settled("unseen");
        long was = before == null ? 0 : before.get("output").asLong();
        return days("unseen", "user=" + user).get(0).get("output").asLong() - was;
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    private static void packed(ScriptedUpstream.Exchange call, byte[] bytes) throws IOException {
        call.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: "
                + bytes.length + "\r\n\r\n");
        call.out().write(bytes);
        call.out().flush();
    }

    private static JsonNode days(String query) {
        return days("book", query);
    }

    private static JsonNode days(String tenant, String query) {
        HttpResponse<String> answer = mnemo.send(mnemo.to("/mnemo/v1/usage/days?" + query)
                .header("Authorization", "Bearer " + ids.get(tenant) + "-key"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).get("rows");
    }

    @Test
    void theBookTellsOfDaysThatAreKnownHoweverManyAreAskedFor() {
        ask("book", "gpt-4.1");
        settled("book");

        for (String range : new String[] {"to=%2B9999999-12-31", "from=-9999999-01-01&to=%2B9999999-12-31"}) {
            assertThat(days("by=user&user=" + user + "&" + range).size())
                    .as(range)
                    .isEqualTo(1);
        }
        for (String range : new String[] {"to=-999999999-01-01", "from=%2B9999998-01-01&to=%2B9999999-12-31"}) {
            assertThat(days("user=" + user + "&" + range).size()).as(range).isZero();
        }
    }

    @Test
    void whatAnonymousCallersUseIsAskedForWithAnEmptyUser() {
        HttpRequest.Builder anonymous = mnemo.to("/v1/chat/completions")
                .header("Authorization", "Bearer " + ids.get("nameless") + "-key")
                .POST(BodyPublishers.ofString(body("gpt-4.1", "x")));
        assertThat(mnemo.send(anonymous).statusCode()).isEqualTo(200);
        ask("nameless", "gpt-4.1");
        ask("nameless", "gpt-4.1");
        settled("nameless");
        eventually("nothing is held", () -> usage("nameless", "").get("held").asLong() == 0);

        JsonNode all = usage("nameless", "");
        assertThat(all.get("user").asString()).isEmpty();
        assertThat(all.get("used").asLong()).isEqualTo(1);
        assertThat(usage("nameless", user).get("used").asLong()).isEqualTo(2);
        JsonNode rows = days("nameless", "by=user&user=");
        assertThat(rows.size()).isEqualTo(1);
        assertThat(rows.get(0).get("user").asString()).isEmpty();
        assertThat(rows.get(0).get("calls").asLong()).isEqualTo(1);
    }

    @Test
    void theBookRefusesWhatItDoesNotUnderstand() {
        for (String query :
                new String[] {"by=planet", "from=yesterday", "from=2026-02-01&to=2026-01-01", "by=", "usr=ada"}) {
            HttpResponse<String> refused = mnemo.send(mnemo.to("/mnemo/v1/usage/days?" + query)
                    .header("Authorization", "Bearer " + ids.get("book") + "-key"));
            assertThat(refused.statusCode()).as(query).isEqualTo(400);
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(refused.body()).contains("expected:");
        }
    }
}
