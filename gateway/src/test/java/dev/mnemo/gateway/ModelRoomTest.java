package dev.mnemo.gateway;

import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.TestRedis;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The block never makes a call too long or too dear for its model; where it did all the same, the call goes on without it. */
class ModelRoomTest {

    private final String user = TestRedis.fresh("ada");

    @BeforeEach
    void muchIsKnown() {
        UPSTREAM.seen.clear();
        for (String tenant : List.of("acme", "narrow")) {
            MNEMO.put(tenant, user, "{\"style\":\"" + "direct and thorough ".repeat(50) + "\"}");
        }
    }

    @Test
    void aWindowThatIsNearlyFullGetsNoBlock() {
        assertThat(context(chat("narrow", "Hello"))).contains("preferences=1");
        assertThat(context(chat("narrow", "Hello. ".repeat(330)))).isEqualTo("tokens=0, reason=\"full\"");
    }

    @Test
    void aPriceTiersEdgeIsNotCrossedForTheBlock() {
        assertThat(context(chat("dear", "Hello"))).contains("preferences=1");
        assertThat(context(chat("dear", "Hello. ".repeat(150)))).isEqualTo("tokens=0, reason=\"full\"");
        // Beyond it already: the block changes nothing of the price.
        assertThat(context(chat("dear", "Hello. ".repeat(400)))).contains("preferences=1");
    }

    @ParameterizedTest
    @CsvSource({
        "'', full",
        "'\"options\":{\"num_ctx\":1024},', full",
        "'\"options\":{\"num_ctx\":16384},', preferences=1"
    })
    void ofOllamasWindowTheBlockTakesAQuarterAtTheMost(String options, String expected) {
        MNEMO.put("acme", user, "{\"style\":\"" + "direct and thorough ".repeat(400) + "\"}");
        UPSTREAM.on("llama", call -> call.json(200, Talk.OLLAMA.answer("Hi.")));

        HttpResponse<String> answer = MNEMO.send(Talk.OLLAMA.call(
                MNEMO,
                "acme",
                user,
                "{\"model\":\"llama\",\"stream\":false," + options
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"));

        assertThat(context(answer)).contains(expected);
    }

    @Test
    void aCallThatOurBlockMadeTooLongGoesOnWithoutIt() throws Exception {
        UPSTREAM.on("tight", call -> {
            boolean ours = new String(call.body(), StandardCharsets.UTF_8).contains("thorough");
            call.json(
                    ours ? 400 : 200,
                    ours
                            ? "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 200001 tokens > 200000 maximum\"}}"
                            : Talk.ANTHROPIC.answer("It fits."));
        });

        String body = Talk.ANTHROPIC.request("tight", List.of("Hello"));
        HttpResponse<String> answer = MNEMO.send(Talk.ANTHROPIC.call(MNEMO, "acme", user, body));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("It fits.");
        assertThat(context(answer)).isEqualTo("tokens=0, reason=\"full\"");
        assertThat(UPSTREAM.seen.take().body()).isNotEqualTo(body.getBytes(StandardCharsets.UTF_8));
        assertThat(UPSTREAM.seen.take().body()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aCallThatIsTooLongByItselfIsToldSoOnce() {
        AtomicInteger asked = new AtomicInteger();
        String told = "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}";
        UPSTREAM.on("always", call -> {
            asked.incrementAndGet();
            call.json(400, told);
        });

        HttpResponse<String> answer = MNEMO.ask("acme", user, Mnemo.body("always", "Hello"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo(told);
        assertThat(asked).hasValue(2);
    }

    @Test
    void anotherRefusalReachesTheClientAsItIs() {
        AtomicInteger asked = new AtomicInteger();
        String told = "{\"error\":{\"message\":\"temperature: not supported\",\"code\":\"unsupported_value\"}}";
        UPSTREAM.on("picky", call -> {
            asked.incrementAndGet();
            call.json(400, told);
        });

        HttpResponse<String> answer = MNEMO.ask("acme", user, Mnemo.body("picky", "Hello"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo(told);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(asked).hasValue(1);
    }

    /** Without usage: the estimate is not to learn from what a fake upstream counts. */
    private HttpResponse<String> chat(String model, String words) {
        UPSTREAM.on(
                model,
                call -> call.json(
                        200,
                        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi.\"},\"finish_reason\":\"stop\"}]}"));
        return MNEMO.ask("narrow", user, Mnemo.body(model, words));
    }

    private static String context(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Mnemo-Context").orElseThrow();
    }
}
