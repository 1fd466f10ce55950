package dev.mnemo.bench;

import java.util.ArrayList;
import java.util.List;

/** The same kind of call in each wire format. */
final class DialectTable {

    private static final double WARM_SECONDS = 4;

    /** What is measured of one format. */
    private record Line(WireFormat format, Series plainMany, Series mnemoMany, Series plainOne, Series mnemoOne) {

        static Line of(WireFormat format, Setup setup) {
            Request request = Request.of(format, Setup.SMALL);
            Meter meter = setup.meter();
            return new Line(
                    format,
                    new Series(meter, setup.plain(), request, 32, Bench.SECONDS / 4),
                    new Series(meter, setup.mnemo(), request, 32, Bench.SECONDS / 4),
                    new Series(meter, setup.plain(), request, 1, Bench.SECONDS / 8),
                    new Series(meter, setup.mnemo(), request, 1, Bench.SECONDS / 8));
        }

        void round() throws Exception {
            for (Series series : List.of(plainMany, mnemoMany, plainOne, mnemoOne)) {
                series.round();
            }
        }
    }

    private DialectTable() {}

    static Table measure(Setup setup) throws Exception {
        List<Line> lines = new ArrayList<>();
        for (WireFormat format : WireFormat.values()) {
            Line line = Line.of(format, setup);
            line.plainMany().warm(WARM_SECONDS / 4);
            line.mnemoMany().warm(WARM_SECONDS);
            lines.add(line);
        }
        // Round by round, not format by format: a machine that is slow for a while is slow for all of them.
        for (int i = 0; i < Bench.ROUNDS; i++) {
            for (Line line : lines) {
                line.round();
            }
        }
        Table table = new Table(
                "a call in each dialect",
                "plain: CPU µs per call",
                "Mnemo: CPU µs per call",
                "ratio",
                "added p50 µs, 1 connection");
        for (Line line : lines) {
            double plain = line.plainMany().median(Load.Result::cpuMicros);
            double mnemo = line.mnemoMany().median(Load.Result::cpuMicros);
            table.row(
                    line.format().title(),
                    plain,
                    mnemo,
                    Table.ratio(plain, mnemo),
                    line.mnemoOne().p50() - line.plainOne().p50());
        }
        return table;
    }
}
