package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Detached;
import dev.mnemo.call.Flights;
import dev.mnemo.redis.TestRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is kept of a user can be seen, marked, forgotten, taken along, erased and brought back. */
class UserDataTest {

    private static final Pattern NEXT = Pattern.compile("<(/mnemo/[^>]+)>; rel=\"next\"");

    private final String user = TestRedis.fresh("ada");

    @Test
    void interactionsAreListedByPages() {
        assertThat(imported("sealing", 0, 130))
                .isEqualTo("{\"imported\":102,\"known\":0,\"beyond\":28,\"failed\":0,\"errors\":[]}");

        List<String> asked = new ArrayList<>();
        String path = "/mnemo/v1/users/" + user + "/interactions?limit=60";
        while (path != null) {
            HttpResponse<String> page = MNEMO.send(to("sealing", path).GET());
            assertThat(page.statusCode()).isEqualTo(200);
            json(page)
                    .path("interactions")
                    .forEach(each -> asked.add(each.path("user").asString()));
            Matcher next = NEXT.matcher(page.headers().firstValue("Link").orElse(""));
            path = next.find() ? next.group(1) : null;
        }

        assertThat(asked)
                .containsExactlyElementsOf(IntStream.range(0, 102)
                        .mapToObj(i -> "question " + (129 - i))
                        .toList());
    }

    @Test
    void oneIsShownPinnedAndForgotten() {
        imported("acme", 0, 3);
        JsonNode newest = json(send("acme", "GET", "interactions", null))
                .path("interactions")
                .get(0);
        String one = "interactions/" + newest.path("id").asString();
        assertThat(json(send("acme", "GET", one, null))).isEqualTo(newest);
        assertThat(newest.path("at").asString()).isEqualTo("2026-01-01T00:00:02Z");

        assertThat(send("acme", "PUT", one + "/pin", null).statusCode()).isEqualTo(204);
        assertThat(json(send("acme", "GET", one, null)).path("pinned").asBoolean())
                .isTrue();
        assertThat(send("acme", "DELETE", one + "/pin", null).statusCode()).isEqualTo(204);
        assertThat(json(send("acme", "GET", one, null))).isEqualTo(newest);

        assertThat(send("acme", "DELETE", one, null).statusCode()).isEqualTo(204);
        for (String method : List.of("GET", "DELETE")) {
            HttpResponse<String> gone = send("acme", method, one, null);
            assertThat(gone.statusCode()).isEqualTo(404);
            assertThat(gone.body()).contains("not kept any more");
        }
        assertThat(send("acme", "PUT", one + "/pin", null).statusCode()).isEqualTo(404);
        assertThat(send("acme", "DELETE", "interactions", null).statusCode()).isEqualTo(204);
        assertThat(send("acme", "GET", "interactions", null).body()).isEqualTo("{\"interactions\":[]}");
    }

    @Test
    void whatIsForgottenIsNotSaidAgainInTheSameConversation() throws Exception {
        imported("acme", 0, 2);
        UPSTREAM.seen.clear();
        String talk = body("m", "Go on");
        MNEMO.ask("acme", user, talk);
        assertThat(upstreamBody()).contains("question 1");
        eventually("it is remembered", () -> MNEMO.bean(Detached.class).running() == 0);

        String newest = json(send("acme", "GET", "interactions", null))
                .path("interactions")
                .valueStream()
                .filter(each -> each.path("user").asString().equals("question 1"))
                .map(each -> each.path("id").asString())
                .findAny()
                .orElseThrow();
        send("acme", "DELETE", "interactions/" + newest, null);
        MNEMO.ask("acme", user, talk);

        assertThat(upstreamBody()).doesNotContain("question 1").contains("question 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | interactions?limit=0 | 400 | limit: out of range (expected: a number from 1 to 200)",
                "GET | interactions?limit=201 | 400 | limit",
                "GET | interactions?cursor=7 | 400 | cursor",
                "GET | interactions?page=2 | 400 | page",
                "GET | interactions/xyz | 400 | 16 hex digits",
                "DELETE | interactions/xyz | 400 | 16 hex digits",
                "GET | interactions/0123456789abcdef | 404 | not known",
                "DELETE | interactions/0123456789abcdef | 404 | not known",
                "PATCH | interactions | 405 | GET, POST, DELETE",
                "POST | interactions/0123456789abcdef | 405 | GET, DELETE",
                "GET | interactions/0123456789abcdef/pin | 405 | PUT, DELETE",
            })
    void whatCannotBeAnsweredIsTold(String method, String path, int status, String told) {
        HttpResponse<String> answer = send("acme", method, path, null);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("mnemo: ").contains(told);
    }

    @Test
    void anImportSaysWhatCameOfEachLine() {
        String good = lines(0, 1);

        HttpResponse<String> some = bring("acme", good + "\nnonsense\n" + good, "application/x-ndjson");
        assertThat(some.statusCode()).isEqualTo(200);
        assertThat(some.body())
                .startsWith("{\"imported\":1,\"known\":1,\"beyond\":0,\"failed\":1,\"errors\":[{\"line\":2,");

        HttpResponse<String> none = bring("acme", "nonsense", "application/x-ndjson;charset=utf-8");
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(none.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(none).path("errors").get(0).path("error").asString()).startsWith("not JSON");
        assertThat(bring("acme", "", "application/x-ndjson").statusCode()).isEqualTo(400);

        assertThat(bring("acme", good, "application/json").statusCode()).isEqualTo(415);
        HttpResponse<String> large = bring("acme", " ".repeat(16 * 1024 * 1024 + 1), "application/x-ndjson");
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(large.body()).contains("split");
        assertThat(bring("acme", "\n".repeat(10_001), "application/x-ndjson").statusCode())
                .isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"told", "sealing"})
    void whatWasExportedComesBackAfterAnErasure(String tenant) {
        MNEMO.put(tenant, user, "{\"tone\":\"direct\"}");
        imported(tenant, 0, 40);
        String call = MNEMO.ask(tenant, user, body("m", "And now?"))
                .headers()
                .firstValue("X-Mnemo-Request")
                .orElseThrow();
        rated(tenant, call, ",\"comment\":\"well said\"");
        HttpResponse<String> export = send(tenant, "GET", "", null);
        assertThat(export.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode all = json(export);
        assertThat(all.path("preferences").path("document").path("tone").asString())
                .isEqualTo("direct");
        assertThat(all.path("versions").size()).isOne();
        assertThat(all.path("conversations").size()).isPositive();
        assertThat(all.path("summary").isObject()).isTrue();
        assertThat(all.path("calls").get(0).path("call").asString()).isEqualTo(call);
        assertThat(all.path("limits").size()).isEqualTo(tenant.equals("told") ? 1 : 0);
        List<JsonNode> interactions = all.path("interactions").valueStream().toList();
        assertThat(interactions).hasSize(tenant.equals("told") ? 20 : 41);
        assertThat(interactions.getFirst().path("comment").asString()).isEqualTo("well said");

        HttpResponse<String> erased = send(tenant, "DELETE", "", null);
        assertThat(erased.statusCode()).isEqualTo(200);
        assertThat(json(erased).path("kept").has("limits")).isTrue();
        assertThat(keys(tenant)).containsExactly(key(tenant, "erased"));
        assertThat(send(tenant, "DELETE", "", null).statusCode()).isEqualTo(200);
        assertThat(json(send(tenant, "GET", "", null)).path("interactions").size())
                .isZero();
        List.of("preferences", "preferences/versions", "summary", "interactions")
                .forEach(path -> send(tenant, "GET", path, null));
        assertThat(keys(tenant)).as("who looks writes nothing").containsExactly(key(tenant, "erased"));

        bring(
                tenant,
                interactions.stream().map(JsonNode::toString).collect(Collectors.joining("\n")),
                "application/x-ndjson");
        assertThat(json(send(tenant, "GET", "", null))
                        .path("interactions")
                        .valueStream()
                        .toList())
                .isEqualTo(interactions);
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme", "sealing", "noted"})
    void aCallInFlightBringsNothingBackOfAUserWhoIsErased(String tenant) throws Exception {
        Detached work = MNEMO.bean(Detached.class);
        MNEMO.put(tenant, user, "{\"tone\":\"direct\"}");
        imported(tenant, 0, 3);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        String model = "held-" + tenant;
        UPSTREAM.on(
                model,
                ScriptedUpstream.heldBy(
                        reached, go, call -> call.json(200, ScriptedUpstream.answer("Too late.", 10, 2))));
        CompletableFuture<HttpResponse<String>> inFlight = MNEMO.http()
                .sendAsync(MNEMO.chat(tenant, user, body(model, "Hello?")).build(), BodyHandlers.ofString());
        assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
        eventually("the block is kept", () -> keys(tenant).stream().anyMatch(key -> key.contains("snapshot")));

        assertThat(send(tenant, "DELETE", "", null).statusCode()).isEqualTo(200);
        go.countDown();

        HttpResponse<String> answer = inFlight.get(10, TimeUnit.SECONDS);
        assertThat(answer.body()).contains("Too late.");
        // The client has its answer before the call has ended here.
        eventually("the call has ended", () -> MNEMO.bean(Flights.class).count() == 0);
        eventually("all work after calls is done", () -> work.running() == 0);
        assertThat(keys(tenant)).containsExactly(key(tenant, "erased"));
        String call = answer.headers().firstValue("X-Mnemo-Request").orElseThrow();
        assertThat(TestRedis.commands().exists("mnemo:v1:{" + tenant + "/" + call + "}:call"))
                .isZero();
        MNEMO.ask(tenant, user, body("m", "Who am I?"));
        eventually("a new call is remembered", () -> keys(tenant).contains(key(tenant, "interactions")));
    }

    @Test
    void whatIsRatedDownIsNotSaidAgain() throws Exception {
        String call = MNEMO.ask("acme", user, body("m", "A first question"))
                .headers()
                .firstValue("X-Mnemo-Request")
                .orElseThrow();
        rated("acme", call, ",\"comment\":\"wrong\"");

        JsonNode only = json(send("acme", "GET", "interactions", null))
                .path("interactions")
                .get(0);
        assertThat(only.path("rating").asDouble()).isEqualTo(-1);
        assertThat(only.path("comment").asString()).isEqualTo("wrong");
        assertThat(MNEMO.send(to("acme", "/mnemo/v1/calls/" + call).GET()).body())
                .contains("\"rating\":-1");
        UPSTREAM.seen.clear();
        MNEMO.ask("acme", user, body("m", "Another talk"));
        assertThat(upstreamBody()).doesNotContain("A first question");

        HttpResponse<String> up = feedback(
                "acme",
                "{\"interaction\":\"" + only.path("id").asString() + "\",\"user\":\"" + user + "\",\"rating\":0.5}");
        assertThat(up.statusCode()).isEqualTo(204);
        UPSTREAM.seen.clear();
        MNEMO.ask("acme", user, body("m", "A third talk"));
        assertThat(upstreamBody()).contains("A first question");
    }

    @Test
    void aCallThatWasNotRecordedTakesFeedbackAsWell() {
        HttpResponse<String> answer =
                MNEMO.send(MNEMO.chat("acme", user, body("m", "Between us")).header("X-Mnemo-Memory", "read"));
        String call = answer.headers().firstValue("X-Mnemo-Request").orElseThrow();

        rated("acme", call, ",\"comment\":\"canary\"");

        HttpResponse<String> told =
                MNEMO.send(to("acme", "/mnemo/v1/calls/" + call).GET());
        assertThat(told.body()).contains("\"rating\":-1").doesNotContain("canary");
        JsonNode all = json(send("acme", "GET", "", null));
        assertThat(all.path("interactions").size()).isZero();
        assertThat(all.path("calls").get(0).path("comment").asString()).isEqualTo("canary");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "nonsense | 400 | not JSON",
                "[] | 400 | not an object",
                "NOTHING | 400 | empty",
                "{\"call\":\"a\",\"call\":\"b\"} | 400 | a member twice",
                "{\"rating\":1} | 400 | neither",
                "{\"call\":\"CALL\",\"interaction\":\"0123456789abcdef\",\"rating\":1} | 400 | both",
                "{\"call\":\"7\",\"rating\":1} | 400 | 32 hex digits",
                "{\"call\":\"CALL\",\"user\":\"ada\",\"rating\":1} | 400 | not beside call",
                "{\"interaction\":\"0123456789abcdef\",\"rating\":1} | 400 | user: missing",
                "{\"interaction\":\"7\",\"user\":\"ada\",\"rating\":1} | 400 | 16 hex digits",
                "{\"call\":\"CALL\"} | 400 | rating: missing",
                "{\"call\":\"CALL\",\"rating\":1.5} | 400 | rating: out of range",
                "{\"call\":\"CALL\",\"rating\":\"good\"} | 400 | rating: not a number",
                "{\"call\":\"CALL\",\"rating\":1,\"comment\":\"\"} | 400 | comment",
                "{\"call\":\"CALL\",\"rating\":1,\"stars\":5} | 400 | stars: not known (expected: some of call, interaction, user, rating, comment)",
                "{\"call\":\"CALL\",\"rating\":1} | 404 | X-Mnemo-Request",
                "{\"interaction\":\"0123456789abcdef\",\"user\":\"ada\",\"rating\":1} | 404 | not known",
            })
    void feedbackThatCannotBeTakenIsTold(String sent, int status, String told) {
        HttpResponse<String> answer =
                feedback("acme", sent.replace("CALL", "0".repeat(32)).replace("NOTHING", ""));

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains(told);
    }

    /** What is known of a call is written a moment after its answer. */
    private void rated(String tenant, String call, String more) {
        eventually(
                "the call is known",
                () -> feedback(tenant, "{\"call\":\"" + call + "\",\"rating\":-1" + more + "}")
                                .statusCode()
                        == 204);
        eventually("it is remembered", () -> MNEMO.bean(Detached.class).running() == 0);
        // Before it was remembered the rating had no interaction to stand beside.
        assertThat(feedback(tenant, "{\"call\":\"" + call + "\",\"rating\":-1" + more + "}")
                        .statusCode())
                .isEqualTo(204);
    }

    private static HttpResponse<String> feedback(String tenant, String body) {
        return MNEMO.send(to(tenant, "/mnemo/v1/feedback")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private String imported(String tenant, int from, int to) {
        HttpResponse<String> answer = bring(tenant, lines(from, to), "application/x-ndjson");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<String> bring(String tenant, String lines, String type) {
        return MNEMO.send(to(tenant, "/mnemo/v1/users/" + user + "/interactions")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(lines)));
    }

    private static String lines(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i ->
                        "{\"at\":\"2026-01-01T00:%02d:%02dZ\",\"conversation\":\"c\",\"user\":\"question %d\",\"assistant\":\"answer %d\"}"
                                .formatted(i / 60, i % 60, i, i))
                .collect(Collectors.joining("\n"));
    }

    private HttpResponse<String> send(String tenant, String method, String path, String body) {
        String slash = path.isEmpty() ? "" : "/";
        return MNEMO.send(to(tenant, "/mnemo/v1/users/" + user + slash + path)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder to(String tenant, String path) {
        return MNEMO.to(path).header("Authorization", "Bearer " + tenant + "-key");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private String upstreamBody() throws InterruptedException {
        String last = new String(UPSTREAM.seen.take().body());
        for (ScriptedUpstream.Exchange next = UPSTREAM.seen.poll(); next != null; next = UPSTREAM.seen.poll()) {
            last = new String(next.body());
        }
        return last;
    }

    private List<String> keys(String tenant) {
        return TestRedis.commands().keys(key(tenant, "*"));
    }

    private String key(String tenant, String name) {
        return "mnemo:v1:{" + tenant + ":" + user + "}:" + name;
    }
}
