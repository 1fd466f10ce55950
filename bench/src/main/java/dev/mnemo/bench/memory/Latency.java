package dev.mnemo.bench.memory;

import dev.mnemo.bench.memory.History.Line;
import dev.mnemo.bench.memory.History.Question;
import dev.mnemo.retrieval.Embedder;
import dev.mnemo.retrieval.Entry;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.retrieval.Pick;
import dev.mnemo.retrieval.Query;
import dev.mnemo.retrieval.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How long each step takes, on one thread. */
final class Latency {

    private static final int ROUNDS = 200;

    private final List<String> rows = new ArrayList<>();
    private final History history;

    Latency(History history) {
        this.history = history;
    }

    /** Rows of a table: what, p50 and p99 in milliseconds. */
    List<String> rows(@Nullable Embedder model) {
        Indexer words = new Indexer(null);
        measure("index one interaction, words", round -> index(words, round));
        rank("words", 1_000, null, words);
        rank("words", 10_000, null, words);
        if (model != null) {
            Indexer both = new Indexer(model);
            measure("index one interaction, words and vector", round -> index(both, round));
            measure("embed a query", round -> Query.of(question(round), model).isDense());
            rank("words and vectors, the query embedded", 1_000, model, both);
            rank("words and vectors, the query embedded", 10_000, model, both);
        }
        return rows;
    }

    private boolean index(Indexer indexer, int round) {
        Line line = history.lines().get(round % history.lines().size());
        return indexer.index(null, line.user(), line.assistant(), line.at()).length > 0;
    }

    private String question(int round) {
        Question question = history.questions().get(round % history.questions().size());
        return question.text();
    }

    private void rank(String how, int size, @Nullable Embedder model, Indexer indexer) {
        List<byte[]> indexes = new ArrayList<>();
        for (Line line : history.lines()) {
            indexes.add(indexer.index(null, line.user(), line.assistant(), line.at()));
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            entries.add(new Entry(i, i / 8, 60, indexes.get(i % indexes.size()), 0, false));
        }
        measure("rank " + size + " and pick 2,000 tokens of them, " + how, round -> {
            Query query = Query.of(question(round), model);
            return !Pick.within(2_000, Entry::conversation, 8, Ranking.rank(query, entries, Set.of()))
                    .hits()
                    .isEmpty();
        });
    }

    private interface Step {
        boolean run(int round);
    }

    private void measure(String what, Step step) {
        long[] nanos = new long[ROUNDS];
        int done = 0;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            long begin = System.nanoTime();
            done += step.run(round) ? 1 : 0;
            // The first half warms up.
            nanos[round % ROUNDS] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        rows.add(String.format(
                Locale.ROOT,
                "| %s | %.2f | %.2f |",
                done > 0 ? what : what + " (nothing done)",
                nanos[ROUNDS / 2] / 1e6,
                nanos[ROUNDS * 99 / 100] / 1e6));
    }
}
