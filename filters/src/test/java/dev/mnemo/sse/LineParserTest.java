package dev.mnemo.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines end with a line feed, or with carriage return and line feed; empty ones are none. In the table {@code ~} and {@code ^} stand for them. */
class LineParserTest {

    private final List<String> seen = new ArrayList<>();
    private final LineParser parser = new LineParser((line, length) -> seen.add(new String(line, 0, length, UTF_8)));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "a~ | a",
                "a~b~ | a;b",
                "a^~b^~ | a;b",
                "~~a~^~~b~ | a;b",
                "a | a",
                "a^ | a",
                "a~b | a;b",
                "{\"é\":\"👋\"}~x~ | {\"é\":\"👋\"};x",
                "a^b~ | a^b",
                "~ | ''",
                "^~ | ''",
            })
    void takesAStreamApartHoweverItIsCut(String stream, String lines) {
        byte[] bytes = real(stream).getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            List<String> cutLines = new ArrayList<>();
            LineParser cutParser = new LineParser((line, length) -> cutLines.add(new String(line, 0, length, UTF_8)));
            cutParser.feed(ByteBuffer.wrap(bytes, 0, cut));
            cutParser.feed(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
            cutParser.end();

            assertThat(String.join(";", cutLines)).isEqualTo(real(lines.replace("''", "")));
        }
    }

    @Test
    void whatHasNoLineFeedIsALineOnlyAtTheEnd() {
        feed("half");
        assertThat(seen).isEmpty();

        parser.end();
        assertThat(seen).containsExactly("half");

        parser.end();
        assertThat(seen).containsExactly("half");
    }

    @Test
    void aLineThatIsTooLargeIsSkippedAndSaid() {
        feed("first\n");
        feed("x".repeat(SseParser.LARGEST));
        assertThat(parser.overflowed()).isFalse();
        feed("x".repeat(SseParser.LARGEST));
        feed("x\nnext\n");
        parser.end();

        assertThat(parser.overflowed()).isTrue();
        assertThat(seen).containsExactly("first", "next");
    }

    @Test
    void theLargestLineIsRead() {
        feed("x".repeat(SseParser.LARGEST) + "\n");

        assertThat(parser.overflowed()).isFalse();
        assertThat(seen).singleElement().satisfies(line -> assertThat(line).hasSize(SseParser.LARGEST));
    }

    @Test
    void aLineThatIsTooLargeAtTheEndIsNone() {
        feed("x".repeat(SseParser.LARGEST + 1));
        parser.end();

        assertThat(parser.overflowed()).isTrue();
        assertThat(seen).isEmpty();
    }

    @Test
    void leavesNothingOfTheView() {
        ByteBuffer view = ByteBuffer.wrap("a\nb".getBytes(UTF_8)).asReadOnlyBuffer();

        parser.feed(view);

        assertThat(view.hasRemaining()).isFalse();
    }

    private void feed(String text) {
        parser.feed(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private static String real(String text) {
        return text.replace('~', '\n').replace('^', '\r');
    }
}
