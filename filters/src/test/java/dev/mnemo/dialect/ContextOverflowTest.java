package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refusals as providers word them. */
class ContextOverflowTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.\",\"type\":\"invalid_request_error\",\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}",
                "{\"error\":{\"message\":\"Your input exceeds the context window of this model. Please adjust your input and try again.\",\"type\":\"invalid_request_error\",\"param\":\"input\",\"code\":\"context_length_exceeded\"}}",
                "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096 tokens.\",\"type\":\"BadRequestError\",\"code\":400}",
                "{\"error\":{\"message\":\"The decoder prompt (length 5000) is longer than the maximum model length of 4096.\"}}",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 208310 tokens > 200000 maximum\"}}",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000\"}}",
                "{\"message\":\"Input is too long for requested model.\"}",
                "{\"error\":{\"code\":400,\"message\":\"The input token count (1250000) exceeds the maximum number of tokens allowed (1048576).\",\"status\":\"INVALID_ARGUMENT\"}}",
                "{\"error\":\"the input length exceeds the context length\"}",
                "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size. try increasing the context size or enable context shift\"}}",
            })
    void aPromptThatIsTooLongIsToldFromItsWords(String body) {
        assertThat(ContextOverflow.isToldBy(body.getBytes(UTF_8))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"error\":{\"message\":\"Invalid value: 'systm'. Supported values are: 'system'.\",\"type\":\"invalid_request_error\",\"param\":\"messages[0].role\",\"code\":\"invalid_value\"}}",
                "{\"error\":{\"message\":\"System message must be at the beginning.\"}}",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"messages.0.content: text content blocks must be non-empty\"}}",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Invalid `signature` in `thinking` block\"}}",
                "{\"error\":{\"code\":400,\"message\":\"Invalid JSON payload received. Unknown name \\\"contexts\\\"\",\"status\":\"INVALID_ARGUMENT\"}}",
                "{\"error\":\"model 'qwen9' not found\"}",
                "<html><body>413 Request Entity Too Large</body></html>",
            })
    void otherRefusalsAreOthers(String body) {
        assertThat(ContextOverflow.isToldBy(body.getBytes(UTF_8))).isFalse();
    }
}
