package dev.mnemo.bench;

import java.util.List;

/** {@code make bench}: prints tables of medians over alternating rounds, and checks that Mnemo did its work. */
public final class Bench {

    static final int ROUNDS = 3;

    /** Of a round at many connections; a round at one takes a quarter. */
    static final double SECONDS = Double.parseDouble(System.getenv().getOrDefault("BENCH_SECONDS", "5"));

    /** Which tables. */
    private static final List<String> PARTS = List.of(System.getenv()
            .getOrDefault("BENCH_PARTS", "ledger,chat,limits,dialects,large,memory,stream")
            .split(","));

    private static final int WARM = 60_000;

    private Bench() {}

    public static void main(String[] args) throws Exception {
        if (PARTS.contains("ledger")) {
            LedgerTable.measure().print();
        }
        if (PARTS.equals(List.of("ledger"))) {
            return;
        }
        try (Setup setup = Setup.start()) {
            if (PARTS.contains("flat")) {
                FlatTable.measure(setup).print();
            }
            if (PARTS.contains("memory")) {
                MemoryTable.measure(setup).forEach(Table::print);
            }
            if (List.of("flat", "memory").containsAll(PARTS)) {
                return;
            }
            Seed.plant(setup, Setup.SMALL, 5, 200);
            for (Gateway gateway : setup.gateways()) {
                warm(gateway, setup.meter());
            }
            if (PARTS.contains("chat")) {
                ChatTable.measure(setup).print();
            }
            if (PARTS.contains("limits")) {
                LimitsTable.measure(setup).print();
            }
            if (PARTS.contains("dialects")) {
                DialectTable.measure(setup).print();
            }
            if (PARTS.contains("large")) {
                LargeTable.measure(setup).print();
            }
            if (PARTS.contains("stream")) {
                StreamTable.measure(setup).print();
            }
        }
    }

    /** Few connections first, then until the compiler has seen enough. */
    private static void warm(Gateway gateway, Meter meter) throws Exception {
        Request request = Request.of(WireFormat.CHAT, Setup.SMALL);
        meter.load(gateway, request, 1, 2);
        long calls = 0;
        for (int i = 0; i < 12 && calls < WARM; i++) {
            calls += meter.load(gateway, request, i == 0 ? 4 : 32, 4).calls();
        }
    }
}
