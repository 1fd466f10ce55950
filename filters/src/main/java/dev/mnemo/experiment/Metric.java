package dev.mnemo.experiment;

import java.util.Locale;

/** What is compared: one sum by another. */
public enum Metric {
    INPUT_TOKENS_PER_CALL(
            Sum.INPUT, Sum.ANSWERED, 1, "tokens", "treated calls use %s %s input tokens", "more", "fewer"),
    OUTPUT_TOKENS_PER_CALL(
            Sum.OUTPUT, Sum.ANSWERED, 1, "tokens", "treated calls get %s %s output tokens", "more", "fewer"),
    USD_PER_CALL(Sum.COST, Sum.ANSWERED, 1e9, "USD", "treated calls cost $%s %s", "more", "less"),
    USD_PER_CONVERSATION(Sum.COST, Sum.CONVERSATIONS, 1e9, "USD", "treated conversations cost $%s %s", "more", "less"),
    TURNS_PER_CONVERSATION(
            Sum.TURNS, Sum.CONVERSATIONS, 1, "turns", "treated conversations take %s turns %s", "more", "less"),
    MS_TO_FIRST_BYTE(
            Sum.FIRST_BYTE, Sum.ANSWERED, 1e3, "ms", "treated calls wait %s ms %s for the first byte", "more", "less"),
    MS_PER_CALL(Sum.DURATION, Sum.ANSWERED, 1e3, "ms", "treated calls take %s ms %s", "more", "less"),
    REFUSALS_PER_CALL(
            Sum.REFUSED, Sum.CALLS, 1, "calls", "of each treated call, %s %s are refused or fail", "more", "less"),
    MEAN_RATING(Sum.RATING, Sum.RATINGS, 1e3, "rating", "treated users rate %s %s", "higher", "lower"),
    FEEDBACK_PER_CALL(
            Sum.RATINGS, Sum.ANSWERED, 1, "ratings", "treated users rate %s times %s often per call", "more", "less");

    final Sum above;
    final Sum below;
    private final double scale;
    private final String unit;
    private final String sentence;
    private final String more;
    private final String less;

    Metric(Sum above, Sum below, double scale, String unit, String sentence, String more, String less) {
        this.above = above;
        this.below = below;
        this.scale = scale;
        this.unit = unit;
        this.sentence = sentence;
        this.more = more;
        this.less = less;
    }

    /** In JSON. */
    public String member() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String unit() {
        return unit;
    }

    /** Whether it cannot be 0 or less, once anything was counted. */
    boolean positive() {
        return this != MEAN_RATING;
    }

    /** The upper sum of each bucket, in the metric's unit. */
    double[] above(Totals totals) {
        double[] each = totals.each(above);
        for (int i = 0; i < each.length; i++) {
            each[i] /= scale;
        }
        return each;
    }

    /** A difference that was found, in words. */
    String sentence(double difference, String amount) {
        return String.format(Locale.ROOT, sentence, amount, difference > 0 ? more : less);
    }
}
