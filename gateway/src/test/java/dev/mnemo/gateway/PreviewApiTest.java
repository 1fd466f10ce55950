package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Capacity;
import dev.mnemo.redis.TestRedis;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /mnemo/v1/preview/…}: what would be sent, without sending it. */
class PreviewApiTest {

    private static final String BODY = ",\"body\":";

    private final String user = TestRedis.fresh("ada");

    @BeforeEach
    void nothingWasSent() {
        UPSTREAM.seen.clear();
    }

    @ParameterizedTest
    @EnumSource(Talk.class)
    void isTheVeryBodyThatTheUpstreamReceives(Talk talk) throws Exception {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");
        answers(talk, "Three.");
        // Numbers and white space stay as the client wrote them.
        String first = talk.request(model(talk), List.of("First")).replaceFirst("\\{", "{ \"mine\" : 1.50e1 ,");

        HttpResponse<String> preview = preview("acme", talk.path, first);

        assertThat(UPSTREAM.seen).isEmpty();
        JsonNode told = json(preview);
        assertThat(told.path("path").asString()).isEqualTo(talk.path);
        assertThat(told.path("dialect").asString()).isEqualTo(talk.dialect());
        assertThat(told.path("upstream").asString()).isEqualTo("fake");
        assertThat(told.path("user").asString()).isEqualTo(user);
        assertThat(told.path("block").asString()).contains("User preferences: {\"tone\":\"direct\"}");
        assertThat(told.path("snapshot").asBoolean()).isFalse();
        assertThat(told.path("parts").path("preferences").path("version").asInt())
                .isEqualTo(1);
        assertThat(told.path("budget").toString())
                .startsWith("{\"admitted\":true,")
                .endsWith("\"wish\":2000,\"granted\":2000,\"limits\":[]}");
        assertThat(preview("acme", talk.path, first).body()).isEqualTo(preview.body());
        call(talk, first);
        assertThat(received())
                .isEqualTo(body(preview))
                .contains("\"mine\" : 1.50e1 ,")
                .contains("direct");

        // The conversation goes on with its block.
        String second = talk.request(model(talk), List.of("First", "Three.", "Second"));
        eventually(
                "the block is frozen",
                () -> json(preview("acme", talk.path, second)).path("snapshot").asBoolean());
        HttpResponse<String> next = preview("acme", talk.path, second);
        assertThat(json(next).path("conversation")).isEqualTo(told.path("conversation"));
        call(talk, second);
        assertThat(received()).isEqualTo(body(next)).contains("direct");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "/v1/messages/count_tokens | {\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]} | anthropic-messages",
                "/v1beta/models/gemini-3.1-pro:streamGenerateContent?alt=sse | {\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]} | gemini",
                "/v1/projects/p/locations/l/publishers/google/models/gemini-3.1-pro:generateContent | {\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]} | gemini",
                "/openai/deployments/gpt/chat/completions?api-version=1 | {\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]} | openai-chat",
                "/openai/v1/responses | {\"model\":\"m\",\"input\":\"Hi\"} | openai-responses",
                "//v1/chat%2Fcompletions | {\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]} | openai-chat",
            })
    void everyPathOfADialectIsUnderstood(String path, String body, String dialect) throws Exception {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");

        HttpResponse<String> preview = preview("acme", path, body);

        assertThat(json(preview).path("dialect").asString()).isEqualTo(dialect);
        MNEMO.send(asked("acme", path, body));
        assertThat(received()).isEqualTo(body(preview)).contains("direct");
    }

    @Test
    void aBudgetThatRunsLowShrinksTheContextThenDropsItThenRefuses() throws Exception {
        MNEMO.put(
                "lean",
                user,
                "{\"tone\":\"" + "very ".repeat(20) + "direct\",\"language\":\"Go\",\"units\":\"metric\"}");
        String model = TestRedis.fresh("lean");
        long whole = json(lean(model, 1)).path("tokens").asLong();
        assertThat(whole).isGreaterThan(60);

        HttpResponse<String> shrunk = lean(model, most(model) - whole + 1);
        JsonNode told = json(shrunk);
        assertThat(told.path("budget").path("wish").asLong()).isEqualTo(2_000);
        assertThat(told.path("budget").path("granted").asLong()).isEqualTo(whole - 1);
        assertThat(told.path("tokens").asLong()).isLessThan(whole).isPositive();
        assertThat(told.path("parts").path("preferences").path("left_out").asInt())
                .isEqualTo(1);
        assertThat(told.path("block").asString()).contains("metric").doesNotContain("very");
        MNEMO.send(asked("lean", Talk.CHAT.path, asksFor(model, most(model) - whole + 1)));
        assertThat(received()).isEqualTo(body(shrunk));
        settled();

        HttpResponse<String> dropped = lean(model, most(model));
        assertThat(json(dropped).path("reason").asString()).isEqualTo("budget");
        assertThat(json(dropped).has("block")).isFalse();
        assertThat(body(dropped)).isEqualTo(asksFor(model, most(model)));

        long tooMuch = most(model) + 1;
        JsonNode refused = json(lean(model, tooMuch));
        JsonNode budget = refused.path("budget");
        assertThat(budget.path("admitted").asBoolean()).isFalse();
        assertThat(budget.path("refusal").path("status").asInt()).isEqualTo(429);
        JsonNode limit = budget.path("limits").path(0);
        assertThat(limit.path("needs").asLong()).isEqualTo(limit.path("left").asLong() + 1);
        assertThat(limit.path("used").asLong()).isEqualTo(12);
        assertThat(limit.path("held").asLong()).isZero();
        assertThat(refused.has("body")).isFalse();
        HttpResponse<String> answer = MNEMO.send(asked("lean", Talk.CHAT.path, asksFor(model, tooMuch)));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains(budget.path("refusal").path("code").asString());
    }

    /** What a call with an answer of so many tokens leaves of the user's budget is just nothing. */
    private long most(String model) {
        JsonNode budget = json(lean(model, 1)).path("budget");
        return budget.path("limits").path(0).path("left").asLong()
                - budget.path("must").asLong()
                + 1;
    }

    private HttpResponse<String> lean(String model, long answer) {
        return preview("lean", Talk.CHAT.path, asksFor(model, answer));
    }

    private static String asksFor(String model, long answer) {
        return "{\"model\":\"%s\",\"max_tokens\":%4d,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                .formatted(model, answer);
    }

    private void settled() {
        eventually("it is settled", () -> Usage.of(MNEMO).used("lean", user, "only") == 12);
    }

    @Test
    void nothingIsWrittenHeldOrCounted() {
        MNEMO.put("told", user, "{\"tone\":\"direct\"}");
        TestRedis.commands().expire("mnemo:v1:{told:" + user + "}:profile", 5_000);
        Map<String, String> before = stored();
        String metrics = calls();

        for (int i = 0; i < 20; i++) {
            JsonNode told = json(preview("told", Talk.CHAT.path, Mnemo.body("m", "Hi")));
            JsonNode limit = told.path("budget").path("limits").path(1);
            assertThat(limit.path("name").asString()).isEqualTo("calls");
            assertThat(limit.path("user").asString()).isEqualTo(user);
            assertThat(limit.path("left").asInt()).isEqualTo(10);
            assertThat(limit.path("needs").asInt()).isEqualTo(1);
        }

        assertThat(stored()).isEqualTo(before).hasSize(2);
        assertThat(TestRedis.commands().ttl("mnemo:v1:{told:" + user + "}:profile"))
                .isLessThanOrEqualTo(5_000);
        assertThat(calls()).isEqualTo(metrics);
        assertThat(UPSTREAM.seen).isEmpty();
        Capacity capacity = MNEMO.bean(Capacity.class);
        eventually("each has left its place", () -> capacity.calls() == 0 && capacity.bodies() == 0);
    }

    private Map<String, String> stored() {
        Map<String, String> stored = new TreeMap<>();
        for (String key : TestRedis.commands().keys("mnemo:v1:{told*" + user + "*")) {
            stored.put(key, TestRedis.commands().type(key));
        }
        for (String key : TestRedis.commands().keys("mnemo:v1:{told}:*")) {
            assertThat(key).doesNotContain(user);
        }
        return stored;
    }

    private static String calls() {
        return MNEMO.metrics()
                .lines()
                .filter(line -> line.startsWith("mnemo_") && line.contains("tenant=\"told\""))
                .sorted()
                .toList()
                .toString();
    }

    @Test
    void whatStandsBehindTheLastWordsIsShownToo() throws Exception {
        MNEMO.send(asked("turning", Talk.CHAT.path, Mnemo.body("m", "My daughter's name is Ophelia.")));
        received();
        String interactions = "mnemo:v1:{turning:" + user + "}:interactions";
        eventually("it is recorded", () -> TestRedis.commands().llen(interactions) == 1);
        String body = Mnemo.body("m", "What is my daughter called?");

        HttpResponse<String> preview = preview("turning", Talk.CHAT.path, body);

        JsonNode told = json(preview);
        assertThat(told.path("tail").asString()).contains("Ophelia");
        assertThat(told.path("tail_parts").path("retrieved").path("interactions"))
                .hasSize(1);
        assertThat(told.has("block")).isFalse();
        assertThat(preview("turning", Talk.CHAT.path, body).body()).isEqualTo(preview.body());
        HttpResponse<String> call = MNEMO.send(asked("turning", Talk.CHAT.path, body));
        assertThat(received()).isEqualTo(body(preview));
        assertThat(call.headers().firstValue("X-Mnemo-Context").orElseThrow()).endsWith(", retrieved=1");
    }

    @Test
    void whatWasRatedDownIsLeftOutAndToldSo() {
        HttpResponse<String> call = MNEMO.send(asked("acme", Talk.CHAT.path, Mnemo.body("m", "A poem, please")));
        String id = call.headers().firstValue("X-Mnemo-Request").orElseThrow();
        String next = Mnemo.body("m", "Another one");
        eventually(
                "it is recorded",
                () -> json(preview("acme", Talk.CHAT.path, next)).path("parts").has("recent"));
        JsonNode before = json(preview("acme", Talk.CHAT.path, next));

        HttpResponse<String> rated =
                MNEMO.send(asked("acme", "/mnemo/v1/feedback", "{\"call\":\"" + id + "\",\"rating\":-1}"));

        assertThat(rated.statusCode()).as(rated.body()).isEqualTo(204);
        JsonNode after = json(preview("acme", Talk.CHAT.path, next));
        String interaction = before.path("parts")
                .path("recent")
                .path("interactions")
                .path(0)
                .path("id")
                .asString();
        assertThat(after.path("parts").toString())
                .isEqualTo("{\"left_out\":[{\"id\":\"" + interaction + "\",\"why\":\"rated\"}]}");
        assertThat(after.path("reason").asString()).isEqualTo("empty");
        HttpResponse<String> told =
                MNEMO.send(MNEMO.to("/mnemo/v1/calls/" + id).header("Authorization", "Bearer acme-key"));
        assertThat(json(told).path("rating").asInt()).isEqualTo(-1);
        assertThat(json(told).path("interaction").asString()).isEqualTo(interaction);
    }

    @Test
    void ofAUserWhoIsNotKnownNothingIsMade() {
        JsonNode told = json(preview("sealing", Talk.CHAT.path, Mnemo.body("m", "Hi")));

        assertThat(told.path("reason").asString()).isEqualTo("empty");
        assertThat(TestRedis.commands().keys("mnemo:v1:{sealing:" + user + "}:*"))
                .as("no salt either")
                .isEmpty();
    }

    @Test
    void aCallWithoutMemoryIsSentAsItIs() {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");
        String body = Mnemo.body("m", "Hi");

        HttpResponse<String> anonymous = MNEMO.send(MNEMO.to("/mnemo/v1/preview" + Talk.CHAT.path)
                .header("Authorization", "Bearer acme-key")
                .POST(BodyPublishers.ofString(body)));
        HttpResponse<String> off = MNEMO.send(
                asked("acme", "/mnemo/v1/preview" + Talk.CHAT.path, body).header("X-Mnemo-Memory", "off"));
        HttpResponse<String> embeddings = preview("acme", "/v1/embeddings", "{\"input\":\"Hi\"}");

        assertThat(json(anonymous).path("reason").asString()).isEqualTo("anonymous");
        assertThat(json(anonymous).has("user")).isFalse();
        assertThat(body(anonymous)).isEqualTo(body);
        assertThat(json(off).path("reason").asString()).isEqualTo("off");
        assertThat(body(off)).isEqualTo(body);
        // It is not read, so that nothing can be said of its body.
        assertThat(json(embeddings).path("reason").asString()).isEqualTo("opaque");
        assertThat(json(embeddings).path("dialect").asString()).isEqualTo("opaque");
        assertThat(json(embeddings).has("body")).isFalse();
        assertThat(UPSTREAM.seen).isEmpty();
    }

    @Test
    void aKeyThatMayNotChatMayLook() {
        MNEMO.put("looking", user, "{\"tone\":\"direct\"}");
        String body = Mnemo.body("m", "Hi");

        assertThat(body(preview("looking", Talk.CHAT.path, body))).contains("direct");
        assertThat(MNEMO.ask("looking", user, body).statusCode()).isEqualTo(403);
        assertThat(preview("chatonly", Talk.CHAT.path, body).statusCode()).isEqualTo(403);
    }

    @Test
    void aBodyMayBePackedAndIsNoLargerThanThatOfACall() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(Mnemo.body("m", "x".repeat(300_000)).getBytes(StandardCharsets.UTF_8));
        }
        HttpRequest.Builder small = asked("acme", "/mnemo/v1/preview" + Talk.CHAT.path, "")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray()));
        packed.reset();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(new byte[40 * 1024 * 1024]);
        }
        HttpRequest.Builder large = asked("acme", "/mnemo/v1/preview" + Talk.CHAT.path, "")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray()));

        assertThat(body(MNEMO.send(small))).isEqualTo(Mnemo.body("m", "x".repeat(300_000)));
        HttpResponse<String> refused = MNEMO.send(large);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "acme | POST | /v1/chat/completions | {\"model\":\"m\" | 400 | JSON",
                "acme | POST | /v1/chat/completions |  | 400 | body: empty",
                "strict | POST | /v1/chat/completions | {\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]} | 403 | user: missing",
                "acme | POST | /v1/%2e%2e/chat/completions | {} | 400 | path",
                "acme | POST | / | {} | 404 | no path of a call",
                "acme | POST | /mnemo/v1/usage | {} | 404 | no path of a call",
                "acme | GET | /v1/chat/completions | {} | 405 | expected: POST",
            })
    void whatTheLineRefusesIsAProblem(String tenant, String method, String path, String body, int status, String why) {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/mnemo/v1/preview" + path)
                .header("Authorization", "Bearer " + tenant + "-key")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"detail\":\"mnemo: ").contains(why);
    }

    private HttpResponse<String> preview(String tenant, String path, String body) {
        return MNEMO.send(asked(tenant, "/mnemo/v1/preview" + path, body));
    }

    private HttpRequest.Builder asked(String tenant, String path, String body) {
        return MNEMO.to(path)
                .header("Authorization", "Bearer " + tenant + "-key")
                .header("Content-Type", "application/json")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofString(body));
    }

    private void call(Talk talk, String body) {
        HttpResponse<String> answer = MNEMO.send(talk.call(MNEMO, "acme", user, body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static void answers(Talk talk, String text) {
        UPSTREAM.on(model(talk), exchange -> exchange.json(200, talk.answer(text)));
    }

    private static String model(Talk talk) {
        return "preview-" + talk.dialect();
    }

    private static String received() throws InterruptedException {
        return new String(UPSTREAM.seen.take().body(), StandardCharsets.UTF_8);
    }

    private static JsonNode json(HttpResponse<String> preview) {
        assertThat(preview.statusCode()).as(preview.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(preview.body());
    }

    /** Not as it is read, but byte for byte. */
    private static String body(HttpResponse<String> preview) {
        String answer = preview.body();
        return answer.substring(answer.indexOf(BODY) + BODY.length(), answer.length() - 1);
    }
}
