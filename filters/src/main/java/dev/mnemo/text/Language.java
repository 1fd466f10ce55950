package dev.mnemo.text;

import java.lang.Character.UnicodeScript;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tartarus.snowball.SnowballStemmer;
import org.tartarus.snowball.ext.DanishStemmer;
import org.tartarus.snowball.ext.DutchStemmer;
import org.tartarus.snowball.ext.EnglishStemmer;
import org.tartarus.snowball.ext.FinnishStemmer;
import org.tartarus.snowball.ext.FrenchStemmer;
import org.tartarus.snowball.ext.GermanStemmer;
import org.tartarus.snowball.ext.HungarianStemmer;
import org.tartarus.snowball.ext.ItalianStemmer;
import org.tartarus.snowball.ext.NorwegianStemmer;
import org.tartarus.snowball.ext.PortugueseStemmer;
import org.tartarus.snowball.ext.RussianStemmer;
import org.tartarus.snowball.ext.SpanishStemmer;
import org.tartarus.snowball.ext.SwedishStemmer;

/**
 * A language whose words are stemmed. An index names its language by {@link #code}, so that a query is stemmed as each text
 * was, whatever language the query itself is in. {@link #UNKNOWN} stands for all others: their words stay as they
 * are.
 */
public enum Language {
    UNKNOWN(0, "", null),
    ENGLISH(1, "en", EnglishStemmer::new),
    GERMAN(2, "de", GermanStemmer::new),
    FRENCH(3, "fr", FrenchStemmer::new),
    SPANISH(4, "es", SpanishStemmer::new),
    ITALIAN(5, "it", ItalianStemmer::new),
    PORTUGUESE(6, "pt", PortugueseStemmer::new),
    DUTCH(7, "nl", DutchStemmer::new),
    SWEDISH(8, "sv", SwedishStemmer::new),
    DANISH(9, "da", DanishStemmer::new),
    NORWEGIAN(10, "no", NorwegianStemmer::new),
    FINNISH(11, "fi", FinnishStemmer::new),
    HUNGARIAN(12, "hu", HungarianStemmer::new),
    RUSSIAN(13, "ru", RussianStemmer::new);

    private static final Language[] ALL = values();

    /** Each stop word with the weight of its vote for each language: a word of many languages says little. */
    private static final Map<String, float[]> VOTES = votes();

    /** As it stands in an index; never changes. */
    public final int code;

    /** By ISO 639-1; empty for {@link #UNKNOWN}. */
    public final String iso;

    private final @Nullable Supplier<SnowballStemmer> stemmer;

    Language(int code, String iso, @Nullable Supplier<SnowballStemmer> stemmer) {
        this.code = code;
        this.iso = iso;
        this.stemmer = stemmer;
    }

    /** How many there are, {@link #UNKNOWN} among them; codes are below it. */
    public static int count() {
        return ALL.length;
    }

    /** Null for a number that stands for none. */
    public static @Nullable Language ofCode(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : null;
    }

    /**
     * The language that most of the stop words speak for. A text without any, as one of a single noun, is taken for English if
     * it is in Latin letters, and else for {@link #UNKNOWN}.
     */
    public static Language of(List<Token> tokens) {
        float[] votes = new float[ALL.length];
        int latin = 0;
        int others = 0;
        for (Token token : tokens) {
            if (token.kind() == Token.Kind.PIECE) {
                others++;
            } else if (token.kind() == Token.Kind.WORD) {
                boolean isLatin = UnicodeScript.of(token.text().codePointAt(0)) == UnicodeScript.LATIN;
                latin += isLatin ? 1 : 0;
                others += isLatin ? 0 : 1;
                float[] vote = VOTES.get(token.text());
                for (int i = 0; vote != null && i < votes.length; i++) {
                    votes[i] += vote[i];
                }
            }
        }
        int best = others > latin ? UNKNOWN.code : ENGLISH.code;
        for (int i = 0; i < votes.length; i++) {
            best = votes[i] > votes[best] ? i : best;
        }
        return best == ENGLISH.code && others > latin ? UNKNOWN : ALL[best];
    }

    /** Whether the word holds sentences of this language together, so that it says nothing by itself. */
    public boolean isStopWord(String word) {
        float[] vote = VOTES.get(word);
        return vote != null && vote[ordinal()] > 0;
    }

    /** One for a text; it is not thread-safe. */
    public Stemmer stemmer() {
        return new Stemmer(stemmer == null ? null : stemmer.get());
    }

    /** Stems words, and takes accents off what is left, since some people write without. */
    public static final class Stemmer {

        private final @Nullable SnowballStemmer snowball;
        private final Map<String, String> known = new HashMap<>();

        private Stemmer(@Nullable SnowballStemmer snowball) {
            this.snowball = snowball;
        }

        /**
         * @param word in lower case
         */
        public String stem(String word) {
            return known.computeIfAbsent(word, this::stemmed);
        }

        private String stemmed(String word) {
            if (snowball == null || word.length() > 64) {
                return Words.withoutAccents(word);
            }
            snowball.setCurrent(word);
            snowball.stem();
            return Words.withoutAccents(snowball.getCurrent());
        }
    }

    private static Map<String, float[]> votes() {
        Map<String, float[]> votes = new HashMap<>();
        for (Language language : ALL) {
            for (String word : StopWords.of(language.iso)) {
                votes.computeIfAbsent(word, key -> new float[ALL.length])[language.ordinal()] = 1;
            }
        }
        for (float[] vote : votes.values()) {
            int languages = 0;
            for (float each : vote) {
                languages += each > 0 ? 1 : 0;
            }
            for (int i = 0; i < vote.length; i++) {
                vote[i] /= languages;
            }
        }
        return votes;
    }
}
