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
                "POST | users/ada/preferences/versions | GET",
                "DELETE | users/ada/preferences/versions/1 | GET",
                "GET | users/ada/preferences/versions/1/restore | POST",
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
    void whatItWasIsKeptWithWhoChangedItAndCanBeRestored() {
        assertThat(send("GET", "/versions", null).body()).isEqualTo("{\"versions\":[]}");
        send("PUT", "{\"tone\":\"direct\",\"n\":1.10}");
        send("PATCH", "{\"tone\":null,\"language\":\"Go\"}");
        send("PUT", "{\"language\":null}");
        send("DELETE", null);

        HttpResponse<String> restored = send("POST", "/versions/2/restore", null, "If-Match", "\"4\"");

        assertThat(restored.statusCode()).isEqualTo(200);
        assertThat(restored.headers().firstValue("ETag")).hasValue("\"5\"");
        assertThat(restored.body()).isEqualTo("{\"n\":1.10,\"language\":\"Go\"}");
        assertThat(send("GET", null).body()).isEqualTo(restored.body());
        assertThat(send("GET", "/versions", null).body().replaceAll("\"20[0-9T:.-]+Z\"", "T"))
                .isEqualTo("{\"versions\":["
                        + "{\"version\":5,\"at\":T,\"author\":\"web\",\"change\":\"restore\",\"of\":2,"
                        + "\"diff\":{\"n\":1.10,\"language\":\"Go\"}},"
                        + "{\"version\":4,\"at\":T,\"author\":\"web\",\"change\":\"delete\",\"diff\":null},"
                        + "{\"version\":3,\"at\":T,\"author\":\"web\",\"change\":\"put\","
                        + "\"diff\":{\"n\":null,\"language\":null},\"exact\":false},"
                        + "{\"version\":2,\"at\":T,\"author\":\"web\",\"change\":\"patch\","
                        + "\"diff\":{\"tone\":null,\"language\":\"Go\"}},"
                        + "{\"version\":1,\"at\":T,\"author\":\"web\",\"change\":\"put\","
                        + "\"diff\":{\"tone\":\"direct\",\"n\":1.10}}]}");
        HttpResponse<String> first = send("GET", "/versions/1", null);
        assertThat(first.body()).isEqualTo("{\"tone\":\"direct\",\"n\":1.10}");
        assertThat(first.headers().firstValue("ETag")).isEmpty();
        assertThat(send("GET", "/versions/4", null).body()).contains("version 4: a removal");
        assertThat(send("POST", "/versions/4/restore", null).statusCode()).isEqualTo(204);
        assertThat(send("GET", null).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 9, 404, version 9: not kept (expected: 1 to 1)",
        "GET, x, 400, version: not a number",
        "POST, 9/restore, 404, version 9: not kept (expected: 1 to 1)",
        "POST, x/restore, 400, version: not a number",
        "POST, 1/restore, 412, If-Match: not the version that is there",
    })
    void aVersionThatIsNotIsTold(String method, String version, int status, String told) {
        send("PUT", "{}");

        HttpResponse<String> answer = send(method, "/versions/" + version, null, "If-Match", "\"7\"");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("mnemo: " + told);
    }

    @Test
    void aVersionGuardsAChange() {
        send("PUT", "{\"a\":1}");

        HttpResponse<String> stale = send("PUT", "", "{\"a\":2}", "If-Match", "\"7\"");
        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(stale.body()).contains("mnemo: If-Match").contains("\\\"1\\\"");
        assertThat(send("PUT", "", "{\"a\":2}", "If-Match", "\"1\"").statusCode())
                .isEqualTo(200);
        assertThat(send("DELETE", "", null, "If-Match", "\"1\"").statusCode()).isEqualTo(412);
        assertThat(send("PUT", "", "{\"a\":2}", "If-Match", "mine").statusCode())
                .isEqualTo(400);
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

    /** Bytes that are no UTF-8 all read as the same character: many a path would be of one user. */
    @Test
    void anIdThatIsNotUtf8IsRefused() {
        assertThat(put("%FF" + user, "{}").body()).contains("mnemo: user: not UTF-8");
        assertThat(put("%C3%28" + user, "{}").statusCode()).isEqualTo(400);
        assertThat(put("%EF%BF%BD" + user, "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void aConditionThatIsNotKeptIsRefused() {
        assertThat(send("PUT", "", "{}", "If-None-Match", "*").body()).contains("mnemo: If-None-Match: not supported");
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
        HttpResponse<String> none =
                MNEMO.send(MNEMO.to("/mnemo/v1/users/ada/preferences").GET());
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.body()).contains("credential: missing or empty");
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

    private HttpResponse<String> send(String method, String body) {
        return send(method, "", body);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = MNEMO.to("/mnemo/v1/users/" + user + "/preferences" + path)
                .header("Authorization", "Bearer acme-key")
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return MNEMO.send(request);
    }
}
