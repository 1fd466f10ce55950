package dev.mnemo.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What it costs to look through all that is kept of a user when a conversation begins, and what it costs to keep it findable. */
final class MemoryTable {

    /** Interactions of a user. */
    static final List<Integer> SIZES = Arrays.stream(
                    System.getenv().getOrDefault("BENCH_MEMORY", "1000").split(","))
            .map(Integer::valueOf)
            .toList();

    /** Between two calls of a connection where calls are to be few, in milliseconds. */
    private static final long PAUSE = 100;

    private final Setup setup;
    private final Gateway withoutModel;
    private final int size;

    private MemoryTable(Setup setup, Gateway withoutModel, int size) {
        this.setup = setup;
        this.withoutModel = withoutModel;
        this.size = size;
    }

    static List<Table> measure(Setup setup) throws Exception {
        List<Table> tables = new ArrayList<>();
        try (Gateway withoutModel = setup.startWithoutModel()) {
            for (int size : SIZES) {
                tables.add(new MemoryTable(setup, withoutModel, size).measure());
            }
        }
        return tables;
    }

    /** A column of the table: a tenant, and the gateway that it is measured at. */
    private final class Column {

        private final String tenant;
        private final Gateway gateway;
        private final String context;
        private final long bytes;
        private final Series first;
        private final Series firstLong;
        private final Series later;
        private final Series firstMany;
        private final Series laterMany;
        private final Series read;
        private final Series recorded;

        Column(String name, Gateway gateway) throws Exception {
            this.tenant = name + size;
            this.gateway = gateway;
            History history = new History(setup, gateway, tenant);
            context = history.plant(name.equals(Setup.BARE) ? 20 : size);
            bytes = setup.meter().archivedBytes(tenant) / size;
            Request begins = history.begins();
            Request goesOn = Request.of(WireFormat.CHAT, tenant);
            Request unrecorded = goesOn.headers(History.UNRECORDED + "X-Mnemo-Conversation: bench\r\n");
            first = series(begins, 1, Bench.SECONDS);
            firstLong = series(history.begins(1_000), 1, Bench.SECONDS / 2);
            later = series(unrecorded, 1, Bench.SECONDS / 4);
            firstMany = series(begins, 8, Bench.SECONDS / 2);
            laterMany = series(unrecorded, 8, Bench.SECONDS / 2);
            read = paced(unrecorded);
            recorded = paced(goesOn);
        }

        private Series series(Request request, int connections, double seconds) {
            return new Series(setup.meter(), gateway, request, connections, seconds);
        }

        private Series paced(Request request) {
            return new Series(setup.meter(), gateway, request, 1, Bench.SECONDS, PAUSE);
        }

        Stream<Series> series() {
            return Stream.of(first, firstLong, later, firstMany, laterMany, read, recorded);
        }
    }

    private Table measure() throws Exception {
        List<Column> columns = List.of(
                new Column(Setup.BARE, setup.mnemo()),
                new Column(Setup.WORDS, withoutModel),
                new Column(Setup.VECTORS, setup.mnemo()),
                new Column(Setup.SEALED, setup.mnemo()));
        for (Column column : columns) {
            column.first.warm(2 * Bench.SECONDS);
            column.later.warm(Bench.SECONDS);
        }
        for (int i = 0; i < Bench.ROUNDS; i++) {
            for (int part = 0; part < columns.getFirst().series().count(); part++) {
                for (Column column : columns) {
                    column.series().toList().get(part).round();
                }
            }
        }
        Table table = new Table(
                "%,d interactions of about 1 KB".formatted(size),
                "no archive",
                "found by words",
                "by words and vectors",
                "likewise, sealed");
        row(table, "first call of a conversation: p50 µs, 1 connection", columns, c -> c.first.p50());
        row(table, "p99 µs", columns, c -> c.first.median(r -> r.micros(0.99)));
        row(table, "its first words are 1 KB: p50 µs", columns, c -> c.firstLong.p50());
        row(table, "later call: p50 µs, 1 connection", columns, c -> c.later.p50());
        row(table, "p99 µs", columns, c -> c.later.median(r -> r.micros(0.99)));
        row(table, "CPU of the gateway, µs per first call", columns, c -> c.firstMany.median(Load.Result::cpuMicros));
        row(table, "CPU of the gateway, µs per later call", columns, c -> c.laterMany.median(Load.Result::cpuMicros));
        row(table, "ten calls a second: p50 µs, not recorded", columns, c -> c.read.p50());
        row(table, "p50 µs, recorded", columns, c -> c.recorded.p50());
        row(table, "CPU µs per call, not recorded", columns, c -> c.read.median(Load.Result::cpuMicros));
        row(table, "CPU µs per call, recorded", columns, c -> c.recorded.median(Load.Result::cpuMicros));
        row(table, "bytes of the archive, per interaction", columns, c -> c.bytes);
        for (Column column : columns) {
            table.line("%s: %s", column.tenant, column.context);
        }
        return table;
    }

    private static void row(Table table, String what, List<Column> columns, ToDoubleFunction<Column> figure) {
        List<Object> cells = new ArrayList<>(List.of(what));
        columns.forEach(column -> cells.add(figure.applyAsDouble(column)));
        table.row(cells.toArray());
    }
}
