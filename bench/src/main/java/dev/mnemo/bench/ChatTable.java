package dev.mnemo.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Chat calls through both gateways: throughput, CPU, latency, memory. */
final class ChatTable {

    private final Setup setup;
    private final Series plainMany;
    private final Series plainOne;
    private final Series mnemoMany;
    private final Series mnemoOne;

    private ChatTable(Setup setup) {
        this.setup = setup;
        plainMany = series(setup.plain(), 32, Bench.SECONDS);
        plainOne = series(setup.plain(), 1, Bench.SECONDS / 4);
        mnemoMany = series(setup.mnemo(), 32, Bench.SECONDS);
        mnemoOne = series(setup.mnemo(), 1, Bench.SECONDS / 4);
    }

    static Table measure(Setup setup) throws Exception {
        return new ChatTable(setup).measure();
    }

    private Series series(Gateway gateway, int connections, double seconds) {
        return new Series(setup.meter(), gateway, Request.of(WireFormat.CHAT, Setup.SMALL), connections, seconds);
    }

    private Table measure() throws Exception {
        Series direct = series(setup.upstream(), 1, Bench.SECONDS / 4);
        direct.round();
        for (int i = 0; i < Bench.ROUNDS; i++) {
            for (Series series : List.of(plainMany, plainOne, mnemoMany, mnemoOne)) {
                series.round();
            }
        }
        Table table = new Table(
                "medians of " + Bench.ROUNDS + " alternating rounds", "plain Spring Cloud Gateway", "Mnemo", "ratio");
        row(table, "calls/s, 32 connections", plainMany, mnemoMany, Load.Result::perSecond);
        row(table, "CPU of the gateway, µs per call", plainMany, mnemoMany, Load.Result::cpuMicros);
        row(table, "p50 µs, 32 connections", plainMany, mnemoMany, r -> r.micros(0.50));
        row(table, "p99 µs, 32 connections", plainMany, mnemoMany, r -> r.micros(0.99));
        row(table, "p50 µs, 1 connection", plainOne, mnemoOne, r -> r.micros(0.50));
        row(table, "p99 µs, 1 connection", plainOne, mnemoOne, r -> r.micros(0.99));
        long[] plain = setup.plain().residentMegabytes();
        long[] mnemo = setup.mnemo().residentMegabytes();
        table.row(
                "resident memory, MB (highest)",
                "%d (%d)".formatted(plain[0], plain[1]),
                "%d (%d)".formatted(mnemo[0], mnemo[1]),
                Table.ratio(Math.max(1, plain[0]), mnemo[0]));
        return table.line(
                "added p50 at one connection: %.0f µs; the upstream alone: %.0f µs",
                mnemoOne.p50() - plainOne.p50(), direct.p50());
    }

    private static void row(
            Table table, String what, Series plain, Series mnemo, ToDoubleFunction<Load.Result> figure) {
        double one = plain.median(figure);
        double other = mnemo.median(figure);
        table.row(what, one, other, Table.ratio(one, other));
    }
}
