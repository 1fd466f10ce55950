package dev.mnemo.bench;

import java.io.IOException;
import java.util.List;

/** A context of about 50,000 tokens, at one connection. */
final class LargeTable {

    private static final int INTERACTIONS = 100;

    /** Characters that the user said in each interaction. */
    private static final int LENGTH = 1_740;

    private static final int LEAST_TOKENS = 45_000;
    private static final double WARM_SECONDS = 1.5;
    private static final double ROUND_SECONDS = Bench.SECONDS / 6;

    private LargeTable() {}

    static Table measure(Setup setup) throws Exception {
        String context = Seed.plant(setup, Setup.LARGE, INTERACTIONS, LENGTH);
        int tokens = Integer.parseInt(context.replaceAll("tokens=(\\d+).*", "$1"));
        if (tokens < LEAST_TOKENS) {
            throw new IllegalStateException("too small a block: " + context);
        }
        Request call = Request.of(WireFormat.CHAT, Setup.LARGE);
        int sent = received(setup.plain(), call);
        int enlarged = received(setup.mnemo(), call);
        Request large = call.longer(enlarged - sent);
        // Not recorded, so that the interactions of which it is composed stay the same.
        Request first = call.headers("Accept: application/json\r\nX-Mnemo-Memory: read\r\nX-Mnemo-Conversation: bench-"
                + Request.NEW + "\r\n");

        Series plain = series(setup, setup.plain(), call);
        Series mnemo = series(setup, setup.mnemo(), call);
        Series plainLarge = series(setup, setup.plain(), large);
        Series composed = series(setup, setup.mnemo(), first);
        // Before the others, whose recorded calls displace what it is composed of.
        rounds(List.of(plain, composed));
        rounds(List.of(plain, mnemo, plainLarge));

        Table table = new Table(
                "a context of %,d tokens, p50 µs at 1 connection".formatted(tokens),
                "plain Spring Cloud Gateway",
                "Mnemo",
                "added");
        row(table, "the client's call of %,d bytes; Mnemo sends %,d".formatted(sent, enlarged), plain, mnemo);
        row(
                table,
                "both send %,d bytes; the plain gateway's client sent them all".formatted(enlarged),
                plainLarge,
                mnemo);
        row(table, "the first call of a conversation, which composes the block", plain, composed);
        return table;
    }

    private static Series series(Setup setup, Gateway gateway, Request request) {
        return new Series(setup.meter(), gateway, request, 1, ROUND_SECONDS);
    }

    private static void rounds(List<Series> alternating) throws Exception {
        for (Series series : alternating) {
            series.warm(WARM_SECONDS);
        }
        for (int i = 0; i < Bench.ROUNDS; i++) {
            for (Series series : alternating) {
                series.round();
            }
        }
    }

    /** How many bytes of body the upstream gets for one call. */
    private static int received(Gateway gateway, Request request) throws IOException {
        try (Client client = new Client(gateway)) {
            client.call(request);
            return Integer.parseInt(client.header(CheapUpstream.RECEIVED));
        }
    }

    private static void row(Table table, String what, Series plain, Series mnemo) {
        table.row(what, plain.p50(), mnemo.p50(), mnemo.p50() - plain.p50());
    }
}
