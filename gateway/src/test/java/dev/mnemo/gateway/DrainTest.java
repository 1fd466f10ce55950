package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.GoldenStreams;
import dev.mnemo.redis.TestRedis;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** SIGTERM to a replica that has calls in flight: nothing of them is lost, and no client is left without a word. */
class DrainTest {

    private static final Duration DRAIN = Duration.ofSeconds(4);
    private static final Duration AFTER = Duration.ofSeconds(5);

    /** As docs/operating.md has it: what a stop takes beside the two. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private static final int EACH = 10;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ScriptedUpstream upstream = new ScriptedUpstream();
    private final String once = TestRedis.fresh("once");
    private final String ends = TestRedis.fresh("ends");
    private final String hangs = TestRedis.fresh("hangs");

    @AfterEach
    void end() {
        upstream.close();
    }

    /** A stream that has begun. */
    private record Open(Talk talk, String user, HttpResponse<InputStream> answer) {

        String rest() throws IOException {
            try (InputStream body = answer.body()) {
                return new String(body.readAllBytes(), UTF_8);
            }
        }
    }

    @Test
    void aHundredStreamsFinishOrAreToldAndEachIsSettledAndRecorded() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch silent = new CountDownLatch(2);
        for (Talk talk : Talk.values()) {
            GoldenStreams.Stream golden = golden(talk);
            upstream.on("once-" + talk, call -> {
                begin(call, golden);
                finish(call, golden);
            });
            upstream.on("ends-" + talk, call -> {
                begin(call, golden);
                go.await();
                finish(call, golden);
            });
            upstream.on("hangs-" + talk, call -> {
                begin(call, golden);
                call.untilPeerCloses();
            });
        }
        upstream.on("silent", call -> {
            silent.countDown();
            call.untilPeerCloses();
        });
        upstream.on("wordless", call -> {
            call.events();
            silent.countDown();
            call.untilPeerCloses();
        });
        upstream.on("flood", call -> {
            call.events();
            for (String words = ScriptedUpstream.delta("x".repeat(10_000));
                    !call.socket().isClosed(); ) {
                call.chunk(words);
            }
        });
        Map<String, String> tenants = Map.of(once, tenant(once), ends, tenant(ends), hangs, tenant(hangs));

        try (Replica replica = Replica.begin(
                                Mnemo.directory(tenants),
                                TestRedis.url(),
                                List.of("-Xmx192m"),
                                "mnemo.drain=" + DRAIN.toSeconds() + "s",
                                "mnemo.after.drain=" + AFTER.toSeconds() + "s",
                                "mnemo.redis.timeout=5s")
                        .started();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
                Socket kept = connect(replica);
                Socket pipelined = connect(replica);
                Socket deaf = connect(replica)) {
            for (Open stream : open(replica, once, "once", 1)) {
                assertThat(stream.rest()).isEqualTo(text(stream.talk()));
            }
            assertThat(ask(kept, once)).contains("200 OK");
            List<Open> finishing = open(replica, ends, "ends", EACH);
            List<Open> hanging = open(replica, hangs, "hangs", EACH);
            deaf.getOutputStream().write(Crowd.chat(hangs, "deaf", streamed("flood")));
            assertThat(deaf.getInputStream().read()).isEqualTo('H');
            pipelined.getOutputStream().write(Crowd.chat(hangs, "eve", streamed("ends-CHAT")));
            pipelined.getOutputStream().write(Crowd.chat(hangs, "eve", body("m", "x")));
            assertThat(pipelined.getInputStream().read()).isEqualTo('H');
            // Neither has heard a word of its answer: of one the upstream has sent the headers.
            List<CompletableFuture<HttpResponse<String>>> waiting = List.of(
                    HTTP.sendAsync(chat(replica, hangs, "silent"), BodyHandlers.ofString()),
                    HTTP.sendAsync(chat(replica, hangs, "wordless"), BodyHandlers.ofString()));
            assertThat(silent.await(10, TimeUnit.SECONDS)).isTrue();

            replica.terminate();
            eventually("it stops", () -> replica.log().contains("stopping: "));

            // Whoever stops it may be impatient; that changes nothing.
            replica.terminate();
            assertThat(replica.log()).contains("stopping: 104 calls in flight may go on for 4 s");
            go.countDown();
            for (Open stream : finishing) {
                assertThat(stream.rest()).isEqualTo(text(stream.talk()));
            }
            assertThat(new String(pipelined.getInputStream().readAllBytes(), UTF_8))
                    .as("a call that came before the end of the one ahead of it")
                    .containsSubsequence("data: [DONE]", "HTTP/1.1 503 Service Unavailable", "replica is stopping");
            assertThat(ask(kept, once))
                    .contains("503 Service Unavailable")
                    .containsIgnoringCase("\r\nconnection: close\r\n")
                    .containsIgnoringCase("\r\nretry-after: 1\r\n")
                    .containsIgnoringCase("\r\nx-should-retry: true\r\n")
                    .contains("\"type\":\"service_unavailable_error\"")
                    .contains("mnemo: this replica is stopping; send the call again");
            assertThat(kept.getInputStream().read()).as("its connection's last").isEqualTo(-1);
            assertThat(HTTP.send(chat(replica, once, "m"), BodyHandlers.ofString())
                            .statusCode())
                    .as("on a new connection")
                    .isEqualTo(503);
            assertThat(management(replica, "/actuator/health/readiness").statusCode())
                    .isEqualTo(503);
            assertThat(management(replica, "/actuator/health/liveness").statusCode())
                    .isEqualTo(200);
            assertThat(management(replica, "/actuator/prometheus").body()).contains("mnemo_calls_seconds");

            List<Future<String>> broken = new ArrayList<>();
            for (Open stream : hanging) {
                broken.add(clients.submit(() -> told(stream)));
            }
            for (Future<String> words : broken) {
                assertThat(words.get(10, TimeUnit.SECONDS)).contains("mnemo: this replica is stopping");
            }
            for (CompletableFuture<HttpResponse<String>> each : waiting) {
                HttpResponse<String> refused = each.get(10, TimeUnit.SECONDS);
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
                assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/json");
                assertThat(refused.body()).startsWith("{\"error\":{\"message\":\"mnemo: this replica is stopping");
            }

            assertThat(replica.ended(DRAIN.plus(AFTER).plus(MARGIN))).isZero();
            assertThat(replica.log())
                    .contains("53 calls were still in flight after 4 s and are broken off")
                    .doesNotContain("settled or recorded")
                    .doesNotContain("Exception");
        }

        assertThat(used(ends)).isEqualTo(EACH * (used(once) - 12));
        assertThat(used(hangs)).isPositive();
        for (String tenant : List.of(once, ends, hangs)) {
            assertThat(TestRedis.commands().exists("mnemo:v1:{" + tenant + "}:leases"))
                    .as("held by %s", tenant)
                    .isZero();
        }
        for (String half : List.of(ends, hangs)) {
            for (Talk talk : Talk.values()) {
                for (int i = 0; i < EACH; i++) {
                    assertThat(TestRedis.commands().llen("mnemo:v1:{" + half + ":" + talk + i + "}:interactions"))
                            .as("recorded for %s%d of %s", talk, i, half)
                            .isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aStopWhileItStartsIsNoFailureEither() throws Exception {
        try (Replica replica =
                Replica.begin(Mnemo.directory(Map.of(once, tenant(once))), TestRedis.url(), List.of("-Xmx192m"))) {
            eventually("it starts", () -> replica.log().contains("Starting MnemoGateway"));

            replica.terminate();

            // A context that is being made is closed when it is made.
            assertThat(replica.ended(Duration.ofMinutes(1))).isZero();
        }
    }

    /** How the client of a stream that hangs is told. Gemini's has no way to be told but by the stream's being cut. */
    private static String told(Open stream) throws IOException {
        try {
            String words = stream.rest();
            assertThat(words).startsWith(begin(golden(stream.talk())));
            assertThat(stream.talk()).isNotEqualTo(Talk.GEMINI);
            return words;
        } catch (IOException cut) {
            if (stream.talk() != Talk.GEMINI) {
                throw cut;
            }
            return "mnemo: this replica is stopping, says the cut";
        }
    }

    private List<Open> open(Replica replica, String tenant, String script, int each) {
        List<CompletableFuture<Open>> opened = new ArrayList<>();
        for (Talk talk : Talk.values()) {
            for (int i = 0; i < each; i++) {
                String user = talk.name() + i;
                HttpRequest request = request(replica, talk, tenant, user, script + "-" + talk);
                opened.add(HTTP.sendAsync(request, BodyHandlers.ofInputStream())
                        .thenApply(answer -> new Open(talk, user, answer)));
            }
        }
        return opened.stream()
                .map(stream -> stream.orTimeout(30, TimeUnit.SECONDS).join())
                .toList();
    }

    private static HttpRequest request(Replica replica, Talk talk, String tenant, String user, String model) {
        String path = talk == Talk.GEMINI ? "/v1beta/models/" + model + ":streamGenerateContent?alt=sse" : talk.path;
        String plain =
                talk.request(model, List.of("Hello, I am " + user)).replace("\"stream\":false", "\"stream\":true");
        boolean says = talk == Talk.GEMINI || talk == Talk.OLLAMA;
        String body = says ? plain : plain.replaceFirst("\\{", "{\"stream\":true,");
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + replica.port() + path))
                .header("Authorization", "Bearer " + tenant + "-key")
                .header("X-Mnemo-User", user)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static HttpRequest chat(Replica replica, String tenant, String model) {
        return request(replica, Talk.CHAT, tenant, "waits", model);
    }

    private static String streamed(String model) {
        return "{\"stream\":true," + body(model, "x").substring(1);
    }

    private static GoldenStreams.Stream golden(Talk talk) {
        return GoldenStreams.whole(talk.dialect()).getFirst();
    }

    private static String text(Talk talk) {
        return new String(golden(talk).bytes(), UTF_8);
    }

    /** Until the middle of a line, after the first word. */
    private static String begin(GoldenStreams.Stream golden) {
        String text = new String(golden.bytes(), UTF_8);
        return text.substring(0, text.indexOf("world"));
    }

    private static void begin(ScriptedUpstream.Exchange call, GoldenStreams.Stream golden) throws IOException {
        call.write(
                "HTTP/1.1 200 OK\r\nContent-Type: " + golden.contentType() + "\r\nTransfer-Encoding: chunked\r\n\r\n");
        call.chunk(begin(golden));
    }

    private static void finish(ScriptedUpstream.Exchange call, GoldenStreams.Stream golden) throws IOException {
        call.chunk(new String(golden.bytes(), UTF_8).substring(begin(golden).length()));
        call.end();
    }

    private String tenant(String id) {
        return Mnemo.tenant(
                        id,
                        upstream.port(),
                        "budgets: {limits: [{name: only, per: tenant, tokens: 100M, every: month}]}")
                .replace("first-byte: 2s", "first-byte: 60s")
                .replace("idle: 1s", "idle: 60s")
                .replace("total: 10s", "total: 60s");
    }

    private static long used(String tenant) {
        List<String> keys = TestRedis.commands().keys("mnemo:v1:{" + tenant + "}:limit:only*");
        assertThat(keys).hasSize(1);
        return Long.parseLong(TestRedis.commands().get(keys.getFirst()));
    }

    private static HttpResponse<String> management(Replica replica, String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + replica.managementPort() + path))
                        .build(),
                BodyHandlers.ofString());
    }

    private static Socket connect(Replica replica) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), replica.port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** One call on a connection that is kept; head and body of its answer. */
    private static String ask(Socket kept, String tenant) throws IOException {
        kept.getOutputStream().write(Crowd.chat(tenant, null, body("m", "x")));
        InputStream in = new BufferedInputStream(kept.getInputStream(), 1);
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(UTF_8).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no whole answer: " + head);
            }
            head.write(next);
        }
        String told = head.toString(UTF_8);
        int length = Integer.parseInt(told.replaceAll("(?is).*\r\ncontent-length: (\\d+)\r\n.*", "$1"));
        return told + new String(in.readNBytes(length), UTF_8);
    }
}
