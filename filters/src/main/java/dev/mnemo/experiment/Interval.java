package dev.mnemo.experiment;

/** Where something lies with a confidence of 95 %. */
public record Interval(double low, double high) {

    boolean holds(double value) {
        return low <= value && value <= high;
    }

    /**
     * Of the difference of two ratios, out of the intervals of both, which need not be symmetric (Zou and Donner's method of
     * variance estimates recovery).
     */
    static Interval ofDifference(Ratio a, Interval inA, Ratio b, Interval inB) {
        double difference = a.value() - b.value();
        return new Interval(
                difference - Math.hypot(a.value() - inA.low, inB.high - b.value()),
                difference + Math.hypot(inA.high - a.value(), b.value() - inB.low));
    }

    /**
     * Of a ratio of two positive ratios, less 1, by the same method: it holds 0 exactly when the difference's does. Nothing
     * stands under a root that is less than 0, but for rounding.
     */
    static Interval ofRelative(Ratio a, Interval inA, Ratio b, Interval inB) {
        double half = a.value() * b.value();
        double lowA = inA.low * (2 * a.value() - inA.low);
        double highA = inA.high * (2 * a.value() - inA.high);
        double lowB = inB.low * (2 * b.value() - inB.low);
        double highB = inB.high * (2 * b.value() - inB.high);
        double low = lowA / (half + Math.sqrt(Math.max(0, half * half - lowA * highB)));
        double high = (half + Math.sqrt(Math.max(0, half * half - highA * lowB))) / lowB;
        return new Interval(low - 1, high - 1);
    }
}
