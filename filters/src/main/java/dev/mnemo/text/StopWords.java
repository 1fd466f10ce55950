package dev.mnemo.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tartarus.snowball.SnowballStemmer;

/**
 * The words that hold sentences together, by language: they tell a text's language, and nothing of what it is about. The lists
 * come with the stemmers' library; those that it lacks stand beside this class.
 */
public final class StopWords {

    private static final String LIBRARY = "/org/apache/lucene/analysis/";

    /** By ISO 639-1. */
    private static final Map<String, String> LISTS = Map.ofEntries(
            Map.entry("en", LIBRARY + "snowball/english_stop.txt"),
            Map.entry("de", LIBRARY + "snowball/german_stop.txt"),
            Map.entry("fr", LIBRARY + "snowball/french_stop.txt"),
            Map.entry("es", LIBRARY + "snowball/spanish_stop.txt"),
            Map.entry("it", LIBRARY + "snowball/italian_stop.txt"),
            Map.entry("pt", LIBRARY + "snowball/portuguese_stop.txt"),
            Map.entry("nl", LIBRARY + "snowball/dutch_stop.txt"),
            Map.entry("sv", LIBRARY + "snowball/swedish_stop.txt"),
            Map.entry("da", LIBRARY + "snowball/danish_stop.txt"),
            Map.entry("no", LIBRARY + "snowball/norwegian_stop.txt"),
            Map.entry("fi", LIBRARY + "snowball/finnish_stop.txt"),
            Map.entry("hu", LIBRARY + "snowball/hungarian_stop.txt"),
            Map.entry("ru", LIBRARY + "snowball/russian_stop.txt"),
            Map.entry("id", LIBRARY + "snowball/indonesian_stop.txt"),
            Map.entry("cs", LIBRARY + "cz/stopwords.txt"),
            Map.entry("tr", LIBRARY + "tr/stopwords.txt"),
            Map.entry("pl", "stopwords_pl.txt"),
            Map.entry("uk", "stopwords_uk.txt"),
            Map.entry("vi", "stopwords_vi.txt"));

    /** Stop words elsewhere that are common words of English: one of them alone must not decide. */
    private static final Set<String> ENGLISH_WORDS =
            Set.of(("also will man war end want come men door son sea seas met mine van"
                            + " dog sit ill till bare inn hay ham dig dove mint par per sue pour alt sedan contra mod bin")
                    .split(" "));

    private static final Map<String, Set<String>> WORDS = words();

    private static final Map<String, List<String>> LANGUAGES = languages();

    private StopWords() {}

    /**
     * Those of a language; none where there is no list.
     *
     * @param language ISO 639-1
     */
    static Set<String> of(String language) {
        return WORDS.getOrDefault(language, Set.of());
    }

    /**
     * The languages that have a word, by ISO 639-1; none for a word that may stand for something.
     *
     * @param word in lower case
     */
    public static List<String> languages(String word) {
        return LANGUAGES.getOrDefault(word, List.of());
    }

    private static Map<String, Set<String>> words() {
        Map<String, Set<String>> words = new TreeMap<>();
        LISTS.forEach((language, path) -> {
            Set<String> list = new LinkedHashSet<>(list(path));
            if (!"en".equals(language)) {
                list.removeAll(ENGLISH_WORDS);
            }
            words.put(language, list);
        });
        return words;
    }

    private static Map<String, List<String>> languages() {
        Map<String, List<String>> languages = new HashMap<>();
        WORDS.forEach((language, list) -> list.forEach(word ->
                languages.computeIfAbsent(word, key -> new ArrayList<>(1)).add(language)));
        return languages;
    }

    /** Words between spaces or line ends; behind a bar or a hash stands a remark. */
    private static List<String> list(String path) {
        Class<?> beside = path.startsWith(LIBRARY) ? SnowballStemmer.class : StopWords.class;
        try (InputStream in = beside.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(
                        "no list of stop words at " + path + " (expected: beside " + beside + ")");
            }
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .flatMap(line -> Arrays.stream(line.split("[|#]", 2)[0].split("\\s+")))
                    .filter(word -> !word.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
