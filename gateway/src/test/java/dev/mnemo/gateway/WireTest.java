package dev.mnemo.gateway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What crosses the gateway on the wire, and what does not. */
class WireTest {

    @BeforeEach
    void anUpstreamThatAnswersAll() {
        LLM.resetAll();
        LLM.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Content-Type", "application/json")
                        .withHeader("X-Request-Id", "req_1")
                        .withHeader("X-Mnemo-Forged", "by the upstream")
                        .withBody(ScriptedUpstream.answer("Hi.", 3, 1))));
    }

    @Test
    void theUpstreamGetsTheTenantsCredentialAndNoneOfTheClients() {
        MNEMO.send(MNEMO.chat("wire", "ada", Mnemo.body("m", "x")).header("x-api-key", "another-secret"));

        LoggedRequest seen = seen();
        assertThat(seen.getHeader("Authorization")).isEqualTo("Bearer upstream-secret");
        assertThat(seen.getHeaders().toString()).doesNotContain("wire-key").doesNotContain("another-secret");
    }

    @Test
    void noHeaderOfMnemosReachesTheUpstreamInAnySpelling() throws Exception {
        String body = Mnemo.body("m", "x");
        String answer = raw("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-api-key: wire-key\r\n"
                + "X-Mnemo-User: ada\r\nx-mnemo-conversation: c\r\nX_Mnemo_User: eve\r\nX-MNEMO_Tenant: globex\r\n"
                + "X-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Mine: kept\r\n"
                + "Connection: close, X-Mine-Too\r\nX-Mine-Too: dropped\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);

        assertThat(answer).startsWith("HTTP/1.1 200");
        String headers = seen().getHeaders().toString().toLowerCase();
        assertThat(headers)
                .doesNotContain("mnemo")
                .doesNotContain("1.2.3.4")
                .doesNotContain("x-mine-too")
                .contains("x-mine")
                .contains("upstream-secret");
        assertThat(answer.toLowerCase()).doesNotContain("x-mnemo-forged").contains("x-request-id: req_1");
    }

    @Test
    void theLengthIsExactAndTheAnswerIsAskedForUncompressed() {
        MNEMO.put("wire", "exact", "{\"tone\":\"direct\"}");
        MNEMO.send(MNEMO.chat("wire", "exact", Mnemo.body("m", "x")).header("Accept-Encoding", "gzip, br"));

        LoggedRequest seen = seen();
        assertThat(seen.getHeader("Content-Length")).isEqualTo(String.valueOf(seen.getBody().length));
        assertThat(seen.getHeader("Transfer-Encoding")).isNull();
        assertThat(seen.getHeader("Accept-Encoding")).isEqualTo("identity");
    }

    @Test
    void whatMnemoDoesNotKnowIsPassedThroughByteForByte() throws Exception {
        byte[] audio = new byte[300_000];
        new Random(7).nextBytes(audio);
        byte[] spoken = new byte[500_000];
        new Random(8).nextBytes(spoken);
        LLM.stubFor(post(urlPathEqualTo("/v1/audio/speech"))
                .willReturn(aResponse().withHeader("Content-Type", "audio/mpeg").withBody(spoken)));

        var answer = MNEMO.http()
                .send(
                        MNEMO.to("/v1/audio/speech?voice=a%2Fb")
                                .header("Authorization", "Bearer wire-key")
                                .header("Content-Encoding", "br")
                                .POST(BodyPublishers.ofByteArray(audio))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.body()).isEqualTo(spoken);
        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"opaque\"");
        LoggedRequest seen = seen();
        assertThat(seen.getUrl()).isEqualTo("/v1/audio/speech?voice=a%2Fb");
        assertThat(seen.getBody()).isEqualTo(audio);
        assertThat(seen.getHeader("Content-Encoding")).isEqualTo("br");
    }

    @Test
    void aGetIsPassedThroughToo() {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/v1/models")
                .header("Authorization", "Bearer wire-key")
                .GET());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("RateLimit").orElseThrow()).contains("only");
    }

    @Test
    void anUpstreamsErrorIsPassedOnAsItIs() {
        LLM.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withStatus(429)
                        .withHeader("Retry-After", "7")
                        .withBody("{\"error\":\"theirs\"}")));

        HttpResponse<String> answer = MNEMO.ask("wire", "ada", Mnemo.body("m", "x"));

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo("{\"error\":\"theirs\"}");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
    }

    @Test
    void theChatPathInAnotherSpellingIsStillAChatCall() {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("//v1/chat%2Fcompletions/")
                .header("Authorization", "Bearer wire-key")
                .POST(BodyPublishers.ofString("{")));

        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void eachEventReachesTheClientBeforeTheNextIsSent() throws Exception {
        var next = new java.util.concurrent.Semaphore(0);
        UPSTREAM.on("stepwise", call -> {
            call.events();
            for (String word : new String[] {"one", "two", "three"}) {
                call.chunk(ScriptedUpstream.delta(word));
                next.acquire();
            }
            call.end();
        });
        String body = Mnemo.body("stepwise", "x");
        try (Socket client = new Socket("127.0.0.1", MNEMO.port())) {
            client.setSoTimeout(10_000);
            client.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer acme-key\r\n"
                                    + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            InputStream in = client.getInputStream();
            StringBuilder read = new StringBuilder();
            for (String word : new String[] {"one", "two", "three"}) {
                while (read.indexOf(word) < 0) {
                    read.append((char) in.read());
                }
                next.release();
            }
        }
    }

    private static LoggedRequest seen() {
        return LLM.getAllServeEvents().getFirst().getRequest();
    }

    private static String raw(String request) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", MNEMO.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
