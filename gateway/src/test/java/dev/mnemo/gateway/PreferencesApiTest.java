package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.MNEMO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.TestRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /mnemo/v1/users/{user}/preferences}. */
class PreferencesApiTest {

    private final String user = TestRedis.fresh("ada");

    @Test
    void aDocumentIsSetReadChangedAndRemoved() {
        assertThat(send("GET", null).statusCode()).isEqualTo(404);

        HttpResponse<String> set = send("PUT", "{\"tone\": \"direct\", \"n\": 1.0}");
        assertThat(set.statusCode()).isEqualTo(200);
        assertThat(set.headers().firstValue("ETag")).hasValue("\"1\"");

        HttpResponse<String> merged = send("PATCH", "{\"tone\":null,\"language\":\"Go\"}");
        assertThat(merged.body()).isEqualTo("{\"n\":1.0,\"language\":\"Go\"}");
        assertThat(merged.headers().firstValue("ETag")).hasValue("\"2\"");

        HttpResponse<String> read = send("GET", null);
        assertThat(read.body()).isEqualTo(merged.body());
        assertThat(read.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");

        assertThat(send("DELETE", null).statusCode()).isEqualTo(204);
        assertThat(send("GET", null).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HEAD | usage | GET",
                "POST | usage | GET",
                "DELETE | usage/days | GET",
                "POST | users/ada/preferences | GET, PUT, PATCH, DELETE",
            })
    void aMethodThatIsNotIsToldWithThoseThatAre(String method, String path, String allowed) {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/mnemo/v1/" + path)
                .header("Authorization", "Bearer acme-key")
                .method(method, BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue(allowed);
        if (!method.equals("HEAD")) {
            assertThat(answer.body()).contains("expected: " + allowed);
        }
    }

    @Test
    void aVersionGuardsAChange() {
        send("PUT", "{\"a\":1}");

        HttpResponse<String> stale = send("PUT", "{\"a\":2}", "If-Match", "\"7\"");
        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(stale.body()).contains("mnemo: If-Match").contains("\\\"1\\\"");
        assertThat(send("PUT", "{\"a\":2}", "If-Match", "\"1\"").statusCode()).isEqualTo(200);
        assertThat(send("DELETE", null, "If-Match", "\"1\"").statusCode()).isEqualTo(412);
        assertThat(send("PUT", "{\"a\":2}", "If-Match", "mine").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {"'' | 400", "[] | 400", "{\"a\":1,\"a\":2} | 400", "{ | 400", "{\"a\":BIG} | 413"})
    void whatIsNoDocumentIsRefused(String body, int status) {
        HttpResponse<String> answer =
                send("PUT", body.replace("''", "").replace("BIG", '"' + "x".repeat(17_000) + '"'));

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"detail\":\"mnemo: preferences: ").contains("\"status\":" + status);
        assertThat(send("GET", null).statusCode()).isEqualTo(404);
    }

    @Test
    void aKeyThatMayNotIsRefused() {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/mnemo/v1/users/ada/preferences")
                .header("Authorization", "Bearer chatonly-key")
                .GET());

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("may: [memory]");
    }

    @Test
    void withoutAKeyNothingIsSaid() {
        assertThat(MNEMO.send(MNEMO.to("/mnemo/v1/users/ada/preferences").GET()).statusCode())
                .isEqualTo(401);
        assertThat(MNEMO.send(MNEMO.to("/mnemo/v1/nothing").GET()).statusCode()).isEqualTo(404);
    }

    @Test
    void anIdMayHoldWhateverAUrlCanSay() {
        String odd = "a%2Fb%7B%7D%20%F0%9F%91%8B" + user;

        assertThat(put(odd, "{\"a\":\"odd\"}").statusCode()).isEqualTo(200);

        assertThat(MNEMO.ask("acme", "ignored", Mnemo.body("m", "x")).statusCode())
                .isEqualTo(200);
        assertThat(get(odd).body()).isEqualTo("{\"a\":\"odd\"}");
        assertThat(get("a").statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> put(String id, String body) {
        return MNEMO.send(MNEMO.to("/mnemo/v1/users/" + id + "/preferences")
                .header("Authorization", "Bearer acme-key")
                .PUT(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> get(String id) {
        return MNEMO.send(MNEMO.to("/mnemo/v1/users/" + id + "/preferences")
                .header("Authorization", "Bearer acme-key")
                .GET());
    }

    private HttpResponse<String> send(String method, String body, String... headers) {
        HttpRequest.Builder request = MNEMO.to("/mnemo/v1/users/" + user + "/preferences")
                .header("Authorization", "Bearer acme-key")
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return MNEMO.send(request);
    }
}
