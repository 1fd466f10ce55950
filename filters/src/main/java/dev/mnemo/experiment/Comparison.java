package dev.mnemo.experiment;

import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * A metric of both arms, and by how much they differ. Immutable.
 *
 * @param treated null where the arm has nothing to divide by
 * @param heldOut the same
 * @param difference treated less held out; null where an arm has none
 * @param interval of the difference; null where there is too little to tell
 * @param relative the difference as a part of the held-out arm's; null with {@code interval}, and where it would mean nothing
 * @param relativeInterval null exactly when {@code relative} is
 * @param reading what it says, in words
 */
public record Comparison(
        Metric metric,
        @Nullable Double treated,
        @Nullable Double heldOut,
        @Nullable Double difference,
        @Nullable Interval interval,
        @Nullable Double relative,
        @Nullable Interval relativeInterval,
        String reading) {

    private static final MathContext SHOWN = new MathContext(3);

    /** Works out one metric. Takes some ten microseconds. */
    public static Comparison of(Metric metric, Totals treated, Totals heldOut) {
        double[] aboveTreated = metric.above(treated);
        double[] aboveHeldOut = metric.above(heldOut);
        double[] belowTreated = treated.each(metric.below);
        double[] belowHeldOut = heldOut.each(metric.below);
        if (treated.of(metric.below) == 0 || heldOut.of(metric.below) == 0) {
            Double a = value(treated, metric, aboveTreated, belowTreated);
            Double b = value(heldOut, metric, aboveHeldOut, belowHeldOut);
            return new Comparison(
                    metric, a, b, null, null, null, null, "too little data: an arm has counted nothing yet");
        }
        Ratio a = Ratio.of(aboveTreated, belowTreated);
        Ratio b = Ratio.of(aboveHeldOut, belowHeldOut);
        if (!Ratio.enough(belowTreated) || !Ratio.enough(belowHeldOut)) {
            return unsure(metric, a, b, "too little data: too few users in an arm");
        }
        boolean positive = metric.positive();
        if (positive && (a.value() == 0 || b.value() == 0)) {
            boolean both = a.value() == b.value();
            return unsure(
                    metric,
                    a,
                    b,
                    both ? "nothing to compare: 0 in both arms" : "too little data: 0 in one of the arms");
        }
        if (a.alike() || b.alike()) {
            return unsure(metric, a, b, "too little data: no two users of an arm differ");
        }
        if (!a.sure() || !b.sure()) {
            return unsure(metric, a, b, "too little data: a few users make up nearly all of an arm");
        }
        Interval inA = a.interval(positive);
        Interval inB = b.interval(positive);
        Interval interval = Interval.ofDifference(a, inA, b, inB);
        double difference = a.value() - b.value();
        return new Comparison(
                metric,
                a.value(),
                b.value(),
                difference,
                interval,
                positive ? difference / b.value() : null,
                positive ? Interval.ofRelative(a, inA, b, inB) : null,
                reading(metric, difference, interval));
    }

    /** Whether the arms differ, as far as 95 % tell. */
    public boolean found() {
        return interval != null && !interval.holds(0);
    }

    private static @Nullable Double value(Totals arm, Metric metric, double[] above, double[] below) {
        return arm.of(metric.below) == 0 ? null : Ratio.of(above, below).value();
    }

    private static Comparison unsure(Metric metric, Ratio a, Ratio b, String why) {
        return new Comparison(metric, a.value(), b.value(), a.value() - b.value(), null, null, null, why);
    }

    private static String reading(Metric metric, double difference, Interval interval) {
        if (interval.holds(0)) {
            return "no difference found, 95 % interval " + shown(interval.low()) + " to " + shown(interval.high());
        }
        double near = Math.min(Math.abs(interval.low()), Math.abs(interval.high()));
        double far = Math.max(Math.abs(interval.low()), Math.abs(interval.high()));
        return metric.sentence(difference, shown(Math.abs(difference))) + ", 95 % interval " + shown(near) + " to "
                + shown(far);
    }

    private static String shown(double number) {
        return new BigDecimal(number).round(SHOWN).stripTrailingZeros().toPlainString();
    }
}
