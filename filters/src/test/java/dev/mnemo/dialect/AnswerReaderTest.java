package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.AnswerReader.Framing;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted of an answer, and where reading ends. */
class AnswerReaderTest {

    @ParameterizedTest
    @CsvSource({
        "text/event-stream, EVENTS",
        "text/event-stream; charset=utf-8, EVENTS",
        "application/x-ndjson, LINES",
        "application/x-ndjson; charset=utf-8, LINES",
        "application/json, WHOLE",
        "'', WHOLE",
    })
    void theContentTypeTellsTheFraming(String contentType, Framing framing) {
        assertThat(Framing.of(contentType)).isEqualTo(framing);
    }

    @ParameterizedTest
    @CsvSource({
        "openai-responses, commentary.sse, 20",
        "openai-responses, function-call.sse, 18",
        "openai-responses, cached-reasoning.sse, 18",
        "openai-responses, refusal.sse, 23",
        "openai-responses, whole-text.json, 12",
        "anthropic-messages, thinking.sse, 18",
        "gemini, thoughts.sse, 18",
        "ollama-chat, thinking.ndjson, 18",
    })
    void whatIsGeneratedIsCountedOnceShownOrNot(String dialect, String file, long bytes) {
        Dialect reads = Endpoint.READING.stream()
                .filter(d -> d.id().equals(dialect))
                .findFirst()
                .orElseThrow();
        Golden golden = Golden.of(reads, file, "", null);

        Answer answer = golden.read(
                reader -> reader.accept(ByteBuffer.wrap(golden.stream().bytes())));

        assertThat(answer.answerBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools.sse", "whole-tools.json"})
    void argumentsOfToolsAreCounted(String file) {
        Golden golden = Golden.of(Endpoints.ANTHROPIC.dialect(), file, "", null);

        Answer answer = golden.read(
                reader -> reader.accept(ByteBuffer.wrap(golden.stream().bytes())));

        assertThat(answer.answerBytes()).isGreaterThan(answer.text().length() + 18L);
    }

    @Test
    void textIsKeptUpToABoundAndCountedBeyondIt() {
        AnswerReader reader = AnswerReader.of(Endpoints.OLLAMA.dialect(), Framing.LINES);
        String piece = "é".repeat(1_000);
        for (int i = 0; i < 70; i++) {
            feed(reader, "{\"message\":{\"content\":\"" + piece + "\"},\"done\":false}\n");
        }
        feed(reader, "{\"done\":true}\n");

        assertThat(reader.answer().text()).hasSize(AnswerParts.KEPT);
        assertThat(reader.answer().textCut()).isTrue();
        assertThat(reader.answer().complete()).isTrue();
        assertThat(reader.answer().answerBytes()).isEqualTo(140_000);
    }

    @Test
    void aLongTextIsWholeAgainWhenTheLastEventHoldsAShorterOne() {
        AnswerReader reader = AnswerReader.of(Endpoints.RESPONSES.dialect(), Framing.EVENTS);
        feed(reader, event("response.output_text.delta", "\"delta\":\"" + "x".repeat(AnswerParts.KEPT + 1) + "\""));
        assertThat(reader.answer().textCut()).isTrue();

        feed(
                reader,
                event(
                        "response.completed",
                        "\"response\":{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"final\"}]}]}"));

        assertThat(reader.answer().text()).isEqualTo("final");
        assertThat(reader.answer().textCut()).isFalse();
    }

    @Test
    void anAnswerInOnePieceThatIsTooLargePassesUnread() {
        AnswerReader reader = AnswerReader.of(Endpoints.OLLAMA.dialect(), Framing.WHOLE);
        feed(reader, "{\"message\":{\"content\":\"" + "x".repeat(AnswerReader.Whole.LARGEST));
        feed(reader, "\"},\"done\":true,\"prompt_eval_count\":1,\"eval_count\":1}");
        reader.end();

        assertThat(reader.answer()).isEqualTo(Answer.UNKNOWN);
    }

    @Test
    void aStreamWithAPieceThatIsTooLargeIsNotComplete() {
        AnswerReader events = AnswerReader.of(Endpoints.GEMINI.dialect(), Framing.EVENTS);
        AnswerReader lines = AnswerReader.of(Endpoints.OLLAMA.dialect(), Framing.LINES);
        String large = "x".repeat(1_100_000);

        feed(events, "data: {\"x\":\"" + large + "\"}\n\ndata: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n");
        feed(lines, "{\"x\":\"" + large + "\"}\n{\"done\":true}\n");

        assertThat(events.answer().finishReason()).isEqualTo("STOP");
        assertThat(events.answer().complete()).isFalse();
        assertThat(lines.answer().complete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"candidates\":7,\"usageMetadata\":[],\"promptFeedback\":\"x\"}",
                "{\"candidates\":[7,{\"content\":[]},{\"content\":{\"parts\":{}}}]}",
                "{\"usageMetadata\":{\"promptTokenCount\":-5,\"candidatesTokenCount\":\"7\"}}",
                "{\"error\":null}",
                "[]",
                "null",
                "\"text\"",
                "",
                "{",
                "not json",
            })
    void whatIsOfAnotherShapeSaysNothing(String body) {
        AnswerReader reader = AnswerReader.of(Endpoints.GEMINI.dialect(), Framing.WHOLE);
        feed(reader, body);
        reader.end();

        assertThat(reader.answer().text()).isEmpty();
        assertThat(reader.answer().usage()).isNull();
        assertThat(reader.answer().failed()).isFalse();
    }

    @Test
    void countsThatNoProviderWouldTellDoNotOverflow() {
        AnswerReader reader = AnswerReader.of(Endpoints.ANTHROPIC.dialect(), Framing.WHOLE);
        feed(
                reader,
                "{\"type\":\"message\",\"usage\":{\"input_tokens\":9223372036854775807,\"cache_read_input_tokens\":9223372036854775807,\"cache_creation_input_tokens\":99999999999999999999,\"output_tokens\":1}}");
        reader.end();

        Answer.Usage usage = reader.answer().usage();
        assertThat(usage).isNotNull();
        assertThat(usage.input()).isEqualTo(2L << 40);
    }

    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
    }

    private static void feed(AnswerReader reader, String bytes) {
        reader.accept(ByteBuffer.wrap(bytes.getBytes(UTF_8)));
    }
}
