package dev.mnemo.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Streamed answers at one connection, each followed by a whole one: when the first byte comes, and each event after it. */
final class StreamTable {

    private static final double ROUND_SECONDS = Bench.SECONDS / 3;

    /** One of each. */
    private record Pair(Client.Streamed streamed, long whole) {

        long first() {
            return streamed.first();
        }

        long last() {
            return streamed.last();
        }

        long firstDelay() {
            return streamed.delays().getFirst();
        }

        /** The longest of the events after the first. */
        long laterDelay() {
            return streamed.delays().stream()
                    .skip(1)
                    .mapToLong(Long::longValue)
                    .max()
                    .orElseThrow();
        }
    }

    private final Meter meter;
    private final Request whole = Request.of(WireFormat.CHAT, Setup.SMALL);
    private final Request streamed = whole.streamed();

    private StreamTable(Meter meter) {
        this.meter = meter;
    }

    static Table measure(Setup setup) throws Exception {
        return new StreamTable(setup.meter()).measure(setup.plain(), setup.mnemo());
    }

    private Table measure(Gateway plainGateway, Gateway mnemoGateway) throws Exception {
        List<Pair> plain = new ArrayList<>();
        List<Pair> mnemo = new ArrayList<>();
        pairs(plainGateway);
        pairs(mnemoGateway);
        for (int i = 0; i < Bench.ROUNDS; i++) {
            plain.addAll(pairs(plainGateway));
            mnemo.addAll(pairs(mnemoGateway));
        }
        Table table = new Table("p50 µs, 1 connection", "plain Spring Cloud Gateway", "Mnemo", "added");
        double first = row(table, "streamed answer: to its first byte", plain, mnemo, Pair::first);
        double atOnce = row(table, "the same answer not streamed: to its last byte", plain, mnemo, Pair::whole);
        row(table, "streamed answer: to its last byte", plain, mnemo, Pair::last);
        row(table, "first event: from the upstream's writing it to the client", plain, mnemo, Pair::firstDelay);
        row(table, "slowest later event of a stream: likewise", plain, mnemo, Pair::laterDelay);
        return table.line(
                "added to the first byte, less what is added to an answer that is not streamed: %.0f µs",
                first - atOnce);
    }

    /** Calls for one round. */
    private List<Pair> pairs(Gateway gateway) throws Exception {
        long end = System.nanoTime() + (long) (ROUND_SECONDS * 1e9);
        return meter.checked(gateway, whole, () -> pairs(gateway, end), pairs -> 2L * pairs.size());
    }

    private List<Pair> pairs(Gateway gateway, long end) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        try (Client client = new Client(gateway)) {
            while (System.nanoTime() < end) {
                Pair pair = new Pair(client.stream(streamed), client.call(whole));
                if (pair.streamed().delays().size() != CheapUpstream.EVENTS) {
                    throw new IOException("not all events came: " + pair);
                }
                pairs.add(pair);
            }
        }
        return pairs;
    }

    private static double row(
            Table table, String what, List<Pair> plain, List<Pair> mnemo, ToLongFunction<Pair> figure) {
        double one = p50(plain, figure);
        double other = p50(mnemo, figure);
        table.row(what, one, other, other - one);
        return other - one;
    }

    private static double p50(List<Pair> pairs, ToLongFunction<Pair> figure) {
        return Table.quantile(pairs.stream().mapToLong(figure).sorted().toArray(), 0.50) / 1e3;
    }
}
