package dev.mnemo.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ENGLISH | When did I go to the dentist?",
                "GERMAN | Wann war ich beim Zahnarzt?",
                "SPANISH | ¿Cuándo fui al dentista con mi hermana?",
                "FRENCH | Quand est-ce que je suis allé chez le dentiste ?",
                "ITALIAN | Quando sono andato dal dentista con mia sorella?",
                "PORTUGUESE | Quando é que eu fui ao dentista com a minha irmã?",
                "DUTCH | Wanneer ben ik naar de tandarts geweest?",
                "SWEDISH | När var jag hos tandläkaren och vad sade han?",
                "RUSSIAN | Когда я был у врача?",
                "UNKNOWN | 我什么时候去看牙医了",
                "UNKNOWN | Πότε πήγα στον οδοντίατρο;",
                "ENGLISH | Pizza",
                "ENGLISH | my dog"
            })
    void theStopWordsTellTheLanguage(Language language, String text) {
        assertThat(Language.of(Words.of(text))).isEqualTo(language);
    }

    @ParameterizedTest
    @CsvSource({
        "ENGLISH, adopted, adoption",
        "ENGLISH, running, runs",
        "GERMAN, Häuser, Hauses",
        "GERMAN, Wohnungen, Wohnung",
        "SPANISH, trabajando, trabajar",
        "FRENCH, continuellement, continuelle",
        "RUSSIAN, книги, книга"
    })
    void formsOfAWordHaveOneStem(Language language, String one, String other) {
        Language.Stemmer stemmer = language.stemmer();
        assertThat(stemmer.stem(one.toLowerCase(java.util.Locale.ROOT)))
                .isEqualTo(stemmer.stem(other.toLowerCase(java.util.Locale.ROOT)));
    }

    @Test
    void accentsDoNotCount() {
        assertThat(Language.UNKNOWN.stemmer().stem("zürich")).isEqualTo("zurich");
    }

    @Test
    void theCodesInAnIndexNeverChange() {
        assertThat(Language.ofCode(1)).isEqualTo(Language.ENGLISH);
        assertThat(Language.ofCode(2)).isEqualTo(Language.GERMAN);
        assertThat(Language.ofCode(13)).isEqualTo(Language.RUSSIAN);
        assertThat(Language.ofCode(-1)).isNull();
        assertThat(Language.ofCode(Language.count())).isNull();
        for (Language language : Language.values()) {
            assertThat(Language.ofCode(language.code)).isEqualTo(language);
        }
    }
}
