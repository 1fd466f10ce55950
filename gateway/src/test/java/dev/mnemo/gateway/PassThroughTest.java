package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Detached;
import dev.mnemo.redis.TestRedis;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no chat call, or must not be changed, passes through as it is: unread, and never held. */
class PassThroughTest {

    private final String user = TestRedis.fresh("ada");

    @BeforeEach
    void somethingIsKnown() {
        MNEMO.put("acme", user, "{\"tone\":\"direct\"}");
        UPSTREAM.seen.clear();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/embeddings",
                "/v1/completions",
                "/v1/messages/batches",
                "/v1/responses/compact",
                "/v1beta/models/gemini-3.1-pro:embedContent",
                "/v1beta/interactions",
                "/api/generate",
                "/model/anthropic.claude/converse"
            })
    void anyOtherPathPassesUnread(String path) throws Exception {
        byte[] body = "{\"model\":\"gpt-4o\", \"messages\" : not even json".getBytes(UTF_8);

        HttpResponse<String> answer = MNEMO.send(MNEMO.to(path)
                .header("Authorization", "Bearer acme-key")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofByteArray(body)));

        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"opaque\"");
        assertThat(UPSTREAM.seen.take().body()).isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/models, ''",
        "POST, /v1/embeddings, '{}'",
        "POST, /v1/messages/count_tokens, '{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"U\"}]}'",
        "POST, /v1/responses/input_tokens, '{\"model\":\"m\",\"input\":\"U\"}'",
        "POST, /v1beta/models/m:countTokens, '{\"contents\":[{\"parts\":[{\"text\":\"U\"}]}]}'"
    })
    void whatUsesNoTokensIsSettledUnderALimitOfTokens(String method, String path, String body) {
        Detached work = MNEMO.bean(Detached.class);
        long failed = work.failed();
        Usage usage = Usage.of(MNEMO);

        HttpResponse<String> answer = MNEMO.send(MNEMO.to(path)
                .header("x-api-key", "metered-key")
                .header("X-Mnemo-User", user)
                .method(method, BodyPublishers.ofString(body)));

        assertThat(answer.statusCode()).isEqualTo(200);
        Mnemo.eventually("nothing is held", () -> work.running() == 0 && usage.held("metered", user, "only") == 0);
        assertThat(work.failed()).isEqualTo(failed);
    }

    @Test
    void aSignedBodyIsNotTouched() throws Exception {
        String body = Talk.ANTHROPIC.request("m", List.of("Hello"));

        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/anthropic/v1/messages")
                .header("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20261124/us-east-1/bedrock/aws4_request")
                .header("x-api-key", "byok-key")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofString(body)));

        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"opaque\"");
        ScriptedUpstream.Exchange seen = UPSTREAM.seen.take();
        assertThat(new String(seen.body(), UTF_8)).isEqualTo(body);
        assertThat(seen.head()).contains("AWS4-HMAC-SHA256");
    }

    @Test
    void aCodingThatIsNotKnownPassesThrough() throws Exception {
        byte[] packed = new byte[300];
        new Random(7).nextBytes(packed);

        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/v1/chat/completions")
                .header("Authorization", "Bearer acme-key")
                .header("Content-Encoding", "br")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofByteArray(packed)));

        assertThat(answer.headers().firstValue("X-Mnemo-Context")).hasValue("tokens=0, reason=\"opaque\"");
        ScriptedUpstream.Exchange seen = UPSTREAM.seen.take();
        assertThat(seen.body()).isEqualTo(packed);
        assertThat(seen.head().toLowerCase(Locale.ROOT)).contains("content-encoding: br");
    }

    /** Otherwise a limit on tokens would hold only those who want it to. */
    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, Content-Encoding, br",
        "/v1/chat/completions?X-Amz-Signature=1, X-Nothing, x",
        "/v1/messages, Authorization, AWS4-HMAC-SHA256 x",
    })
    void whereTokensAreLimitedACallMustBeReadable(String path, String header, String value) {
        HttpResponse<String> refused = MNEMO.send(MNEMO.to(path)
                .header("x-api-key", "metered-key")
                .header(header, value)
                .POST(BodyPublishers.ofString(Mnemo.body("gpt-4o", "Hello"))));

        assertThat(refused.statusCode()).isEqualTo(415);
        assertThat(refused.body()).contains("mnemo: body: signed, or packed");
        assertThat(UPSTREAM.seen).isEmpty();
    }

    /** Readers disagree about where such a path leads, and the tenant's credential must not leave its upstream's address. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/./chat/completions",
                "/v1/x/../chat/completions",
                "/v1/chat//../completions",
                "/../../other/v1/files",
                "/v1/x%2F..%2Fmessages",
                "/v1/%2e%2e/files",
                "/v1/..;a=b/files"
            })
    void aPathThatClimbsIsRefused(String path) {
        HttpResponse<String> refused = MNEMO.send(MNEMO.to(path)
                .header("Authorization", "Bearer acme-key")
                .POST(BodyPublishers.ofString(Mnemo.body("gpt-4o", "Hello"))));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("mnemo: path: has a segment of dots only");
        assertThat(UPSTREAM.seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//v1/chat/completions",
                "/v1/chat/completions/",
                "/v1/chat/completions;a=b",
                "/v1/chat%2Fcompletions",
                "/v1/chat%2Fcompletions%2F",
                "/v1/%63hat/completions"
            })
    void aChatCallInDisguiseIsRead(String path) {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to(path)
                .header("Authorization", "Bearer acme-key")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofString(Mnemo.body("gpt-4o", "Hello"))));

        assertThat(answer.headers().firstValue("X-Mnemo-Context").orElseThrow()).contains("preferences=1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/messages/batches | \"type\":\"error\"",
                "/v1beta/files | \"status\":\"UNAUTHENTICATED\"",
                "/api/tags | {\"error\":\"mnemo:",
                "/v1/embeddings | \"type\":\"authentication_error\",\"param\":null"
            })
    void itsErrorsHaveTheShapeOfItsProvider(String path, String shape) {
        HttpResponse<String> refused = MNEMO.send(
                MNEMO.to(path).header("Authorization", "Bearer nobody").POST(BodyPublishers.ofString("{}")));

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains(shape.strip());
        assertThat(refused.headers().firstValue("x-request-id"))
                .isEqualTo(refused.headers().firstValue("X-Mnemo-Request"));
    }

    /** In a process whose memory would not hold a tenth of it. */
    @Test
    void aGigabyteGoesUpThroughASmallProcess() throws Exception {
        long size = 1L << 30;
        try (ServerSocket upstream = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                Replica gateway = Replica.begin(
                        Mnemo.directory(Map.of("acme", Mnemo.tenant("acme", upstream.getLocalPort(), ""))),
                        TestRedis.url(),
                        List.of("-Xmx96m", "-XX:MaxDirectMemorySize=32m"))) {
            gateway.started();
            CompletableFuture<Long> arrived = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> receive(upstream, size, arrived));
            long sent = upload(gateway.port(), size);

            assertThat(arrived.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(gateway.isAlive()).isTrue();
        }
    }

    /** Says the checksum of what was sent, once the answer has come. */
    private static long upload(int port, long size) throws IOException {
        CRC32 sum = new CRC32();
        byte[] piece = new byte[1 << 16];
        new Random(1).nextBytes(piece);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/files HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer acme-key\r\nContent-Length: " + size
                            + "\r\n\r\n")
                    .getBytes(UTF_8));
            for (long left = size; left > 0; left -= piece.length) {
                piece[0]++;
                out.write(piece);
                sum.update(piece);
            }
            String status = new String(socket.getInputStream().readNBytes(12), UTF_8);
            assertThat(status).isEqualTo("HTTP/1.1 200");
        }
        return sum.getValue();
    }

    private static void receive(ServerSocket server, long size, CompletableFuture<Long> arrived) {
        try (Socket socket = server.accept()) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            int last = 0;
            while (last != 0x0d0a0d0a) {
                last = last << 8 | in.read();
            }
            CRC32 sum = new CRC32();
            byte[] piece = new byte[1 << 16];
            for (long left = size; left > 0; ) {
                int read = in.read(piece, 0, (int) Math.min(left, piece.length));
                sum.update(piece, 0, read);
                left -= read;
            }
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(UTF_8));
            arrived.complete(sum.getValue());
        } catch (IOException | RuntimeException e) {
            arrived.completeExceptionally(e);
        }
    }
}
