package dev.mnemo.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.text.Languages;
import dev.mnemo.text.StopWords;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A text as {@link Patterns} read it: how many words there are, and which ones may stand for a subject. A pure function of the
 * text. Immutable.
 *
 * <p>What may stand for a subject is judged by what surrounds it, so that no part of an address, an id or a path is taken for a
 * word; {@link dev.mnemo.text.Words}, which are looked for and not kept, have them apart.
 *
 * @param count of the whole text; a sign of a script without spaces counts as half a word
 * @param prose its beginning, without code
 * @param telling words in lower case and how often they stand there, in the order of the text
 */
record Reading(int count, String prose, Map<String, Integer> telling) {

    static final int SHORTEST = 3;
    static final int LONGEST = 24;

    /** What is looked at of a text, in characters. */
    private static final int LOOKED_AT = 4 * 1024;

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

    /** Thai is the first script in Unicode that has no spaces. */
    private static final int FIRST_WITHOUT_SPACES = 0x0E00;

    private static final Pattern FENCED = Pattern.compile("```[\\s\\S]*?(?:```|\\z)|`[^`\\n]*+`");
    private static final String BETWEEN_WORDS = " \t\n\u000b\f\r'’";

    /** Words of any request that are no stop words: what is asked for, and thanks. */
    private static final Set<String> ASIDES = asides();

    static Reading of(String text) {
        String cut = text.length() > LOOKED_AT ? text.substring(0, LOOKED_AT) : text;
        String prose = cut.indexOf('`') < 0 ? cut : FENCED.matcher(cut).replaceAll(" ");
        Map<String, Integer> telling = new LinkedHashMap<>();
        int hushed = 0;
        for (StringTokenizer parts = new StringTokenizer(prose, BETWEEN_WORDS); parts.hasMoreTokens(); ) {
            String word = trimmed(parts.nextToken());
            if (word.isEmpty()) {
                continue;
            }
            String lower = word.toLowerCase(Locale.ROOT);
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
        return new Reading(count(text), prose, telling);
    }

    /** ISO 639-1; null where the text does not tell. Takes a moment. */
    @Nullable
    String language() {
        return Languages.of(prose);
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
            latin &= c <= 0x7F || UnicodeScript.of(c) == UnicodeScript.LATIN;
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
        if (fits && kind != Kind.PHRASE && mayBeSubject(piece)) {
            pieces.add(piece);
        }
    }

    private static boolean mayBeSubject(String word) {
        return StopWords.languages(word).isEmpty() && !ASIDES.contains(word);
    }

    private enum Kind {
        WORD,
        HAN,
        KATAKANA,
        /** Sentences of such a script are not cut into words here. */
        PHRASE
    }

    private static Kind kind(int c) {
        // Asking for a script takes a search.
        if (c < FIRST_WITHOUT_SPACES) {
            return Kind.WORD;
        }
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
            boolean spaced = letter && kind(c) == Kind.WORD;
            signs += letter && !spaced ? 1 : 0;
            words += spaced && !in ? 1 : 0;
            in = spaced;
            i += Character.charCount(c);
        }
        return words + (signs + 1) / 2;
    }

    private static Set<String> asides() {
        try (InputStream in = Reading.class.getResourceAsStream("asides.txt")) {
            if (in == null) {
                throw new IllegalStateException("asides.txt: absent (expected: beside " + Reading.class + ")");
            }
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.split(" ")))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
