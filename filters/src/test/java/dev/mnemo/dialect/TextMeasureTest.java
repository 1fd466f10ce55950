package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mnemo.dialect.TextUnits.Script;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.JsonText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextMeasureTest {

    @ParameterizedTest
    @ValueSource(strings = {"He said: \"no\\yes\".\n\tWell.", "Größe und Maß", "Слова и 漢字とカナ, 한국어", "tab\there"})
    void escapesAreWhatTheyStandFor(String text) {
        TextMeasure plain = new TextMeasure();
        plain.text(text.getBytes(UTF_8));
        TextMeasure escaped = new TextMeasure();
        escaped.escaped(JsonText.escaped(text));
        StringBuilder hex = new StringBuilder("\"");
        text.chars().forEach(c -> hex.append(String.format("\\u%04X", c)));
        byte[] literal = hex.append('"').toString().getBytes(UTF_8);
        TextMeasure unicode = new TextMeasure();
        unicode.json(literal, new Span(0, literal.length));

        assertThat(escaped.units()).isEqualTo(plain.units());
        assertThat(unicode.units().total()).isCloseTo(plain.units().total(), within(1e-9));
    }

    @Test
    void eachScriptIsCountedOnItsOwn() {
        assertThat(units("plain text").of(Script.PLAIN)).isPositive();
        assertThat(units("дом").of(Script.ALPHABET)).isPositive();
        assertThat(units("漢字").of(Script.HAN)).isPositive();
        assertThat(units("かなカナ").of(Script.KANA)).isPositive();
        assertThat(units("한국어").of(Script.HANGUL)).isPositive();
    }

    @Test
    void plainTextNearAccentsIsOfTheirLanguage() {
        TextUnits german = units("Die Größe der Häuser in den Städten ist überall verschieden.".repeat(20));
        TextUnits english = units("Two words, and no accents are anywhere near. ".repeat(50) + "Café");

        assertThat(german.of(Script.ACCENTED)).isGreaterThan(0.9 * german.total());
        assertThat(english.of(Script.PLAIN)).isGreaterThan(0.9 * english.total());
    }

    @Test
    void textInPiecesIsMeasuredAsOne() {
        TextMeasure whole = new TextMeasure();
        whole.text("International relations, 1234567.".getBytes(UTF_8));
        TextMeasure pieces = new TextMeasure();
        for (String piece : new String[] {"Inter", "national rel", "ations, 123", "4567."}) {
            pieces.text(piece.getBytes(UTF_8));
        }

        assertThat(pieces.units()).isEqualTo(whole.units());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\", "\\u", "\\u12", "a\\u00e", "\\uZZZZ"})
    void brokenEscapesAreSomething(String content) {
        TextMeasure measure = new TextMeasure();
        measure.escaped(content.getBytes(UTF_8));

        assertThat(measure.units().total()).isPositive();
    }

    @Test
    void halfACharacterIsSomething() {
        for (byte[] half : new byte[][] {{(byte) 0xC3}, {(byte) 0xE4, (byte) 0xB8}, {(byte) 0xF0, (byte) 0x9F}}) {
            TextMeasure measure = new TextMeasure();
            measure.text(half);

            assertThat(measure.units().total()).isPositive();
        }
    }

    private static TextUnits units(String text) {
        TextMeasure measure = new TextMeasure();
        measure.text(text.getBytes(UTF_8));
        return measure.units();
    }
}
