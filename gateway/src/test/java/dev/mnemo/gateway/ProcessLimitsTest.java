package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Capacity;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One small replica, and clients that are too many, too slow or too large for it. */
class ProcessLimitsTest {

    private static final int LARGE = 60_000;

    private static final ScriptedUpstream UPSTREAM = new ScriptedUpstream();

    private static ServerSocket lazyUpstream;
    private static Mnemo mnemo;
    private static Capacity capacity;

    @BeforeAll
    static void start() throws Exception {
        lazyUpstream = new ServerSocket();
        lazyUpstream.setReceiveBufferSize(4096);
        lazyUpstream.bind(new InetSocketAddress("127.0.0.1", 0));
        mnemo = Mnemo.start(
                TestRedis.url(),
                Map.of(
                        "greedy",
                        Mnemo.patient(Mnemo.tenant("greedy", UPSTREAM.port(), "")),
                        "modest",
                        Mnemo.patient(Mnemo.tenant("modest", UPSTREAM.port(), "")),
                        "lazy",
                        Mnemo.patient(Mnemo.tenant("lazy", lazyUpstream.getLocalPort(), ""))),
                "mnemo.redis.timeout=5s",
                "mnemo.body-limit=64KB",
                "mnemo.limits.in-flight=10",
                "mnemo.limits.bodies=256KB",
                "mnemo.limits.connections=40",
                "mnemo.limits.head=500ms",
                "mnemo.limits.stall=1s");
        TestRedis.connected(mnemo.bean(RedisLinks.class));
        capacity = mnemo.bean(Capacity.class);
    }

    @AfterAll
    static void stop() throws Exception {
        mnemo.close();
        UPSTREAM.close();
        lazyUpstream.close();
    }

    @AfterEach
    void allHaveLeft() {
        eventually("no call is in flight", () -> capacity.calls() == 0 && capacity.bodies() == 0);
    }

    @Test
    void aTenantThatTakesAllLeavesRoomForAnother() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        UPSTREAM.on("held", call -> {
            go.await();
            call.json(200, ScriptedUpstream.answer("Hi.", 10, 2));
        });
        List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            // What is passed through unread counts as well.
            held.add(begin("greedy", i == 0 ? "/v1/embeddings" : "/v1/chat/completions"));
            int now = i + 1;
            eventually("it is in", () -> capacity.calls() == now);
        }

        HttpResponse<String> greedy = mnemo.ask("greedy", "ada", body("m", "x"));
        assertThat(greedy.statusCode()).isEqualTo(429);
        assertThat(greedy.body()).contains("tenant_busy").startsWith("{\"error\":{\"message\":\"mnemo: replica: ");
        assertThat(greedy.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(greedy.headers().firstValue("x-should-retry")).isEmpty();
        previewIsRefused("greedy", 429);

        assertThat(mnemo.ask("modest", "ada", body("m", "x")).statusCode()).isEqualTo(200);
        eventually("it has left", () -> capacity.calls() == 8);
        held.add(begin("modest", "/v1/chat/completions"));
        held.add(begin("modest", "/v1/chat/completions"));
        eventually("they are in", () -> capacity.calls() == 10);
        HttpResponse<String> full =
                mnemo.send(Talk.ANTHROPIC.call(mnemo, "modest", "ada", Talk.ANTHROPIC.request("m", List.of("x"))));
        assertThat(full.statusCode()).isEqualTo(503);
        assertThat(full.body()).contains("overloaded_error").contains("mnemo: replica: ");
        assertThat(full.headers().firstValue("Retry-After")).hasValue("1");
        previewIsRefused("modest", 503);
        assertThat(mnemo.metrics())
                .contains("mnemo_calls_in_flight 10.0")
                .contains("mnemo_shed_total{reason=\"replica_busy\"} 2.0")
                .contains("mnemo_shed_total{reason=\"tenant_busy\"} 2.0");

        go.countDown();
        for (CompletableFuture<HttpResponse<String>> call : held) {
            assertThat(call.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    private static void previewIsRefused(String tenant, int status) {
        OpenApiFile.Operation preview = OpenApiFile.read().operation("preview");
        HttpResponse<String> answer = mnemo.send(preview.request(mnemo, Map.of(), preview.contentType(), preview.body())
                .header("Authorization", "Bearer " + tenant + "-key"));

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(preview.problems(answer)).isEmpty();
    }

    /** Whatever its coding, and whether or not its length is told. */
    @Test
    void bodiesThatDoNotFitBesideOthersAreRefused() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        UPSTREAM.on("held", call -> {
            go.await();
            call.json(200, ScriptedUpstream.answer("Hi.", 10, 2));
        });
        String large = body("held", "x".repeat(LARGE));
        CompletableFuture<HttpResponse<String>> first =
                mnemo.http().sendAsync(mnemo.chat("greedy", "ada", large).build(), BodyHandlers.ofString());
        eventually("its body is held", () -> capacity.bodies() >= LARGE);

        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(large.getBytes(ISO_8859_1));
        }
        for (var call : List.of(
                mnemo.chat("modest", "ada", large),
                mnemo.chat("modest", "ada", large).POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(large))),
                mnemo.chat("modest", "ada", large)
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofByteArray(packed.toByteArray())))) {
            HttpResponse<String> refused = mnemo.send(call);
            // One that comes in pieces may be refused once it has its tenant's share.
            assertThat(refused.statusCode()).isIn(503, 429);
            assertThat(refused.body()).contains("mnemo: replica: ");
        }
        eventually("only the first is held", () -> capacity.calls() == 1 && capacity.bodies() < LARGE + 1000);

        go.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void aHeadThatDripsIsEnded() throws Exception {
        try (Socket client = connect()) {
            long begun = System.nanoTime();
            OutputStream out = client.getOutputStream();
            out.write("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Slow: ".getBytes(ISO_8859_1));
            while (client.getInputStream().available() == 0) {
                out.write('a');
                LockSupport.parkNanos(20_000_000);
            }
            assertThat(rest(client)).startsWith("HTTP/1.1 408 ");
            assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(500_000_000L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings"})
    void aBodyThatStopsComingIsEnded(String path) throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write((head(path, "greedy-key") + "Content-Length: 100\r\n\r\n{\"model\":").getBytes(ISO_8859_1));

            assertThat(rest(client))
                    .startsWith("HTTP/1.1 408 ")
                    .contains("request_timeout")
                    .contains("\"message\":\"mnemo: body: ");
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aBodyForTheApiThatStopsComingIsAProblem(CapturedOutput output) throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write((head("/mnemo/v1/feedback", "greedy-key") + "Content-Length: 100\r\n\r\n{\"call\":")
                            .getBytes(ISO_8859_1));

            assertThat(rest(client))
                    .startsWith("HTTP/1.1 408 ")
                    .contains("application/problem+json", "\"status\":408", "\"detail\":\"mnemo: body: ");
        }
        assertThat(output).doesNotContain("onErrorDropped");
    }

    @Test
    void aBodyThatDripsIsEnded() throws Exception {
        try (Socket client = connect()) {
            OutputStream out = client.getOutputStream();
            out.write((head("/v1/chat/completions", "greedy-key") + "Content-Length: 60000\r\n\r\n")
                    .getBytes(ISO_8859_1));
            while (client.getInputStream().available() == 0) {
                out.write(' ');
                LockSupport.parkNanos(20_000_000);
            }
            assertThat(rest(client)).startsWith("HTTP/1.1 408 ");
        }
    }

    /** The client is asked for nothing as long as the upstream takes nothing. */
    @Test
    void aSlowUpstreamIsNotTheClientsFault() throws Exception {
        byte[] file = new byte[8_000_000];
        CompletableFuture<HttpResponse<String>> answer = mnemo.http()
                .sendAsync(
                        mnemo.to("/v1/files")
                                .header("Authorization", "Bearer lazy-key")
                                .POST(BodyPublishers.ofByteArray(file))
                                .build(),
                        BodyHandlers.ofString());
        try (Socket upstream = lazyUpstream.accept()) {
            LockSupport.parkNanos(2_500_000_000L);
            assertThat(answer).isNotDone();
            long read = 0;
            byte[] buffer = new byte[65536];
            for (InputStream in = upstream.getInputStream(); read < file.length; ) {
                read += in.read(buffer);
            }
            upstream.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(ISO_8859_1));
            assertThat(answer.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anUpstreamThatThinksIsNotTheClientsFault() {
        UPSTREAM.on("thinking", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hm"));
            for (int i = 0; i < 3; i++) {
                LockSupport.parkNanos(800_000_000L);
                call.chunk(": still thinking\n\n");
            }
            call.chunk("data: [DONE]\n\n");
            call.end();
        });

        assertThat(mnemo.ask("greedy", "ada", body("thinking", "x")).body()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void anAnswerThatIsNotTakenIsEnded() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        UPSTREAM.on("flood", call -> {
            call.events();
            try {
                String much = ScriptedUpstream.delta("much ".repeat(10_000));
                while (true) {
                    call.chunk(much);
                }
            } finally {
                left.countDown();
            }
        });
        try (Socket client = connect()) {
            client.getOutputStream().write(chat("modest", body("flood", "x")));
            assertThat(client.getInputStream().read()).isEqualTo('H');

            assertThat(left.await(20, TimeUnit.SECONDS))
                    .as("the upstream is let go")
                    .isTrue();
        }
        eventually(
                "it counts as a client that has left",
                () -> mnemo.metrics()
                        .lines()
                        .anyMatch(line -> line.startsWith("mnemo_calls_seconds_count")
                                && line.contains("client_gone")
                                && line.contains("modest")));
    }

    @ParameterizedTest
    @CsvSource({"31000, 200", "34000, 431"})
    void aHeadHasALargestSize(int size, int status) throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write((head("/v1/models", "greedy-key").replace("POST", "GET") + "X-Large: " + "a".repeat(size)
                                    + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(answer(client)).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void aFirstLineHasALargestSize() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write(head("/v1/models?" + "a".repeat(9000), "greedy-key").getBytes(ISO_8859_1));
            assertThat(answer(client)).startsWith("HTTP/1.1 414 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"'', 400", "'Host: a\r\n', 200", "'Host: a\r\nHost: b\r\n', 400", "'Host: a\r\nhost: a\r\n', 400"})
    void aRequestHasOneHost(String hosts, int status) throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write(("GET /v1/models HTTP/1.1\r\n" + hosts + "Authorization: Bearer greedy-key\r\n\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(answer(client)).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void aConnectionTooManyIsClosedAndOperatorsStillGetIn() throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                open.add(connect());
            }
            eventually(
                    "it is counted",
                    () -> mnemo.metrics()
                            .lines()
                            .anyMatch(line -> line.startsWith("mnemo_shed_total{reason=\"connections\"}")
                                    && !line.endsWith(" 0.0")));
            assertThat(open).anyMatch(ProcessLimitsTest::isClosed);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        eventually(
                "they are gone",
                () -> mnemo.metrics()
                        .lines()
                        .anyMatch(line ->
                                line.startsWith("mnemo_connections ") && Double.parseDouble(line.split(" ")[1]) < 20));
        assertThat(mnemo.ask("greedy", "ada", body("m", "x")).statusCode()).isEqualTo(200);
    }

    /** Java's client offers HTTP/2 on each first call. */
    @ParameterizedTest
    @ValueSource(strings = {"h2c", "websocket"})
    void anUpgradeThatDoesNotComeAboutLeaves(String protocol) throws Exception {
        String body = body("m", "x");
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write((head("/v1/chat/completions", "wrong") + "Connection: Upgrade\r\nUpgrade: " + protocol
                                    + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(ISO_8859_1));
            assertThat(answer(client)).startsWith("HTTP/1.1 401 ");
            client.getInputStream().skipNBytes(client.getInputStream().available());
            client.getOutputStream()
                    .write((head("/v1/chat/completions", "greedy-key") + "Connection: Upgrade\r\nUpgrade: " + protocol
                                    + "\r\nContent-Length: 1\r\n\r\n{")
                            .getBytes(ISO_8859_1));
            assertThat(client.getInputStream().read()).isNotNegative();
        }
    }

    @Test
    void aClientThatAsksFirstIsToldBeforeItSends() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write((head("/v1/chat/completions", "wrong")
                                    + "Expect: 100-continue\r\nContent-Length: 60000\r\n\r\n")
                            .getBytes(ISO_8859_1));

            assertThat(rest(client)).startsWith("HTTP/1.1 401 ").containsIgnoringCase("connection: close");
        }
        String body = body("m", "x");
        try (Socket client = connect()) {
            client.getOutputStream()
                    .write((head("/v1/chat/completions", "greedy-key") + "Expect: 100-continue\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(answer(client)).startsWith("HTTP/1.1 100 ");
            client.getOutputStream().write(body.getBytes(ISO_8859_1));
            assertThat(answer(client)).startsWith("HTTP/1.1 200 ");
        }
    }

    /** Its connection is not reset under it: it can read why, after it has sent everything. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Expect: 100-continue\r\n"})
    void aClientThatSendsBeforeItReadsCanReadItsRefusal(String expect) throws Exception {
        byte[] piece = new byte[100_000];
        try (Socket client = connect()) {
            OutputStream out = client.getOutputStream();
            out.write((head("/v1/chat/completions", "wrong") + expect + "Content-Length: 5000000\r\n\r\n")
                    .getBytes(ISO_8859_1));
            for (int i = 0; i < 50; i++) {
                out.write(piece);
            }
            assertThat(answer(client)).startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void aRefusedClientThatGoesOnSendingIsCutOff() throws Exception {
        try (Socket client = connect()) {
            OutputStream out = client.getOutputStream();
            out.write((head("/v1/chat/completions", "wrong") + "Transfer-Encoding: chunked\r\n\r\n")
                    .getBytes(ISO_8859_1));
            assertThat(answer(client)).startsWith("HTTP/1.1 401 ");
            boolean cut = false;
            for (long end = System.nanoTime() + 10_000_000_000L; !cut && System.nanoTime() < end; ) {
                try {
                    out.write("1\r\na\r\n".getBytes(ISO_8859_1));
                    LockSupport.parkNanos(20_000_000);
                } catch (IOException closed) {
                    cut = true;
                }
            }
            assertThat(cut).isTrue();
        }
    }

    @Test
    void aClientThatSendsFarAheadIsCutOff() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        UPSTREAM.on("ahead", call -> {
            reached.countDown();
            call.untilPeerCloses();
            left.countDown();
        });
        try (Socket client = connect()) {
            OutputStream out = client.getOutputStream();
            out.write(chat("greedy", body("ahead", "x")));
            assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
            boolean cut = false;
            byte[] next = chat("greedy", body("m", "x".repeat(10_000)));
            for (int i = 0; !cut && i < 10_000; i++) {
                try {
                    out.write(next);
                } catch (IOException closed) {
                    cut = true;
                }
            }
            assertThat(cut).isTrue();
        }
        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static CompletableFuture<HttpResponse<String>> begin(String tenant, String path) {
        return mnemo.http()
                .sendAsync(
                        mnemo.to(path)
                                .header("Authorization", "Bearer " + tenant + "-key")
                                .POST(BodyPublishers.ofString(body("held", "x")))
                                .build(),
                        BodyHandlers.ofString());
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", mnemo.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static boolean isClosed(Socket client) {
        try {
            client.setSoTimeout(100);
            return client.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static String head(String path, String key) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n";
    }

    private static byte[] chat(String tenant, String body) {
        return (head("/v1/chat/completions", tenant + "-key") + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1);
    }

    /** Until the other side closes. */
    private static String rest(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
    }

    /** A status line and headers. */
    private static String answer(Socket client) throws IOException {
        StringBuilder head = new StringBuilder();
        for (InputStream in = client.getInputStream(); head.indexOf("\r\n\r\n") < 0; ) {
            int next = in.read();
            assertThat(next).as("after " + head).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }
}
