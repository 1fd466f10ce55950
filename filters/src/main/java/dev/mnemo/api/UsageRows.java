package dev.mnemo.api;

import dev.mnemo.budget.Consumption;
import dev.mnemo.budget.UsageRow;
import dev.mnemo.call.Refusal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what differs in nothing that was asked for. Not thread-safe: days are read one after the other. */
final class UsageRows {

    private static final int MOST_ROWS = 10_000;

    /** What is added up away is read as well: it must not go on for minutes. */
    private static final int MOST_READ = 1_000_000;

    private final List<String> by;
    private final Map<List<String>, Consumption> sums = new TreeMap<>(UsageRows::compare);
    private int read;

    UsageRows(List<String> by) {
        this.by = by;
    }

    /** Counts a row of the book, whether it was asked for or not. */
    void read() {
        if (++read > MOST_READ) {
            throw Refusal.badRequest(
                    "too_many_rows", "usage: more than " + MOST_READ + " rows to read (expected: fewer days)");
        }
    }

    void add(LocalDate day, UsageRow row) {
        List<String> name = new ArrayList<>(by.size());
        for (String column : by) {
            String value = switch (column) {
                case "day" -> day.toString();
                case "user" -> row.name().user();
                case "key" -> row.name().key();
                default -> row.name().model();
            };
            name.add(value == null ? "" : value);
        }
        sums.merge(name, row.used(), Consumption::plus);
        if (sums.size() > MOST_ROWS) {
            throw Refusal.badRequest(
                    "too_many_rows", "usage: more than " + MOST_ROWS + " rows (expected: fewer days, or less in by)");
        }
    }

    List<Map<String, Object>> shown() {
        List<Map<String, Object>> shown = new ArrayList<>(sums.size());
        sums.forEach((name, sum) -> shown.add(shown(name, sum)));
        return shown;
    }

    private Map<String, Object> shown(List<String> name, Consumption sum) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < by.size(); i++) {
            row.put(by.get(i), name.get(i));
        }
        row.put("calls", sum.calls());
        row.put("input", sum.input());
        row.put("cached", sum.cached());
        row.put("written", sum.written());
        row.put("output", sum.output());
        row.put("reasoning", sum.reasoning());
        row.put("injected", sum.injected());
        row.put("usd", UsageApi.dollars(sum.cost()));
        row.put("injected_usd", UsageApi.dollars(sum.injectedCost()));
        row.put("estimated", sum.estimated());
        return row;
    }

    private static int compare(List<String> a, List<String> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
