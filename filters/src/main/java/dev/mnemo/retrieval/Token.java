package dev.mnemo.retrieval;

/**
 * A piece of a text that can be looked for.
 *
 * @param text in lower case; of a date as {@link Dates} writes it
 */
record Token(String text, Kind kind) {

    enum Kind {
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
