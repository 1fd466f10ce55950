package dev.mnemo.experiment;

/**
 * An arm's ratio of two sums, such as tokens per call, and how sure it is. Calls of one user are alike, so what is compared are
 * buckets of users: the ratio is worked out again without each of them in turn (the jackknife), and how much it changes says
 * how much it would with other users.
 *
 * @param value the ratio
 * @param error its standard error
 * @param freedom degrees of freedom of the error: the fewer, the more a few users decide it
 */
record Ratio(double value, double error, double freedom) {

    /** Buckets that must have something to divide by. With fewer the error is a guess. */
    private static final int FEWEST = 20;

    /** With fewer, one user or two decide it. */
    private static final double LEAST_FREEDOM = 4;

    /** Of the ratio. A smaller error is what rounding leaves where all users are alike. */
    private static final double ROUNDING = 1e-9;

    /** The share of Student's t that lies below an interval's upper end: 95 % are inside. */
    private static final double Z = 1.959963984540054;

    /**
     * @param above one number for each bucket
     * @param below the same, none negative
     */
    static Ratio of(double[] above, double[] below) {
        int n = above.length;
        double allAbove = sum(above);
        double allBelow = sum(below);
        double ratio = allAbove / allBelow;
        double squares = 0;
        double fourths = 0;
        for (int i = 0; i < n; i++) {
            double without = (allAbove - above[i]) / (allBelow - below[i]) - ratio;
            squares += without * without;
            fourths += without * without * without * without;
        }
        // A variance that is made of heavy tails is itself less sure than one of a bell curve: as sure as of fewer
        // buckets.
        double tails = n * fourths / (squares * squares);
        double freedom = Math.min(n - 1, 2.0 * n / (tails - (n - 3.0) / (n - 1)));
        return new Ratio(ratio, Math.sqrt(squares * (n - 1) / n), freedom);
    }

    /** Whether enough buckets count anything for {@link #of} to mean something. */
    static boolean enough(double[] below) {
        int some = 0;
        for (double each : below) {
            some += each > 0 ? 1 : 0;
        }
        return some >= FEWEST;
    }

    /** Whether no two users differ. */
    boolean alike() {
        return error <= ROUNDING * Math.abs(value);
    }

    /** Whether the error is more than a few users' doing. */
    boolean sure() {
        return freedom >= LEAST_FREEDOM;
    }

    /**
     * Where the ratio lies with 95 %.
     *
     * @param positive that it cannot be 0 or less: then the ends are as far in proportion, which fits heavy tails better
     */
    Interval interval(boolean positive) {
        double far = student(freedom) * error;
        if (!positive) {
            return new Interval(value - far, value + far);
        }
        double factor = Math.exp(far / value);
        return new Interval(value / factor, value * factor);
    }

    /** Student's t at 97.5 %: the series of Abramowitz and Stegun, 26.7.5; right to 0.1 % from four degrees of freedom on. */
    static double student(double freedom) {
        double z2 = Z * Z;
        double first = (z2 + 1) / 4;
        double second = ((5 * z2 + 16) * z2 + 3) / 96;
        double third = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
        double fourth = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92_160;
        return Z * (1 + (first + (second + (third + fourth / freedom) / freedom) / freedom) / freedom);
    }

    private static double sum(double[] each) {
        double all = 0;
        for (double one : each) {
            all += one;
        }
        return all;
    }
}
