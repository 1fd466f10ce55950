package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.TestRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /mnemo/v1/calls/{id}}: why did the model say that? */
class CallsApiTest {

    private final String user = TestRedis.fresh("ada");

    @Test
    void tellsWhatACallWasGivenAndWhy() {
        MNEMO.put("acme", user, "{\"tone\":\"direct\",\"language\":\"Go\"}");
        HttpResponse<String> first = MNEMO.ask("acme", user, Mnemo.body("why-1", "How do I sort?"));
        JsonNode before = told("acme", first);

        HttpResponse<String> second = MNEMO.ask("acme", user, Mnemo.body("why-2", "And reverse?"));

        JsonNode told = told("acme", second);
        assertThat(told.path("call").asString()).isEqualTo(id(second));
        assertThat(told.path("user").asString()).isEqualTo(user);
        assertThat(told.path("dialect").asString()).isEqualTo("openai-chat");
        assertThat(told.path("model").asString()).isEqualTo("why-2");
        assertThat(told.path("upstream").asString()).isEqualTo("fake");
        assertThat(told.path("outcome").asString()).isEqualTo("complete");
        assertThat(told.path("usage").toString()).isEqualTo("{\"input\":10,\"output\":2}");
        assertThat(told.path("cap").asInt()).isEqualTo(2_000);
        assertThat(told.path("granted").asInt()).isEqualTo(2_000);
        assertThat(told.path("snapshot").asBoolean()).isFalse();
        assertThat(told.path("prompt").asInt())
                .isGreaterThan(told.path("tokens").asInt());
        assertThat(header(second)).startsWith("tokens=" + told.path("tokens").asInt() + ", preferences=2");
        JsonNode preferences = told.path("context").path("preferences");
        assertThat(preferences.path("version").asInt()).isEqualTo(1);
        assertThat(preferences.path("shown").asInt()).isEqualTo(2);
        JsonNode recent = told.path("context").path("recent");
        assertThat(recent.path("interactions")).hasSize(1);
        assertThat(recent.path("interactions").path(0).path("id").asString())
                .isEqualTo(before.path("interaction").asString())
                .hasSize(16);
        assertThat(recent.path("interactions").path(0).path("tokens").asInt())
                .isEqualTo(recent.path("tokens").asInt())
                .isPositive();
        assertThat(told.path("conversation").asString())
                .hasSize(16)
                .isNotEqualTo(before.path("conversation").asString());
        // Ids, versions, tokens and reasons; no text.
        assertThat(told.toString()).doesNotContain("direct", "Go", "sort", "reverse", "Hello");
    }

    @Test
    void tellsOfACallThatWasRefused() {
        HttpResponse<String> refused = MNEMO.ask(
                "lean",
                user,
                "{\"model\":\"m\",\"max_tokens\":5000,\"messages\":[{\"role\":\"user\",\"content\":\"Too much\"}]}");
        assertThat(refused.statusCode()).isEqualTo(429);

        JsonNode told = told("lean", refused);

        assertThat(told.path("outcome").asString()).isEqualTo("refused");
        assertThat(told.path("error").toString()).isEqualTo("{\"status\":429,\"code\":\"call_exceeds_limit\"}");
        assertThat(told.has("status")).isFalse();
        assertThat(told.has("tokens")).isFalse();
        assertThat(told.has("interaction")).isFalse();
    }

    @Test
    void tellsOfACallWhoseUpstreamFailed() {
        UPSTREAM.on("why-gone", exchange -> exchange.socket().close());
        UPSTREAM.on("why-500", exchange -> exchange.json(500, "{\"error\":{\"message\":\"no\"}}"));

        JsonNode gone = told("acme", MNEMO.ask("acme", user, Mnemo.body("why-gone", "x")));
        JsonNode failed = told("acme", MNEMO.ask("acme", user, Mnemo.body("why-500", "x")));

        assertThat(gone.path("outcome").asString()).isEqualTo("upstream_failed");
        assertThat(gone.path("error").toString()).isEqualTo("{\"status\":502,\"code\":\"upstream_failed\"}");
        assertThat(gone.path("reason").asString()).isEqualTo("empty");
        assertThat(failed.path("outcome").asString()).isEqualTo("complete");
        assertThat(failed.path("status").asInt()).isEqualTo(500);
    }

    @Test
    void ofWhatIsNotKnownNothingIsTold() {
        HttpResponse<String> call = MNEMO.ask("acme", user, Mnemo.body("m", "Hi"));
        told("acme", call);
        HttpResponse<String> off = MNEMO.send(
                MNEMO.chat("acme", user, Mnemo.body("m", "Between us")).header("X-Mnemo-Memory", "off"));
        String nobodys = "0123456789abcdef0123456789abcdef";

        HttpResponse<String> unknown = get("acme", nobodys);

        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(unknown.body()).contains("memory.calls", "500", "X-Mnemo-Memory: off");
        // Another tenant's looks just like one that never was.
        assertThat(get("globex", id(call)).body()).isEqualTo(unknown.body());
        assertThat(get("acme", id(off)).body()).isEqualTo(unknown.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef0", "*"})
    void whatIsNoIdIsRefused(String id) {
        HttpResponse<String> answer = get("acme", id);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("mnemo: call: not an id", "X-Mnemo-Request");
    }

    @Test
    void aMethodThatIsNotIsToldWithThoseThatAre() {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/mnemo/v1/calls/1")
                .header("Authorization", "Bearer acme-key")
                .method("DELETE", BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET");
    }

    private static JsonNode told(String tenant, HttpResponse<String> call) {
        eventually("it is told of " + id(call), () -> get(tenant, id(call)).statusCode() == 200);
        return JsonMapper.shared().readTree(get(tenant, id(call)).body());
    }

    private static HttpResponse<String> get(String tenant, String id) {
        return MNEMO.send(MNEMO.to("/mnemo/v1/calls/" + id).header("Authorization", "Bearer " + tenant + "-key"));
    }

    private static String id(HttpResponse<String> call) {
        return call.headers().firstValue("X-Mnemo-Request").orElseThrow();
    }

    private static String header(HttpResponse<String> call) {
        return call.headers().firstValue("X-Mnemo-Context").orElseThrow();
    }
}
