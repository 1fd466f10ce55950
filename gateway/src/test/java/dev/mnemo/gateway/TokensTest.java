package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.gateway.ScriptedUpstream.Exchange;
import dev.mnemo.identity.Issuer;
import dev.mnemo.redis.TestRedis;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that have a token instead of a key, from end to end. */
class TokensTest {

    private final String user = "ada-" + UUID.randomUUID();

    /** A start does not wait for an issuer for long. */
    @BeforeAll
    static void untilTheIssuersKeysAreThere() {
        String token = Issuer.token("tokens", "eve", Instant.now());
        eventually(
                "the keys are there",
                () -> MNEMO.send(MNEMO.to("/v1/models").header("Authorization", "Bearer " + token))
                                .statusCode()
                        == 200);
    }

    @BeforeEach
    void forgetWhatTheUpstreamSaw() {
        UPSTREAM.seen.clear();
    }

    private static HttpRequest.Builder chat(String token, String body) {
        return MNEMO.to("/v1/chat/completions")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private static Exchange seen() throws InterruptedException {
        Exchange exchange = UPSTREAM.seen.poll(5, TimeUnit.SECONDS);
        assertThat(exchange).as("the upstream saw the call").isNotNull();
        return exchange;
    }

    @Test
    void aCallIsPersonalisedAndRecordedForWhomItsTokenNames() throws Exception {
        MNEMO.put("tokens", user, "{\"tone\":\"direct, no fluff\"}");
        String token = Issuer.token("tokens", user, Instant.now());

        HttpResponse<String> answer = MNEMO.send(chat(token, body("gpt-4o", "How do I sort a slice?")));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Mnemo-Context").orElseThrow()).contains("preferences=1");
        Exchange sent = seen();
        assertThat(new String(sent.body(), StandardCharsets.UTF_8)).contains("direct, no fluff");
        assertThat(sent.head().toLowerCase(Locale.ROOT)).contains("authorization: bearer upstream-secret");
        assertThat(sent.head()).doesNotContain(token);
        eventually(
                "it is recorded", () -> TestRedis.commands().llen("mnemo:v1:{tokens:" + user + "}:interactions") == 1);
    }

    @Test
    void nothingThatTheClientSendsNamesAnotherUser() throws Exception {
        String eve = "eve-" + UUID.randomUUID();
        MNEMO.put("tokens", eve, "{\"canary\":\"of-eve\"}");
        String claimed = """
                {"model":"gpt-4o","user":"%s","safety_identifier":"%s","messages":[{"role":"user","content":"Hi"}]}""".formatted(eve, eve);

        HttpResponse<String> answer = MNEMO.send(
                chat(Issuer.token("tokens", user, Instant.now()), claimed).header("X-Mnemo-User", eve));

        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"empty\"");
        assertThat(new String(seen().body(), StandardCharsets.UTF_8)).isEqualTo(claimed);
        eventually(
                "it is recorded", () -> TestRedis.commands().llen("mnemo:v1:{tokens:" + user + "}:interactions") == 1);
        assertThat(TestRedis.commands().exists("mnemo:v1:{tokens:" + eve + "}:interactions"))
                .isZero();
    }

    @Test
    void aTokenIsForMnemoAndNeverGoesToAnUpstreamWithoutACredentialOfItsOwn() throws Exception {
        String token = Issuer.token("bare", user, Instant.now());

        HttpRequest.Builder withMore = chat(token, body("gpt-4o", "Hi"))
                .header("x-api-key", "sk-other")
                .header("x-goog-api-key", token)
                .header("api-key", token);
        assertThat(MNEMO.send(withMore).statusCode()).isEqualTo(200);
        String chat = seen().head().toLowerCase(Locale.ROOT);
        HttpRequest.Builder other = MNEMO.to("/v1/models").header("Authorization", "Bearer " + token);
        assertThat(MNEMO.send(other).statusCode()).isEqualTo(200);
        String opaque = seen().head().toLowerCase(Locale.ROOT);

        for (String head : new String[] {chat, opaque}) {
            assertThat(head).doesNotContain(token.toLowerCase(Locale.ROOT)).doesNotContain("authorization:");
            assertThat(head).doesNotContain("api-key");
        }
    }

    @Test
    void norDoesItByWebsocket() throws Exception {
        String token = Issuer.token("bare", user, Instant.now());
        try {
            HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .header("Authorization", "Bearer " + token)
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + MNEMO.port() + "/v1/realtime?model=m"),
                            new WebSocket.Listener() {})
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            // The upstream speaks no websockets; what it was asked is what counts.
            assertThat(e).hasCauseInstanceOf(WebSocketHandshakeException.class);
        }
        assertThat(seen().head().toLowerCase(Locale.ROOT))
                .startsWith("get /v1/realtime")
                .contains("upgrade: websocket")
                .doesNotContain(token.toLowerCase(Locale.ROOT))
                .doesNotContain("authorization:");
    }

    @Test
    void aTokenThatProvesNobodyIsToldSoInTheCallersDialect() {
        String expired = Issuer.token("tokens", user, Instant.now().minusSeconds(7_200));

        HttpResponse<String> answer = MNEMO.send(chat(expired, body("gpt-4o", "Hi")));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("mnemo: token: expired at ").contains("invalid_token");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer error=\"invalid_token\"");
        assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(UPSTREAM.seen).isEmpty();
        assertThat(MNEMO.send(chat("no-key", body("gpt-4o", "Hi"))).headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer");
    }

    @Test
    void whereTheIssuerWasNeverReachedACallMayComeAgainSoon() {
        HttpResponse<String> answer = MNEMO.send(chat(Issuer.token("away", user, Instant.now()), body("gpt-4o", "Hi")));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("mnemo: token: its issuer's keys could not be fetched yet");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.headers().firstValue("x-should-retry")).isEmpty();
        assertThat(MNEMO.ask("away", user, body("gpt-4o", "Hi")).statusCode())
                .as("its keys go on")
                .isEqualTo(200);
    }

    @Test
    void theApiWantsAKey() {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/mnemo/v1/users/" + user + "/preferences")
                .header("Authorization", "Bearer " + Issuer.token("tokens", user, Instant.now())));

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void callersWithATokenAreOneKeyInLimits() {
        for (int call = 0; call < 3; call++) {
            String token = Issuer.token("few", user + call, Instant.now());
            assertThat(MNEMO.send(chat(token, body("gpt-4o", "Hi"))).statusCode())
                    .isEqualTo(call < 2 ? 200 : 429);
        }
    }

    @Test
    void theAgeOfTheIssuersKeysIsSeen() {
        assertThat(MNEMO.metrics())
                .contains("mnemo_jwks_age_seconds{")
                .contains("source=\"127.0.0.1:" + Shared.ISSUER.port() + "/jwks.json\"")
                .contains("mnemo_jwks_failures_total{");
    }
}
