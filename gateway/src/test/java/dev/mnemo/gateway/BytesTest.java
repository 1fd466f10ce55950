package dev.mnemo.gateway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.MNEMO;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.GoldenStreams;
import dev.mnemo.dialect.RandomRequests;
import dev.mnemo.redis.TestRedis;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes up is the client's but for the block; what comes down is the upstream's. */
class BytesTest {

    @BeforeEach
    void aFreshUpstream() {
        LLM.resetAll();
    }

    @Test
    void everyByteOfARequestButTheBlockIsTheClients() {
        String user = TestRedis.fresh("ada");
        MNEMO.put("wire", user, "{\"tone\":\"direct – no \\\"fluff\\\" 👋\"}");
        LLM.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Content-Type", "application/json")
                        .withBody(ScriptedUpstream.answer("", 1, 1))));
        RandomRequests requests = new RandomRequests(20_261_124);
        for (int i = 0; i < 200; i++) {
            String request = requests.next();

            HttpResponse<String> answer = MNEMO.ask("wire", user, request);

            assertThat(answer.statusCode()).as(request).isEqualTo(200);
            byte[] sent = request.getBytes(UTF_8);
            byte[] arrived = LLM.getAllServeEvents().getFirst().getRequest().getBody();
            int before = Arrays.mismatch(sent, arrived);
            int block = arrived.length - sent.length;
            assertThat(block).isPositive();
            assertThat(new String(arrived, before, block, UTF_8)).contains("no \\\\\\\"fluff\\\\\\\" 👋");
            assertThat(Arrays.copyOfRange(arrived, before + block, arrived.length))
                    .isEqualTo(Arrays.copyOfRange(sent, before, sent.length));
        }
    }

    static Stream<Arguments> streams() {
        return Stream.of(Talk.values())
                .flatMap(
                        talk -> GoldenStreams.whole(talk.dialect()).stream().map(stream -> Arguments.of(talk, stream)));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void everyByteOfAStreamIsTheUpstreams(Talk talk, GoldenStreams.Stream golden) throws Exception {
        LLM.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Content-Type", golden.contentType())
                        .withBody(golden.bytes())
                        .withChunkedDribbleDelay(7, 21)));

        HttpResponse<byte[]> answer = MNEMO.http()
                .send(
                        talk.call(MNEMO, "wire", "ada", talk.request("m", List.of("Hello")))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.body()).isEqualTo(golden.bytes());
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(golden.contentType());
    }
}
