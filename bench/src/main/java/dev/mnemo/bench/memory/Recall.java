package dev.mnemo.bench.memory;

import dev.mnemo.bench.memory.History.Line;
import dev.mnemo.bench.memory.History.Question;
import dev.mnemo.memory.BlockText;
import dev.mnemo.retrieval.Embedder;
import dev.mnemo.retrieval.Entry;
import dev.mnemo.retrieval.Hit;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.retrieval.Pick;
import dev.mnemo.retrieval.Query;
import dev.mnemo.retrieval.Ranking;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One history asked all its questions, in each way. */
final class Recall {

    enum Way {
        RECENT("recent alone"),
        PLAIN_BM25("plain BM25"),
        LEXICAL("lexical"),
        DENSE("dense"),
        HYBRID("hybrid"),
        UNGATED("hybrid in every language");

        final String title;

        Way(String title) {
            this.title = title;
        }
    }

    private final Rendering rendering;
    private final @Nullable Embedder model;
    private final @Nullable Embedder ungated;

    /** @param model null where there is none: then there is nothing dense */
    Recall(Rendering rendering, @Nullable Embedder model) {
        this.rendering = rendering;
        Map<String, float[]> made = new HashMap<>();
        this.model = model == null ? null : new Memo(model, false, made);
        ungated = model == null ? null : new Memo(model, true, made);
    }

    Map<Way, Share> ask(History history) {
        List<Entry> entries = entries(history, model);
        List<Entry> all = entries(history, ungated);
        PlainBm25 plain = new PlainBm25(history);
        Map<Way, Share> shares = new EnumMap<>(Way.class);
        for (Question question : history.questions()) {
            String text = question.text();
            add(shares, Way.RECENT, history, question, scored(entries, entry -> 1f));
            add(shares, Way.PLAIN_BM25, history, question, scored(entries, e -> plain.score((int) e.id(), text)));
            add(shares, Way.LEXICAL, history, question, Ranking.rank(Query.of(text, null), entries, Set.of()));
            if (model != null && ungated != null) {
                add(shares, Way.DENSE, history, question, Ranking.rank(Query.ofVector(text, ungated), all, Set.of()));
                add(shares, Way.HYBRID, history, question, Ranking.rank(Query.of(text, model), entries, Set.of()));
                add(shares, Way.UNGATED, history, question, Ranking.rank(Query.of(text, ungated), all, Set.of()));
            }
        }
        return shares;
    }

    private List<Entry> entries(History history, @Nullable Embedder embedder) {
        Indexer indexer = new Indexer(embedder);
        List<Entry> entries = new ArrayList<>();
        Line before = null;
        for (Line line : history.lines()) {
            boolean follows = before != null && before.conversation() == line.conversation();
            String said = follows && before != null ? before.user() + "\n" + before.assistant() : null;
            byte[] index = indexer.index(said, line.user(), line.assistant(), line.at());
            entries.add(new Entry(line.id(), line.conversation(), rendering.tokens(line), index, 0, false));
            before = line;
        }
        return entries;
    }

    private interface Score {
        float of(Entry entry);
    }

    /** Equals newest first. */
    private static List<Hit> scored(List<Entry> entries, Score score) {
        List<Hit> hits = new ArrayList<>();
        entries.reversed().forEach(entry -> hits.add(new Hit(entry, score.of(entry), 0, 0, false)));
        hits.sort((a, b) -> Float.compare(b.score(), a.score()));
        return hits;
    }

    private void add(Map<Way, Share> shares, Way way, History history, Question question, List<Hit> ranking) {
        Share share = shares.computeIfAbsent(way, key -> new Share());
        share.question();
        for (int block = 0; block < Share.BLOCKS.length; block++) {
            int room = rendering.room(Share.BLOCKS[block]);
            List<Line> shown = new ArrayList<>();
            Set<String> found = new HashSet<>();
            for (Hit hit : Pick.within(room, entry -> day(history, entry), BlockText.DAY_TOKENS, ranking)
                    .hits()) {
                Line line = history.lines().get((int) hit.entry().id());
                shown.add(line);
                found.addAll(line.facts());
            }
            int tokens = rendering.whole(shown);
            if (tokens > Share.BLOCKS[block]) {
                throw new IllegalStateException(
                        "a block of " + tokens + " tokens, " + Share.BLOCKS[block] + " allowed");
            }
            found.retainAll(question.facts());
            share.add(block, found.size(), question.facts().size());
        }
    }

    private static long day(History history, Entry entry) {
        return Rendering.day(history.lines().get((int) entry.id()));
    }
}
