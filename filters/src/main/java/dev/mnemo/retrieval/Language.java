package dev.mnemo.retrieval;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
enum Language {
    UNKNOWN(0, "", null, null),
    ENGLISH(1, "en", "english", EnglishStemmer::new),
    GERMAN(2, "de", "german", GermanStemmer::new),
    FRENCH(3, "fr", "french", FrenchStemmer::new),
    SPANISH(4, "es", "spanish", SpanishStemmer::new),
    ITALIAN(5, "it", "italian", ItalianStemmer::new),
    PORTUGUESE(6, "pt", "portuguese", PortugueseStemmer::new),
    DUTCH(7, "nl", "dutch", DutchStemmer::new),
    SWEDISH(8, "sv", "swedish", SwedishStemmer::new),
    DANISH(9, "da", "danish", DanishStemmer::new),
    NORWEGIAN(10, "no", "norwegian", NorwegianStemmer::new),
    FINNISH(11, "fi", "finnish", FinnishStemmer::new),
    HUNGARIAN(12, "hu", "hungarian", HungarianStemmer::new),
    RUSSIAN(13, "ru", "russian", RussianStemmer::new);

    private static final Language[] ALL = values();

    /** Stop words elsewhere that are common words of English: one of them alone must not decide. */
    private static final Set<String> ENGLISH_WORDS =
            Set.of(("also will man war end want come men door son sea seas met mine van"
                            + " dog sit ill till bare inn hay ham dig dove mint par per sue pour alt sedan contra mod bin")
                    .split(" "));

    /** Each stop word with the weight of its vote for each language: a word of many languages says little. */
    private static final Map<String, float[]> STOP_WORDS = stopWords();

    /** As it stands in an index; never changes. */
    final int code;

    /** By ISO 639-1; empty for {@link #UNKNOWN}. */
    final String iso;

    private final @Nullable String stopWords;
    private final @Nullable Supplier<SnowballStemmer> stemmer;

    Language(int code, String iso, @Nullable String stopWords, @Nullable Supplier<SnowballStemmer> stemmer) {
        this.code = code;
        this.iso = iso;
        this.stopWords = stopWords;
        this.stemmer = stemmer;
    }

    static int count() {
        return ALL.length;
    }

    /** Null for a number that stands for none. */
    static @Nullable Language ofCode(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : null;
    }

    /**
     * The language that most of the stop words speak for. A text without any, as one of a single noun, is taken for English if
     * it is in Latin letters, and else for {@link #UNKNOWN}.
     */
    static Language of(List<Token> tokens) {
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
                float[] vote = STOP_WORDS.get(token.text());
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

    boolean isStopWord(String word) {
        float[] vote = STOP_WORDS.get(word);
        return vote != null && vote[ordinal()] > 0;
    }

    /** One for a text; it is not thread-safe. */
    Stemmer stemmer() {
        return new Stemmer(stemmer == null ? null : stemmer.get());
    }

    /** Stems words, and takes accents off what is left, since some people write without. */
    static final class Stemmer {

        private final @Nullable SnowballStemmer snowball;
        private final Map<String, String> known = new HashMap<>();

        private Stemmer(@Nullable SnowballStemmer snowball) {
            this.snowball = snowball;
        }

        String stem(String word) {
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

    private static Map<String, float[]> stopWords() {
        Map<String, float[]> words = new HashMap<>();
        for (Language language : ALL) {
            for (String word : language.stopWordList()) {
                if (language == ENGLISH || !ENGLISH_WORDS.contains(word)) {
                    words.computeIfAbsent(word, key -> new float[ALL.length])[language.ordinal()] = 1;
                }
            }
        }
        for (float[] vote : words.values()) {
            int languages = 0;
            for (float each : vote) {
                languages += each > 0 ? 1 : 0;
            }
            for (int i = 0; i < vote.length; i++) {
                vote[i] /= languages;
            }
        }
        return words;
    }

    /** The lists come with the stemmers: one word at the start of a line, then remarks behind a bar. */
    private List<String> stopWordList() {
        if (stopWords == null) {
            return List.of();
        }
        String path = "/org/apache/lucene/analysis/snowball/" + stopWords + "_stop.txt";
        try (InputStream in = SnowballStemmer.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the stemmers' library has no list of stop words at " + path);
            }
            List<String> words = new ArrayList<>();
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int remark = line.indexOf('|');
                Arrays.stream((remark < 0 ? line : line.substring(0, remark)).split("\\s+"))
                        .filter(word -> !word.isEmpty())
                        .forEach(words::add);
            }
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
