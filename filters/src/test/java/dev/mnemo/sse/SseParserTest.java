package dev.mnemo.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By WHATWG HTML §9.2.6, as far as data goes. */
class SseParserTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "data: a~~ | a",
                "data:a~~ | a",
                "data:  a~~ | ' a'",
                "data: a~data: b~~ | a~b",
                "data: a^data: b^^ | a~b",
                "data: a^~data: b^~^~ | a~b",
                "data: a~~data: b~~ | a;b",
                ": only a comment~~ | ''",
                "event: x~data: a~id: 1~~ | a",
                "data~~ | ''",
                "data: a~ | ''",
                "datax: a~~ | ''",
                "~~~data: a~~~~ | a",
            })
    void takesAStreamApart(String stream, String events) {
        byte[] bytes = real(stream).getBytes(UTF_8);
        String expected = real(events.replaceAll("^'(.*)'$", "$1"));

        for (int cut = 0; cut <= bytes.length; cut++) {
            List<String> seen = new ArrayList<>();
            SseParser parser = new SseParser((data, length) -> seen.add(new String(data, 0, length, UTF_8)));
            parser.feed(ByteBuffer.wrap(bytes, 0, cut));
            parser.feed(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
            assertThat(String.join(";", seen)).isEqualTo(expected);
        }
    }

    @Test
    void anEventThatIsTooLargeIsSkippedAndSaid() {
        List<String> seen = new ArrayList<>();
        SseParser parser = new SseParser((data, length) -> seen.add(new String(data, 0, length, UTF_8)));

        parser.feed(ByteBuffer.wrap(
                ("data: " + "x".repeat(SseParser.LARGEST) + "\ndata: more\n\ndata: next\n\n").getBytes(UTF_8)));

        assertThat(parser.overflowed()).isTrue();
        assertThat(seen).containsExactly("next");
    }

    private static String real(String text) {
        return text.replace('~', '\n').replace('^', '\r');
    }
}
