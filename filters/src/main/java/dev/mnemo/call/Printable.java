package dev.mnemo.call;

import java.util.Locale;

/**
 * Text that others chose, as it may stand in a log or a trace: one line, of bounded length, with nothing that moves a cursor,
 * turns the direction of writing or ends a quoted value.
 */
public final class Printable {

    private static final int LONGEST_NAME = 40;

    private Printable() {}

    /**
     * @param longest characters of the text that are kept; one more says that there were more
     * @return the text, with whatever is not plainly visible written as its number, in the way of Java and JSON
     */
    public static String of(String text, int longest) {
        boolean cut = text.length() > longest;
        int end = cut ? longest : text.length();
        if (cut && end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        StringBuilder shown = new StringBuilder(end + 1);
        for (int at = 0; at < end; at++) {
            char c = text.charAt(at);
            if (isPlain(text, at)) {
                shown.append(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return (cut ? shown.append('…') : shown).toString();
    }

    /** A name that others chose, as an error may say it: itself where it is plain and short, else what is said instead. */
    public static String name(String name, String otherwise) {
        return !name.isBlank() && of(name, LONGEST_NAME).equals(name) ? name : otherwise;
    }

    private static boolean isPlain(String text, int at) {
        char c = text.charAt(at);
        if (c == '"' || c == '\\') {
            return false;
        }
        if (Character.isSurrogate(c)) {
            int start = Character.isLowSurrogate(c) && at > 0 ? at - 1 : at;
            int point = text.codePointAt(start);
            return Character.isSupplementaryCodePoint(point) && isVisible(Character.getType(point));
        }
        return isVisible(Character.getType(c));
    }

    private static boolean isVisible(int type) {
        return switch (type) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
