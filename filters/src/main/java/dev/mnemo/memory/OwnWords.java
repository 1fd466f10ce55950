package dev.mnemo.memory;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes out of a text what no profile is made of, or may hold: binaries, what looks like a secret, markup. */
final class OwnWords {

    static final String LEFT_OUT = "[…]";

    private static final Pattern DATA_URL = Pattern.compile("(?i)data:[\\w.+-]{0,60}+/?[\\w.+;=-]{0,80}+,\\S*+");

    /** One run, or lines of one width as mail and certificates have them. */
    private static final Pattern BASE64 = Pattern.compile(
            "(?:[A-Za-z0-9+/]{60,76}+\\r?\\n){2,}+[A-Za-z0-9+/]{0,76}+={0,2}+|[A-Za-z0-9+/_-]{200,}+={0,2}+");

    private static final Pattern HEX = Pattern.compile("(?:[0-9a-fA-F]{2}[ :,\\n-]?+){48,}+");

    /** Long, and no word: of letters and digits it is a key, a token, an id. */
    private static final Pattern LONG = Pattern.compile("[A-Za-z0-9_+/=.-]{20,}+");

    private static final Pattern TAG = Pattern.compile("</?[A-Za-z!?][^<>]{0,200}+>");
    private static final Pattern ANGLE = Pattern.compile("[<>]");
    private static final Pattern BREAKS = Pattern.compile("[\\s\\u0085\\u2028\\u2029]+");

    private OwnWords() {}

    /** What a user said, as a profile may be made of it. */
    static String of(String text) {
        String plain = DATA_URL.matcher(text).replaceAll(LEFT_OUT);
        plain = BASE64.matcher(plain).replaceAll(LEFT_OUT);
        plain = HEX.matcher(plain).replaceAll(LEFT_OUT);
        return withoutControls(LONG.matcher(plain)
                .replaceAll(found -> isSecret(found.group()) ? LEFT_OUT : Matcher.quoteReplacement(found.group())));
    }

    private static boolean isSecret(String run) {
        return run.chars().anyMatch(c -> c >= '0' && c <= '9')
                && run.chars().anyMatch(c -> c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z');
    }

    /**
     * What a model wrote, as it is kept: one line without markup, cut at a word's end.
     *
     * @param most bytes of UTF-8
     */
    static String written(String text, int most) {
        String plain = TAG.matcher(of(text)).replaceAll(" ");
        plain = ANGLE.matcher(plain).replaceAll(" ").replace("```", " ");
        return cut(BREAKS.matcher(plain).replaceAll(" ").strip(), most);
    }

    /** Also what is not seen and can say something all the same: tags, marks of direction, private signs. */
    private static String withoutControls(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().filter(OwnWords::isSeen).forEach(out::appendCodePoint);
        return out.toString();
    }

    private static boolean isSeen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c == '\n' || c == '\t';
            // Joiners belong to words of some scripts, and to emoji.
            case Character.FORMAT -> c == '\u200C' || c == '\u200D';
            case Character.PRIVATE_USE, Character.SURROGATE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static String cut(String text, int most) {
        int bytes = 0;
        int space = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (bytes > most) {
                return text.substring(0, space > i / 2 ? space : i);
            }
            space = c == ' ' ? i : space;
            i += Character.charCount(c);
        }
        return text;
    }
}
