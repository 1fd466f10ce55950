package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.Dialect.Problem;
import dev.mnemo.tenant.Upstream.Protocol;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Mnemo's own errors, as each dialect's clients read them. Quotes in expectations are single. */
class ErrorsTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static final Problem DENIED = new Problem(429, "budget_exhausted", "mnemo: no budget", "req-1");
    private static final Problem LOST = new Problem(502, "upstream_interrupted", "mnemo: cut off", "req-2");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "openai-chat        | {'error':{'message':'mnemo: no budget','type':'rate_limit_error','param':null,'code':'budget_exhausted'}}",
                "openai-responses   | {'error':{'message':'mnemo: no budget','type':'rate_limit_error','param':null,'code':'budget_exhausted'}}",
                "anthropic-messages | {'type':'error','error':{'type':'rate_limit_error','message':'mnemo: no budget'},'request_id':'req-1'}",
                "gemini             | {'error':{'code':429,'message':'mnemo: no budget','status':'RESOURCE_EXHAUSTED'}}",
                "ollama-chat        | {'error':'mnemo: no budget'}",
            })
    void anErrorHasTheShapeOfItsDialect(String dialect, String expected) {
        assertThat(new String(dialect(dialect).error(DENIED), UTF_8)).isEqualTo(expected.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "openai-chat        | EVENTS | ~~data: {'error':{'message':'mnemo: cut off','type':'server_error','param':null,'code':'upstream_interrupted'}}~~",
                "openai-responses   | EVENTS | ~~event: error~data: {'type':'error','code':'upstream_interrupted','message':'mnemo: cut off','param':null,'sequence_number':0,'error':{'message':'mnemo: cut off','type':'server_error','param':null,'code':'upstream_interrupted'}}~~",
                "anthropic-messages | EVENTS | ~~event: error~data: {'type':'error','error':{'type':'api_error','message':'mnemo: cut off'},'request_id':'req-2'}~~",
                "ollama-chat        | LINES  | {'error':'mnemo: cut off'}~",
            })
    void inAStreamItIsAPieceOfItsOwn(String dialect, Framing framing, String expected) {
        assertThat(new String(dialect(dialect).errorInStream(LOST, framing), UTF_8))
                .isEqualTo(expected.replace('\'', '"').replace('~', '\n'));
    }

    @ParameterizedTest
    @CsvSource({
        "openai-chat, WHOLE",
        "openai-chat, LINES",
        "openai-responses, WHOLE",
        "openai-responses, LINES",
        "anthropic-messages, WHOLE",
        "anthropic-messages, LINES",
        "gemini, WHOLE",
        "gemini, LINES",
        "gemini, EVENTS",
        "ollama-chat, WHOLE",
        "ollama-chat, EVENTS",
    })
    void whereClientsWouldNotReadItThereIsNone(String dialect, Framing framing) {
        assertThat(dialect(dialect).errorInStream(LOST, framing)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"quoted\" \\ and / slashed",
                "two\nlines\r\n\nand a third\t",
                "data: x\n\nevent: error",
                "Grüße 你好 👩‍👩‍👧‍👦",
                "control \u0000 \u001f \u007f \u2028 \u2029",
                "</script>{}[]',",
                "",
            })
    void anyMessageIsValidJsonOnOneLine(String message) {
        Problem problem = new Problem(500, "c\"ode", message, "re\nq");
        for (Dialect dialect : Endpoint.READING) {
            String error = new String(dialect.error(problem), UTF_8);
            assertThat(error).doesNotContain("\n", "\r");
            assertThat(JSON.readTree(error).isObject()).isTrue();
            assertThat(JSON.readTree(error).toString()).contains(JSON.writeValueAsString(message));
            for (Framing framing : Framing.values()) {
                byte[] bytes = dialect.errorInStream(problem, framing);
                if (bytes.length > 0) {
                    AnswerReader reader = AnswerReader.of(dialect, framing);
                    reader.accept(ByteBuffer.wrap(bytes));
                    reader.end();
                    assertThat(reader.answer().failed()).as(dialect.id()).isTrue();
                }
            }
        }
    }

    @Test
    void halfACharacterIsReplaced() {
        for (Dialect dialect : Endpoint.READING) {
            byte[] error = dialect.error(new Problem(500, "c", "half \ud83d", "r"));

            assertThat(JSON.readTree(error).toString()).contains("half \uFFFD");
        }
    }

    /** The stream may have been cut anywhere: the error is an event nevertheless, and a line where the last one was ended. */
    @Test
    void itIsReadBehindAStreamThatWasCutAnywhere() {
        for (Dialect dialect : Endpoint.READING) {
            for (GoldenStreams.Stream stream : GoldenStreams.whole(dialect.id())) {
                Framing framing = Framing.of(stream.contentType());
                byte[] error = dialect.errorInStream(LOST, framing);
                byte[] bytes = stream.bytes();
                for (int end = 0; error.length > 0 && end < bytes.length; end++) {
                    AnswerReader reader = AnswerReader.of(dialect, framing);
                    reader.accept(ByteBuffer.wrap(bytes, 0, end));
                    if (framing == Framing.LINES) {
                        reader.accept(ByteBuffer.wrap(new byte[] {'\n'}));
                    }
                    reader.accept(ByteBuffer.wrap(error));
                    reader.end();
                    assertThat(reader.answer().failed())
                            .as("%s cut at %d", stream, end)
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, invalid_request_error, INVALID_ARGUMENT",
        "401, authentication_error, authentication_error, UNAUTHENTICATED",
        "403, permission_error, permission_error, PERMISSION_DENIED",
        "404, invalid_request_error, not_found_error, NOT_FOUND",
        "413, invalid_request_error, request_too_large, INVALID_ARGUMENT",
        "429, rate_limit_error, rate_limit_error, RESOURCE_EXHAUSTED",
        "500, server_error, api_error, INTERNAL",
        "502, server_error, api_error, UNAVAILABLE",
        "503, service_unavailable_error, overloaded_error, UNAVAILABLE",
        "504, server_error, timeout_error, DEADLINE_EXCEEDED",
    })
    void theTypeFollowsTheStatus(int status, String openAi, String anthropic, String gemini) {
        Problem problem = new Problem(status, "code", "mnemo: x", "r");

        assertThat(type("openai-chat", problem, "type")).isEqualTo(openAi);
        assertThat(type("openai-responses", problem, "type")).isEqualTo(openAi);
        assertThat(type("anthropic-messages", problem, "type")).isEqualTo(anthropic);
        assertThat(type("gemini", problem, "status")).isEqualTo(gemini);
    }

    private static String type(String dialect, Problem problem, String member) {
        return JSON.readTree(dialect(dialect).error(problem))
                .path("error")
                .path(member)
                .stringValue();
    }

    @Test
    void whatPassesThroughSpeaksAsItsProviderDoes() {
        for (Protocol protocol : Protocol.values()) {
            Dialect opaque = new Opaque(protocol);
            Dialect speaker = Endpoint.READING.stream()
                    .filter(dialect -> dialect.protocol() == protocol)
                    .findFirst()
                    .orElseThrow();
            assertThat(opaque.protocol()).isEqualTo(protocol);
            assertThat(opaque.error(DENIED)).isEqualTo(speaker.error(DENIED));
            for (Framing framing : List.of(Framing.values())) {
                assertThat(opaque.errorInStream(LOST, framing)).isEqualTo(speaker.errorInStream(LOST, framing));
            }
        }
    }

    private static Dialect dialect(String id) {
        return Endpoint.READING.stream()
                .filter(dialect -> dialect.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
