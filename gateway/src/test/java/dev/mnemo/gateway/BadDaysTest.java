package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that goes wrong has an answer that says what to do, and leaves nothing behind. */
class BadDaysTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"model\":\"m\"}",
                "{\"model\":\"m\",\"messages\":[]}",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":7}]}",
                "{\"model\":\"m\",\"model\":\"n\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} {}"
            })
    void aBodyThatIsNoRequestIsRefusedBeforeTheUpstreamSeesIt(String bad) {
        UPSTREAM.seen.clear();

        HttpResponse<String> answer = MNEMO.ask("acme", "bad", bad);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .startsWith("{\"error\":{\"message\":\"mnemo: ")
                .contains("invalid_request_error");
        assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(UPSTREAM.seen).isEmpty();
    }

    @Test
    void aWrongKeyIsRefused() {
        HttpResponse<String> answer = MNEMO.ask("nobody", "ada", body("m", "x"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("invalid_api_key").doesNotContain("nobody-key");
    }

    @Test
    void aTenantThatWantsAUserGetsOne() {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/v1/chat/completions")
                .header("api-key", "strict-key")
                .POST(BodyPublishers.ofString(body("m", "x"))));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("X-Mnemo-User");
    }

    @Test
    void aBodyBeyondTheCapIsRefused() {
        HttpResponse<String> answer = MNEMO.ask("acme", "ada", body("m", "x".repeat(9_000_000)));

        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void aSmallBodyThatUnpacksBeyondTheCapIsRefused() throws Exception {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/v1/chat/completions")
                .header("Authorization", "Bearer acme-key")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip(body("m", "x".repeat(20_000_000))))));

        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void aPackedBodyIsUnpackedForTheUpstream() throws Exception {
        UPSTREAM.seen.clear();

        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/v1/chat/completions")
                .header("Authorization", "Bearer acme-key")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip(body("m", "packed")))));

        assertThat(answer.statusCode()).isEqualTo(200);
        var seen = UPSTREAM.seen.take();
        assertThat(new String(seen.body(), StandardCharsets.UTF_8)).isEqualTo(body("m", "packed"));
        assertThat(seen.head().toLowerCase()).doesNotContain("content-encoding");
    }

    @Test
    void anUpstreamThatRefusesConnectionsIsABadGateway() {
        HttpResponse<String> answer = MNEMO.ask("refusing", "ada", body("m", "x"));

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("upstream_unreachable").contains("mnemo: upstream");
    }

    @Test
    void anUpstreamThatKeepsFailingIsLeftAlone() {
        UPSTREAM.on("down", call -> call.json(503, "{}"));
        for (int i = 0; i < 10; i++) {
            MNEMO.ask("flaky", "ada", body("down", "x"));
        }

        HttpResponse<String> answer = MNEMO.ask("flaky", "ada", body("down", "x"));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("upstream_unavailable");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void aSilentUpstreamIsGivenUp() {
        UPSTREAM.on("silent", ScriptedUpstream.Exchange::untilPeerCloses);

        HttpResponse<String> answer = MNEMO.ask("silent", "ada", body("silent", "x"));

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).contains("upstream_timeout");
    }

    @Test
    void aStreamThatStallsEndsWithAnErrorEvent() {
        UPSTREAM.on("stalling", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hel"));
            call.untilPeerCloses();
        });

        HttpResponse<String> answer = MNEMO.ask("stalling", "ada", body("stalling", "x"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith(ScriptedUpstream.delta("Hel"))
                .contains("data: {\"error\":{\"message\":\"mnemo: ")
                .endsWith("\n\n");
    }

    @Test
    void aStreamThatNeverEndsIsEnded() {
        UPSTREAM.on("endless", call -> {
            call.events();
            while (true) {
                call.chunk(ScriptedUpstream.delta("and "));
                LockSupport.parkNanos(50_000_000);
            }
        });

        HttpResponse<String> answer = MNEMO.ask("endless", "ada", body("endless", "x"));

        assertThat(answer.body())
                .startsWith(ScriptedUpstream.delta("and ") + ScriptedUpstream.delta("and "))
                .contains("data: {\"error\":{\"message\":\"mnemo: ");
    }

    @Test
    void aStreamThatIsCutInMidEventEndsWithAnErrorEvent() {
        UPSTREAM.on("cut", call -> {
            call.events();
            call.chunk("data: {\"choices\":[{\"del");
            call.socket().close();
        });

        HttpResponse<String> answer = MNEMO.ask("cut", "ada", body("cut", "x"));

        assertThat(answer.body()).startsWith("data: {\"choices\":[{\"del\n\ndata: {\"error\":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"done\":false}\n", "{\"done\":fal"})
    void aStreamOfLinesThatIsCutEndsWithALineThatIsTheError(String begin) {
        StubLlm.breaksOff("cut-lines", "application/x-ndjson", begin);

        HttpResponse<String> answer =
                MNEMO.send(Talk.OLLAMA.call(MNEMO, "cut", "ada", Talk.OLLAMA.request("cut-lines", List.of("x"))));

        assertThat(answer.body())
                .startsWith(begin.strip() + "\n{\"error\":\"mnemo: ")
                .endsWith("\"}\n");
    }

    @Test
    void aStreamWithoutItsDoneIsPassedOnAsItIs() {
        UPSTREAM.on("undone", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hello"));
            call.end();
        });

        HttpResponse<String> answer = MNEMO.ask("undone", "ada", body("undone", "x"));

        assertThat(answer.body()).isEqualTo(ScriptedUpstream.delta("Hello"));
    }

    @Test
    void aClientThatLeavesBeforeTheAnswerTakesTheUpstreamAlong() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        UPSTREAM.on("early", call -> {
            reached.countDown();
            call.untilPeerCloses();
            left.countDown();
        });

        try (Socket client = call("leaving", body("early", "x"))) {
            assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(left.await(2, TimeUnit.SECONDS))
                .as("the upstream's connection is closed")
                .isTrue();
        nothingIsLeftBehind();
    }

    @Test
    void aClientThatLeavesDuringTheAnswerTakesTheUpstreamAlong() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        UPSTREAM.on("midway", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hel"));
            call.untilPeerCloses();
            left.countDown();
        });

        try (Socket client = call("leaving", body("midway", "x"))) {
            InputStream in = client.getInputStream();
            assertThat(in.read()).isEqualTo('H');
        }

        assertThat(left.await(2, TimeUnit.SECONDS))
                .as("the upstream's connection is closed")
                .isTrue();
        nothingIsLeftBehind();
    }

    private static void nothingIsLeftBehind() {
        dev.mnemo.call.Detached detached = MNEMO.bean(dev.mnemo.call.Detached.class);
        eventually("all work after calls is done", () -> detached.running() == 0);
        assertThat(detached.failed()).isZero();
        assertThat(detached.dropped()).isZero();
    }

    private static Socket call(String tenant, String body) throws Exception {
        Socket socket = new Socket("127.0.0.1", MNEMO.port());
        socket.getOutputStream()
                .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + tenant
                                + "-key\r\nX-Mnemo-User: leaver\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static byte[] gzip(String text) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }
}
