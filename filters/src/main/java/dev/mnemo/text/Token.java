package dev.mnemo.text;

/**
 * A piece of a text that can be looked for.
 *
 * @param text in lower case; of a date as {@link Dates} writes it
 */
public record Token(String text, Kind kind) {

    /** What it is. */
    public enum Kind {
        /** Stemmed. */
        WORD,
        /** Digits, without what groups them. */
        NUMBER,
        /** Two neighbouring characters of a script without spaces. */
        PIECE,
        /** A month, or a day of a month. */
        DATE
    }
}
