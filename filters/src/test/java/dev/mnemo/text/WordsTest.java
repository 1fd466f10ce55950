package dev.mnemo.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.text.Token.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    @Test
    void wordsAreInLowerCaseWithoutAnEnglishGenitive() {
        assertThat(of("Did Caroline's dog—Rex—bark?", Kind.WORD))
                .containsExactly("did", "caroline", "dog", "rex", "bark");
        assertThat(of("Don’t panic", Kind.WORD)).containsExactly("don't", "panic");
    }

    @Test
    void numbersLoseWhatGroupsThem() {
        assertThat(of("1,200 or 1.200 or 1'200 and 3.5 and 3,5", Kind.NUMBER))
                .containsExactly("1200", "1200", "1200", "3.5", "3.5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "On May 7 we met",
                "on 7 May 2023",
                "the 7th of May",
                "May 7, 2023",
                "2023-05-07",
                "am 7. Mai 2023",
                "am 07.05.2023",
                "le 7 mai",
                "el 7 de mayo de 2023",
                "7 мая 2023",
                "2023年5月7日",
                "on 5/7/2023"
            })
    void aDateIsTheSameHoweverItIsWritten(String text) {
        assertThat(of(text, Kind.DATE)).contains("m5", "m5d7");
    }

    @Test
    void aWordThatIsAMonthNowAndThenIsOneBesideANumber() {
        assertThat(of("It may rain, and we march on", Kind.DATE)).isEmpty();
        assertThat(of("in August", Kind.DATE)).containsExactly("m8");
        assertThat(of("version 45.99.1 costs 30.02", Kind.DATE)).isEmpty();
    }

    @Test
    void scriptsWithoutSpacesAreReadInPairs() {
        assertThat(of("我喜欢茶 tea", Kind.PIECE)).containsExactly("我喜", "喜欢", "欢茶");
        assertThat(of("我喜欢茶 tea", Kind.WORD)).containsExactly("tea");
        assertThat(of("茶", Kind.PIECE)).containsExactly("茶");
        assertThat(of("ｔｅａ", Kind.WORD)).containsExactly("tea");
    }

    @Test
    void oddTextBreaksNothing() {
        assertThat(Words.of("")).isEmpty();
        assertThat(Words.of("\ud800 \udc00 ' '' '' ’s 12. .5 ，。")).isNotNull();
    }

    private static List<String> of(String text, Kind kind) {
        return Words.of(text).stream()
                .filter(token -> token.kind() == kind)
                .map(Token::text)
                .toList();
    }
}
