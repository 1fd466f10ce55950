package dev.mnemo.call;

import dev.mnemo.dialect.TextUnits;
import dev.mnemo.dialect.TextUnits.Script;
import java.util.Arrays;

/**
 * What one tenant's use of one model has taught: the factor from {@link TextUnits} to the model's tokens, for each script. A
 * ridge regression of what providers counted on what was measured, over about the last hundred calls, drawn towards the
 * family's table; its sums can be added up over replicas. Thread-safe.
 */
final class ModelRatios {

    private static final int N = TextUnits.SCRIPTS;

    /** Of a symmetric matrix, row by row from the diagonal, and of a vector. */
    private static final int SUMS = N * (N + 1) / 2 + N;

    /** A call weighs half as much after as many others. */
    static final int HALF_LIFE = 50;

    private static final double FORGET = Math.pow(0.5, 1.0 / HALF_LIFE);

    /** How far one call's count lies from what its scripts predict, a family's table from the truth, a script from others. */
    private static final double NOISE = 0.07;

    private static final double ALL_SCRIPTS = 0.4;
    private static final double ONE_SCRIPT = 0.1;

    /** A factor never leaves the table's by more, whatever a provider says. */
    private static final double LEAST = 0.4;

    private static final double MOST = 2.5;

    private final double[] table = new double[N];
    private double[] sums = new double[SUMS];
    private double[] fresh = new double[SUMS];
    private int calls;
    private volatile double[] factors;

    ModelRatios(ModelFamily family) {
        for (Script script : Script.values()) {
            table[script.ordinal()] = family.factor(script);
        }
        factors = table;
    }

    /** In the model's tokens. */
    double tokens(TextUnits units) {
        double[] now = factors;
        double tokens = 0;
        for (Script script : Script.values()) {
            tokens += units.of(script) * now[script.ordinal()];
        }
        return tokens;
    }

    /** The text of a prompt was really so many tokens. Too far from what was expected, it counts as the farthest that is believed. */
    synchronized void learn(TextUnits units, double tokens) {
        double expected = tokens(units);
        double believed = Math.clamp(tokens, expected * LEAST, expected * MOST);
        double[] x = new double[N];
        for (Script script : Script.values()) {
            int i = script.ordinal();
            x[i] = units.of(script) * table[i] / believed;
        }
        add(sums, x);
        add(fresh, x);
        calls++;
        factors = solved();
    }

    private static void add(double[] sums, double[] x) {
        int at = 0;
        for (int i = 0; i < N; i++) {
            for (int j = i; j < N; j++) {
                sums[at] = sums[at] * FORGET + x[i] * x[j];
                at++;
            }
        }
        for (int i = 0; i < N; i++) {
            sums[at] = sums[at] * FORGET + x[i];
            at++;
        }
    }

    /**
     * What was learned since the last time. It must come back by {@link #merged} or {@link #giveBack}.
     */
    synchronized Learned take() {
        Learned taken = new Learned(calls, fresh);
        calls = 0;
        fresh = new double[SUMS];
        return taken;
    }

    /** Whether these can be sums, wherever they come from. */
    static boolean areSums(double[] numbers) {
        return numbers.length == SUMS && Arrays.stream(numbers).allMatch(Double::isFinite);
    }

    /** What all replicas have learned, with what was taken. */
    synchronized void merged(double[] shared) {
        double[] all = shared.clone();
        double keep = Math.pow(FORGET, calls);
        for (int i = 0; i < SUMS; i++) {
            all[i] = all[i] * keep + fresh[i];
        }
        sums = all;
        factors = solved();
    }

    /** What was taken could not be shared. */
    synchronized void giveBack(Learned taken) {
        double keep = Math.pow(FORGET, calls);
        for (int i = 0; i < SUMS; i++) {
            fresh[i] += taken.sums()[i] * keep;
        }
        calls += taken.calls();
    }

    /** Of a number of calls. */
    record Learned(int calls, double[] sums) {}

    /** The factors that fit best: the sums, and before them what is believed without any. */
    private double[] solved() {
        double weight = NOISE * NOISE / (ONE_SCRIPT * ONE_SCRIPT);
        double common = ALL_SCRIPTS * ALL_SCRIPTS / (ONE_SCRIPT * ONE_SCRIPT + N * ALL_SCRIPTS * ALL_SCRIPTS);
        double[][] rows = new double[N][N + 1];
        int at = 0;
        for (int i = 0; i < N; i++) {
            for (int j = i; j < N; j++) {
                double prior = weight * ((i == j ? 1 : 0) - common);
                rows[i][j] = sums[at] + prior;
                rows[j][i] = sums[at] + prior;
                at++;
            }
        }
        for (int i = 0; i < N; i++) {
            rows[i][N] = sums[at] + weight * (1 - N * common);
            at++;
        }
        double[] relative = eliminated(rows);
        double[] found = new double[N];
        for (int i = 0; i < N; i++) {
            found[i] = table[i] * (Double.isNaN(relative[i]) ? 1 : Math.clamp(relative[i], LEAST, MOST));
        }
        return found;
    }

    /** Gauss without pivots: the matrix is symmetric and positive. */
    private static double[] eliminated(double[][] rows) {
        for (int i = 0; i < N; i++) {
            for (int j = i + 1; j < N; j++) {
                double factor = rows[j][i] / rows[i][i];
                for (int k = i; k <= N; k++) {
                    rows[j][k] -= factor * rows[i][k];
                }
            }
        }
        double[] x = new double[N];
        for (int i = N - 1; i >= 0; i--) {
            double rest = rows[i][N];
            for (int j = i + 1; j < N; j++) {
                rest -= rows[i][j] * x[j];
            }
            x[i] = rest / rows[i][i];
        }
        return x;
    }
}
