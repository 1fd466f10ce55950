package dev.mnemo.dialect;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How large text is, by the script that it is written in: in tokens of o200k, about. Other vocabularies differ from it by a
 * factor for each script. Immutable.
 */
public final class TextUnits {

    /** What has a factor of its own. */
    public enum Script {
        /** ASCII and symbols: English, code, JSON. */
        PLAIN,
        /** Latin with accents, and the ASCII near them: German, French, Spanish. */
        ACCENTED,
        /** Cyrillic, Greek, Arabic, Devanagari and all other alphabets. */
        ALPHABET,
        HAN,
        KANA,
        HANGUL
    }

    /** How many scripts there are. */
    public static final int SCRIPTS = Script.values().length;

    public static final TextUnits NONE = new TextUnits(new double[SCRIPTS]);

    private final double[] tokens;

    TextUnits(double... tokens) {
        this.tokens = tokens;
    }

    /** Plain text, in tokens of o200k. */
    public static TextUnits plain(double tokens) {
        double[] only = new double[SCRIPTS];
        only[Script.PLAIN.ordinal()] = tokens;
        return new TextUnits(only);
    }

    /** In tokens of o200k, 0 or more. */
    public double of(Script script) {
        return tokens[script.ordinal()];
    }

    /** In tokens of o200k, all scripts together. */
    public double total() {
        return Arrays.stream(tokens).sum();
    }

    public TextUnits plus(TextUnits other) {
        double[] sum = tokens.clone();
        for (int i = 0; i < SCRIPTS; i++) {
            sum[i] += other.tokens[i];
        }
        return new TextUnits(sum);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TextUnits units && Arrays.equals(tokens, units.tokens);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(tokens);
    }

    @Override
    public String toString() {
        return "TextUnits" + Arrays.toString(tokens);
    }
}
