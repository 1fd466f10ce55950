package dev.mnemo.dialect;

/**
 * What a character adds to the number of tokens, in hundredths: fitted by least squares, none below zero, to o200k's own
 * counts over pieces of prose in 16 languages, code in 8 and JSON, 12,000 pieces of about 700 characters. How well they do on
 * other texts: {@code docs/estimator.md}.
 */
final class TokenCosts {

    /** The longest run that has a cost of its own. */
    static final int LONGEST = 7;

    /** By the kind before, and the kind. */
    private static final int[][] PAIRS = {
        {0, 0, 7, 33, 51, 24, 40, 2, 0, 10, 19, 7, 2, 10, 5, 0}, // LOWER
        {43, 21, 54, 0, 20, 20, 33, 0, 0, 18, 0, 0, 2, 1, 0, 0}, // UPPER
        {51, 42, 14, 64, 21, 0, 0, 0, 0, 2, 2, 0, 0, 0, 2, 0}, // DIGIT
        {30, 35, 52, 0, 21, 8, 22, 0, 6, 30, 1, 21, 16, 9, 6, 1}, // SPACE
        {13, 98, 0, 17, 12, 0, 4, 54, 0, 7, 0, 3, 1, 9, 3, 0}, // LINE
        {86, 39, 31, 85, 0, 2, 13, 17, 13, 10, 0, 6, 4, 12, 20, 2}, // PUNCT
        {27, 8, 0, 64, 1, 18, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0}, // LATIN
        {0, 0, 15, 0, 89, 34, 0, 3, 0, 12, 0, 0, 0, 0, 0, 0}, // ALPHABET
        {0, 1, 0, 10, 0, 10, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0}, // OTHER
        {11, 25, 6, 24, 9, 2, 1, 13, 0, 24, 0, 0, 0, 2, 0, 1}, // SYMBOL
        {3, 1, 0, 0, 36, 13, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0}, // CJK_MARK
        {1, 5, 1, 17, 6, 6, 0, 0, 0, 0, 3, 46, 3, 18, 0, 0}, // HIRAGANA
        {0, 1, 2, 3, 6, 4, 0, 0, 0, 0, 0, 5, 62, 2, 0, 0}, // KATAKANA
        {1, 5, 4, 0, 5, 51, 0, 0, 0, 8, 64, 17, 0, 44, 0, 0}, // HAN
        {0, 0, 1, 8, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0, 57, 0}, // HANGUL
        {0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3}, // EMOJI
    };

    /** By the kind, and how many of its like stand right before it. Letters of both cases are alike. */
    private static final int[][] RUNS = {
        {32, 0, 0, 0, 3, 0, 0, 15}, // LOWER
        {32, 0, 0, 0, 3, 0, 0, 15}, // UPPER
        {138, 0, 0, 60, 10, 2, 14, 20}, // DIGIT
        {0, 95, 0, 0, 0, 0, 0, 0}, // SPACE
        {90, 20, 0, 0, 0, 0, 0, 0}, // LINE
        {4, 46, 0, 44, 52, 27, 20, 0}, // PUNCT
        {38, 0, 14, 35, 33, 23, 17, 28}, // LATIN
        {72, 21, 17, 37, 15, 0, 0, 0}, // ALPHABET
        {19, 6, 5, 6, 2, 0, 0, 16}, // OTHER
        {90, 12, 12, 0, 0, 0, 0, 0}, // SYMBOL
        {75, 0, 0, 0, 0, 0, 0, 0}, // CJK_MARK
        {56, 15, 11, 4, 2, 1, 2, 6}, // HIRAGANA
        {22, 19, 17, 14, 6, 0, 0, 3}, // KATAKANA
        {91, 49, 67, 46, 0, 0, 0, 0}, // HAN
        {43, 29, 14, 5, 5, 0, 0, 0}, // HANGUL
        {150, 150, 150, 150, 150, 150, 150, 150}, // EMOJI
    };

    /** −1 where a character goes on with the run of the one before it, else 0: {@code before << 4 | kind}. */
    static final int[] JOINS = new int[256];

    /** Both tables in one: {@code before << 7 | kind << 3 | run}. */
    static final short[] COSTS = new short[256 << 3];

    static {
        for (int at = 0; at < 256; at++) {
            int before = at >> 4;
            int kind = at & 15;
            boolean joins = isLetter(before) && isLetter(kind)
                    ? kind != TextMeasure.UPPER || before == TextMeasure.UPPER
                    : before == kind;
            JOINS[at] = joins ? -1 : 0;
            for (int run = 0; run <= LONGEST; run++) {
                COSTS[at << 3 | run] = (short) (PAIRS[before][kind] + RUNS[kind][run]);
            }
        }
    }

    private TokenCosts() {}

    private static boolean isLetter(int kind) {
        return kind == TextMeasure.LOWER || kind == TextMeasure.UPPER || kind == TextMeasure.LATIN;
    }
}
