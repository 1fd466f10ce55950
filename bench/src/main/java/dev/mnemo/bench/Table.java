package dev.mnemo.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** A table in Markdown, and the statistics that stand in it. */
final class Table {

    private final StringBuilder text = new StringBuilder("\n");

    Table(String... titles) {
        row((Object[]) titles);
        text.append("|---".repeat(titles.length)).append("|\n");
    }

    /** Numbers are rounded to whole ones. */
    Table row(Object... cells) {
        for (Object cell : cells) {
            text.append("| ")
                    .append(cell instanceof Double number ? "%.0f".formatted(number) : cell)
                    .append(' ');
        }
        text.append("|\n");
        return this;
    }

    /** A sentence below. */
    Table line(String format, Object... values) {
        text.append('\n').append(format.formatted(values)).append('\n');
        return this;
    }

    void print() {
        System.out.print(text);
    }

    static String ratio(double one, double other) {
        return "%.2f".formatted(other / one);
    }

    static <T> double median(List<T> rounds, ToDoubleFunction<T> figure) {
        double[] values = rounds.stream().mapToDouble(figure).sorted().toArray();
        return values[values.length / 2];
    }

    /** Of sorted values. */
    static long quantile(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, quantile * sorted.length)];
    }
}
