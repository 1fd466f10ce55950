package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferencesDocumentTest {

    private static final TokenCounter TOKENS = new TokenCounter();

    /** RFC 7396, appendix A, as far as both are objects. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"a\":\"b\"} | {\"a\":\"c\"} | {\"a\":\"c\"}",
                "{\"a\":\"b\"} | {\"b\":\"c\"} | {\"a\":\"b\",\"b\":\"c\"}",
                "{\"a\":\"b\"} | {\"a\":null} | {}",
                "{\"a\":\"b\",\"b\":\"c\"} | {\"a\":null} | {\"b\":\"c\"}",
                "{\"a\":[\"b\"]} | {\"a\":\"c\"} | {\"a\":\"c\"}",
                "{\"a\":\"c\"} | {\"a\":[\"b\"]} | {\"a\":[\"b\"]}",
                "{\"a\":{\"b\":\"c\"}} | {\"a\":{\"b\":\"d\",\"c\":null}} | {\"a\":{\"b\":\"d\"}}",
                "{\"a\":[{\"b\":\"c\"}]} | {\"a\":[1]} | {\"a\":[1]}",
                "{\"e\":null} | {\"a\":1} | {\"e\":null,\"a\":1}",
                "{} | {\"a\":{\"bb\":{\"ccc\":null}}} | {\"a\":{\"bb\":{}}}",
            })
    void mergesAsTheStandardSays(String target, String patch, String expected) {
        var merged = PreferencesDocument.merge(parse(target), parse(patch));

        assertThat(new Preferences(1, true, PreferencesDocument.members(merged, TOKENS)).json())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "| empty",
                "  | empty",
                "[]| not an object",
                "7| not an object",
                "null| not an object",
                "\"x\"| not an object",
                "{| not JSON, at byte 1",
                "{} {}| not JSON, at byte 3",
                "{\"é\":NaN}| not JSON, at byte 9",
                "{\"canary\":1,\"canary\":2}| a member twice, at byte 20",
                "{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}| nested too deep",
                "{\"a\":DIGITS}| a number or a name too long",
            })
    void isOneObjectWithEachMemberOnce(String bad, String told) {
        String json = bad == null ? "" : bad.replace("DIGITS", "1".repeat(1_001));

        assertThatThrownBy(() -> parse(json))
                .isInstanceOfSatisfying(
                        PreferencesProblem.class,
                        problem -> assertThat(problem.status()).isEqualTo(400))
                .hasMessageStartingWith("preferences:" + told)
                .hasMessageEndingWith("(expected: {\"name\": value, …}, each name once, nested at most 16 deep)")
                .hasMessageNotContaining("canary");
    }

    @Test
    void numbersStayAsTheyWereWritten() {
        String json = "{\"a\":1.10,\"b\":12345678901234567890123,\"c\":1E+3}";

        assertThat(new Preferences(1, true, PreferencesDocument.members(parse(json), TOKENS)).json())
                .isEqualTo(json);
    }

    @Test
    void sixteenKilobytesAreTheLimit() {
        String most = "{\"a\":\"" + "x".repeat(16 * 1024 - 8) + "\"}";

        assertThat(PreferencesDocument.members(parse(most), TOKENS)).hasSize(1);
        assertThatThrownBy(() -> PreferencesDocument.members(parse(most.replace("\"}", "x\"}")), TOKENS))
                .isInstanceOfSatisfying(
                        PreferencesProblem.class,
                        problem -> assertThat(problem.status()).isEqualTo(413));
    }

    private static tools.jackson.databind.node.ObjectNode parse(String json) {
        return PreferencesDocument.parse(json.getBytes(UTF_8));
    }
}
