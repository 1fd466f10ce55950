package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The words of a text, as far as {@link Patterns} look at them: how many there are, in which language, and which ones may
 * stand for a subject. A pure function of the text. Immutable.
 *
 * @param count of the whole text; a sign of a script without spaces counts as half a word
 * @param language ISO 639-1; null where the text does not tell
 * @param telling words in lower case and how often they stand there, in the order of the text
 */
record Words(int count, @Nullable String language, Map<String, Integer> telling) {

    static final int SHORTEST = 3;
    static final int LONGEST = 24;

    /** What is looked at of a text, in characters. */
    private static final int LOOKED_AT = 4 * 1024;

    /** Letters that tell a script. */
    private static final int ENOUGH = 500;

    /** Behind a word like "password" stands what must not be kept, even where it is made of letters. */
    private static final int HUSHED = 3;

    private static final Set<String> SECRETS = Set.of(
            "password",
            "passwort",
            "kennwort",
            "passwd",
            "passphrase",
            "passcode",
            "pin",
            "secret",
            "token",
            "apikey",
            "api-key",
            "api_key",
            "credential",
            "credentials",
            "contraseña",
            "senha",
            "hasło",
            "wachtwoord",
            "şifre",
            "пароль",
            "密码",
            "パスワード");

    /** More changes between small and capital letters, or more capitals in a long word, than a name has: a key, or its like. */
    private static final int MOST_CHANGES = 3;

    private static final int MOST_CAPITALS = 3;

    private static final Pattern FENCED = Pattern.compile("```[\\s\\S]*?(?:```|\\z)|`[^`\\n]*+`");
    private static final Pattern PERSIAN = Pattern.compile("[پچژگ]");
    private static final Pattern SPACE = Pattern.compile("[\\s'’]+");

    /** The words that hold sentences together, and the languages that have them. */
    private static final Map<String, List<String>> STOP_WORDS = stopWords();

    /** Scripts that tell a language by themselves. */
    private static final Map<UnicodeScript, String> ALONE = Map.of(
            UnicodeScript.HANGUL, "ko",
            UnicodeScript.GREEK, "el",
            UnicodeScript.HEBREW, "he",
            UnicodeScript.THAI, "th",
            UnicodeScript.DEVANAGARI, "hi",
            UnicodeScript.BENGALI, "bn",
            UnicodeScript.TAMIL, "ta",
            UnicodeScript.GEORGIAN, "ka",
            UnicodeScript.ARMENIAN, "hy");

    static Words of(String text) {
        String cut = text.length() > LOOKED_AT ? text.substring(0, LOOKED_AT) : text;
        String prose = FENCED.matcher(cut).replaceAll(" ");
        Map<String, Integer> votes = new HashMap<>();
        Map<String, Integer> telling = new LinkedHashMap<>();
        int hushed = 0;
        for (String part : SPACE.split(prose)) {
            String word = trimmed(part);
            if (word.isEmpty()) {
                continue;
            }
            String lower = word.toLowerCase(Locale.ROOT);
            STOP_WORDS.getOrDefault(lower, List.of()).forEach(language -> votes.merge(language, 1, Integer::sum));
            if (SECRETS.contains(lower)) {
                hushed = HUSHED;
            } else if (hushed > 0) {
                hushed--;
            } else if (mayTell(word)) {
                for (String piece : pieces(lower)) {
                    telling.merge(piece, 1, Integer::sum);
                }
            }
        }
        return new Words(count(text), language(prose, votes), telling);
    }

    /** Without quotes, brackets and punctuation around it. */
    private static String trimmed(String part) {
        int from = 0;
        int to = part.length();
        while (from < to && !isInner(part.codePointAt(from))) {
            from += Character.charCount(part.codePointAt(from));
        }
        while (to > from && !isInner(part.codePointBefore(to))) {
            to -= Character.charCount(part.codePointBefore(to));
        }
        return part.substring(from, to);
    }

    /** What makes a number, an address or a name in code is not taken away, so that these are not taken for words. */
    private static boolean isInner(int c) {
        return Character.isLetterOrDigit(c) || isMark(c) || "@#$%&/\\=+_<>{}".indexOf(c) >= 0;
    }

    static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    /** Letters only: no number, address, path, id or name in code. */
    private static boolean mayTell(String word) {
        int changes = 0;
        int capitals = 0;
        boolean vowel = false;
        boolean latin = true;
        for (int i = 0; i < word.length(); ) {
            int c = word.codePointAt(i);
            if (!Character.isLetter(c) && !isMark(c)) {
                return false;
            }
            boolean turn = i > 0 && Character.isUpperCase(c) != Character.isUpperCase(word.codePointBefore(i));
            changes += turn ? 1 : 0;
            capitals += Character.isUpperCase(c) ? 1 : 0;
            latin &= UnicodeScript.of(c) == UnicodeScript.LATIN;
            vowel |= c > 0x7F || "aeiouyAEIOUY".indexOf(c) >= 0;
            i += Character.charCount(c);
        }
        boolean named = changes <= MOST_CHANGES && (capitals <= MOST_CAPITALS || word.length() <= LONGEST / 2);
        return named && (vowel || !latin || word.length() <= LONGEST / 4);
    }

    /** A word is a piece by itself; where a script has no spaces, a run of one kind of signs is. */
    private static List<String> pieces(String word) {
        List<String> pieces = new ArrayList<>(1);
        int from = 0;
        for (int i = 0; i < word.length(); ) {
            int c = word.codePointAt(i);
            int next = i + Character.charCount(c);
            boolean ends = next == word.length() || kind(word.codePointAt(next)) != kind(c);
            if (ends) {
                add(word.substring(from, next), kind(c), pieces);
                from = next;
            }
            i = next;
        }
        return pieces;
    }

    private static void add(String piece, Kind kind, List<String> pieces) {
        int length = piece.codePointCount(0, piece.length());
        boolean fits = length >= SHORTEST && length <= (kind == Kind.HAN ? LONGEST / 4 : LONGEST);
        if (fits && kind != Kind.PHRASE && !STOP_WORDS.containsKey(piece)) {
            pieces.add(piece);
        }
    }

    private enum Kind {
        WORD,
        HAN,
        KATAKANA,
        /** Sentences of such a script are not cut into words here. */
        PHRASE
    }

    private static Kind kind(int c) {
        return c == 'ー'
                ? Kind.KATAKANA
                : switch (UnicodeScript.of(c)) {
                    case HAN -> Kind.HAN;
                    case KATAKANA -> Kind.KATAKANA;
                    case HIRAGANA, THAI, LAO, KHMER, MYANMAR -> Kind.PHRASE;
                    default -> Kind.WORD;
                };
    }

    private static int count(String text) {
        int words = 0;
        int signs = 0;
        boolean in = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            boolean letter = Character.isLetterOrDigit(c);
            boolean spaced = letter && c < 0x0E00 || letter && kind(c) == Kind.WORD;
            signs += letter && !spaced ? 1 : 0;
            words += spaced && !in ? 1 : 0;
            in = spaced;
            i += Character.charCount(c);
        }
        return words + (signs + 1) / 2;
    }

    private static @Nullable String language(String prose, Map<String, Integer> votes) {
        Map<UnicodeScript, Integer> scripts = new EnumMap<>(UnicodeScript.class);
        prose.codePoints()
                .filter(Character::isLetter)
                .limit(ENOUGH)
                .forEach(c -> scripts.merge(UnicodeScript.of(c), 1, Integer::sum));
        int letters = scripts.values().stream().mapToInt(Integer::intValue).sum();
        int kana = scripts.getOrDefault(UnicodeScript.HIRAGANA, 0) + scripts.getOrDefault(UnicodeScript.KATAKANA, 0);
        int east = kana + scripts.getOrDefault(UnicodeScript.HAN, 0);
        // A few words in Latin letters stand in most technical texts.
        if (east * 3 > letters) {
            return kana * 5 > east ? "ja" : "zh";
        }
        for (Map.Entry<UnicodeScript, Integer> script : scripts.entrySet()) {
            if (script.getValue() * 2 > letters && ALONE.containsKey(script.getKey())) {
                return ALONE.get(script.getKey());
            }
        }
        if (scripts.getOrDefault(UnicodeScript.ARABIC, 0) * 2 > letters) {
            return PERSIAN.matcher(prose).find() ? "fa" : "ar";
        }
        return elected(votes);
    }

    /** At least two of its words, and more than of any other. */
    private static @Nullable String elected(Map<String, Integer> votes) {
        String best = null;
        int most = 1;
        boolean tie = false;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            tie = vote.getValue() == most || vote.getValue() < most && tie;
            if (vote.getValue() > most) {
                best = vote.getKey();
                most = vote.getValue();
            }
        }
        return tie ? null : best;
    }

    private static Map<String, List<String>> stopWords() {
        try (InputStream in = Words.class.getResourceAsStream("stopwords.txt")) {
            if (in == null) {
                throw new IllegalStateException("stopwords.txt: absent (expected: beside " + Words.class + ")");
            }
            Map<String, List<String>> words = new HashMap<>();
            new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(" ")))
                    .forEach(line -> line.stream()
                            .skip(1)
                            .distinct()
                            .forEach(word -> words.computeIfAbsent(word, w -> new ArrayList<>())
                                    .add(line.getFirst())));
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
