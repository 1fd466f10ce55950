package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {

    @ParameterizedTest
    @CsvSource({
        "'a\nb', a\\u000ab", // a line of its own
        "a\u001b[31mb, a\\u001b[31mb", // colours of a terminal
        "a\u0085b, a\\u0085b", // next line
        "a\u2028b, a\\u2028b", // line separator
        "a\u202eb, a\\u202eb", // right to left from here
        "a\u2066b, a\\u2066b", // isolate
        "a\u200bb, a\\u200bb", // no width
        "a\ufeffb, a\\ufeffb",
        "'a\" tenant=\"b', a\\u0022 tenant=\\u0022b", // would end the value and begin another
        "a\\b, a\\u005cb",
        "a\ud800b, a\\ud800b", // half a character
    })
    void whatIsNotPlainlyVisibleIsSpelt(String text, String shown) {
        assertThat(Printable.of(text, 100)).isEqualTo(shown);
    }

    @Test
    void letters_signsAndEmojiStay() {
        assertThat(Printable.of("ada@example.org é 日本 🦜 ½", 100)).isEqualTo("ada@example.org é 日本 🦜 ½");
    }

    @ParameterizedTest
    @CsvSource({
        "stars, stars",
        "'', a member",
        "'a\nb', a member",
        "12345678901234567890123456789012345678901, a member"
    })
    void aNameIsSaidWhereItIsPlainAndShort(String name, String said) {
        assertThat(Printable.name(name, "a member")).isEqualTo(said);
    }

    @Test
    void longTextIsCut() {
        assertThat(Printable.of("x".repeat(300), 10)).isEqualTo("xxxxxxxxxx…");
        assertThat(Printable.of("123456789🦜", 10))
                .as("a character is not halved")
                .isEqualTo("123456789…");
    }
}
