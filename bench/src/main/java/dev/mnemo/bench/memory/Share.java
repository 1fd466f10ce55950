package dev.mnemo.bench.memory;

import java.util.Locale;

/** Over many questions: the share of the facts, of the questions with all of them, and with any of them, for each size of block. */
final class Share {

    static final int[] BLOCKS = {1_000, 2_000, 4_000};

    private final double[] facts = new double[BLOCKS.length];
    private final double[] all = new double[BLOCKS.length];
    private final double[] any = new double[BLOCKS.length];
    private int questions;

    void question() {
        questions++;
    }

    void add(int block, int found, int asked) {
        facts[block] += (double) found / asked;
        all[block] += found == asked ? 1 : 0;
        any[block] += found > 0 ? 1 : 0;
    }

    void add(Share other) {
        for (int block = 0; block < BLOCKS.length; block++) {
            facts[block] += other.facts[block];
            all[block] += other.all[block];
            any[block] += other.any[block];
        }
        questions += other.questions;
    }

    int questions() {
        return questions;
    }

    /** Facts for each block, then all, then any. */
    String row() {
        StringBuilder row = new StringBuilder();
        for (double[] figure : new double[][] {facts, all, any}) {
            for (double each : figure) {
                row.append(String.format(Locale.ROOT, " %.3f |", each / questions));
            }
        }
        return row.toString();
    }
}
