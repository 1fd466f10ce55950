package dev.mnemo.text;

import dev.mnemo.text.Token.Kind;
import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes a text apart: words, numbers, dates, and pairs of characters where a script has no spaces. A pure function. */
public final class Words {

    private static final Set<String> ORDINALS = Set.of("st", "nd", "rd", "th", "er", "e", "\u00ba", "\u00aa");

    private static final Pattern GROUPING = Pattern.compile("[,.'](?=\\d{3}(?:\\D|$))");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();

    /** A month's name and a number stand near each other in a date; what stands between them is counted. */
    private int month;

    private int number;
    private int sinceMonth;
    private int sinceNumber;
    private @Nullable String doubtful;

    private Words(String text) {
        this.text = text;
    }

    /** In the order of the text, its dates last. */
    public static List<Token> of(String text) {
        Words words = read(text);
        Dates.inDigits(words.text, words.tokens);
        return words.tokens;
    }

    static List<Token> withoutDatesInDigits(String text) {
        return read(text).tokens;
    }

    private static Words read(String text) {
        Words words =
                new Words(Normalizer.isNormalized(text, Form.NFKC) ? text : Normalizer.normalize(text, Form.NFKC));
        words.read();
        return words;
    }

    static String withoutAccents(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) > 0x7f) {
                String apart = Normalizer.normalize(word, Form.NFD);
                StringBuilder out = new StringBuilder(apart.length());
                apart.codePoints()
                        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                        .forEach(out::appendCodePoint);
                return out.toString();
            }
        }
        return word;
    }

    private void read() {
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            int end = at + Character.charCount(c);
            if (Character.isDigit(c)) {
                end = numberEnd(at);
                number(text.substring(at, end));
                end = ordinalEnd(end);
            } else if (isDense(c)) {
                end = denseEnd(at);
                pieces(at, end);
            } else if (Character.isLetter(c)) {
                end = wordEnd(at);
                word(text.substring(at, end));
            }
            at = end;
        }
    }

    private int wordEnd(int from) {
        int at = from;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            boolean inside =
                    Character.isLetterOrDigit(c) && !isDense(c) || Character.getType(c) == Character.NON_SPACING_MARK;
            boolean apostrophe = (c == '\'' || c == '\u2019')
                    && at + 1 < text.length()
                    && Character.isLetter(text.codePointAt(at + 1));
            if (!inside && !apostrophe) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /** Groups of three behind a comma, a point, or an apostrophe belong to a number, and so do decimals. */
    private int numberEnd(int from) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean between = (c == ',' || c == '.' || c == '\'')
                    && at + 1 < text.length()
                    && Character.isDigit(text.charAt(at + 1));
            if (!Character.isDigit(c) && !between) {
                break;
            }
            at++;
        }
        return at;
    }

    /** Behind what makes an ordinal of a number: 7th, 3rd, 1er. */
    private int ordinalEnd(int from) {
        int end = from;
        while (end < text.length() && Character.isLetter(text.charAt(end))) {
            end++;
        }
        return ORDINALS.contains(text.substring(from, end)) ? end : from;
    }

    private int denseEnd(int from) {
        int at = from;
        while (at < text.length() && isDense(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private void word(String written) {
        String lower = written.toLowerCase(Locale.ROOT).replace('\u2019', '\'');
        if (lower.endsWith("'s")) {
            lower = lower.substring(0, lower.length() - 2);
        }
        tokens.add(new Token(lower, Kind.WORD));
        sinceMonth++;
        sinceNumber++;
        boolean besideNumber = number > 0 && sinceNumber <= 2;
        int named = Dates.month(lower, besideNumber);
        if (named == 0 && Dates.month(lower, true) > 0) {
            month = Dates.month(lower, true);
            doubtful = lower;
            sinceMonth = 0;
        } else if (named > 0) {
            doubtful = null;
            tokens.add(Dates.month(named));
            month = named;
            sinceMonth = 0;
            if (besideNumber && number <= 31) {
                tokens.add(Dates.day(named, number));
                number = 0;
            }
        }
    }

    private void number(String written) {
        String digits = GROUPING.matcher(written).replaceAll("").replace(',', '.');
        tokens.add(new Token(digits, Kind.NUMBER));
        boolean whole = digits.length() <= 4 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        number = whole ? Integer.parseInt(digits) : 0;
        sinceNumber = 0;
        if (month > 0 && sinceMonth == 0 && number > 0) {
            if (doubtful != null) {
                tokens.add(Dates.month(month));
                doubtful = null;
            }
            if (number <= 31) {
                tokens.add(Dates.day(month, number));
                number = 0;
            }
        }
        month = 0;
    }

    private void pieces(int from, int end) {
        int at = from;
        int next = at + Character.charCount(text.codePointAt(at));
        if (next == end) {
            tokens.add(new Token(text.substring(from, end), Kind.PIECE));
        }
        while (next < end) {
            int after = next + Character.charCount(text.codePointAt(next));
            tokens.add(new Token(text.substring(at, after), Kind.PIECE));
            at = next;
            next = after;
        }
    }

    /** Scripts that are written without spaces, or (Hangul) with endings grown on the words. */
    private static boolean isDense(int c) {
        if (c < 0x0e00 || !Character.isLetter(c)) {
            return false;
        }
        UnicodeScript script = UnicodeScript.of(c);
        return switch (script) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }
}
