package dev.mnemo.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The same chat call for a tenant without limits and for one with four: what the ledger adds. */
final class LimitsTable {

    private LimitsTable() {}

    static Table measure(Setup setup) throws Exception {
        Series none = series(setup, Setup.FREE, 32);
        Series four = series(setup, Setup.FOUR, 32);
        Series noneOne = series(setup, Setup.FREE, 1);
        Series fourOne = series(setup, Setup.FOUR, 1);
        for (int i = 0; i < 2 * Bench.ROUNDS; i++) {
            for (Series series : List.of(none, four, noneOne, fourOne)) {
                series.round();
            }
        }
        Table table =
                new Table("medians of " + 2 * Bench.ROUNDS + " alternating rounds", "no limit", "four limits", "added");
        row(table, "CPU of the gateway, µs per call", none, four, Load.Result::cpuMicros);
        row(table, "p50 µs, 1 connection", noneOne, fourOne, r -> r.micros(0.50));
        row(table, "calls/s, 32 connections", none, four, Load.Result::perSecond);
        return table;
    }

    private static Series series(Setup setup, String tenant, int connections) throws Exception {
        if (connections > 1) {
            Seed.plant(setup, tenant, 5, 200);
        }
        double seconds = connections > 1 ? Bench.SECONDS : Bench.SECONDS / 4;
        return new Series(setup.meter(), setup.mnemo(), Request.of(WireFormat.CHAT, tenant), connections, seconds)
                .warm(seconds);
    }

    private static void row(Table table, String what, Series none, Series four, ToDoubleFunction<Load.Result> figure) {
        double one = none.median(figure);
        double other = four.median(figure);
        table.row(what, one, other, other - one);
    }
}
