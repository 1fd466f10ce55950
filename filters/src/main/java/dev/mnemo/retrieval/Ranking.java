package dev.mnemo.retrieval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Orders interactions by what they have to do with a query: the words they share, the angle between the vectors, both fused by
 * reciprocal rank; a hit lifts its neighbours. A pure function.
 */
public final class Ranking {

    // Found on one half of the public conversations and kept for the other: docs/memory-bench.md.

    /** What a word's second time is worth, and how much a long text is held against it. */
    private static final float SATURATION = 1.2f;

    private static final float LENGTH_SHARE = 0.4f;

    /** Of a neighbour's score, once of the words' and once of the whole. */
    private static final float LEXICAL_LIFT = 0.5f;

    private static final float LIFT = 0.3f;

    /** The fewer, the more the first ranks count. */
    private static final int FUSION = 3;

    /** Vectors farther than that say nothing; every text has some angle to every other. */
    private static final int DENSE_DEPTH = 200;

    /** What the best rating adds. */
    private static final float LIKED = 0.5f;

    private Ranking() {}

    /**
     * @param never ids that are not to be found, as they stand in the block already; they lift their neighbours all the same
     * @return all others whose rating is not below 0: the pinned ones first, then by score, equals by id, newest first
     */
    public static List<Hit> rank(Query query, List<Entry> entries, Set<Long> never) {
        List<Entry> ordered = inOrder(entries);
        int size = ordered.size();
        float[] lexical = new float[size];
        float[] dense = new float[size];
        compare(query, ordered, lexical, dense);
        int[] neighbours = neighbours(ordered);
        boolean[] lifted = new boolean[size];
        lexical = lift(lexical, neighbours, LEXICAL_LIFT, lifted);
        int[] lexicalRanks = ranks(lexical, size);
        int[] denseRanks = ranks(dense, DENSE_DEPTH);
        float[] scores = new float[size];
        for (int i = 0; i < size; i++) {
            scores[i] = reciprocal(lexicalRanks[i]) + reciprocal(denseRanks[i]);
        }
        scores = lift(scores, neighbours, LIFT, lifted);
        List<Hit> hits = new ArrayList<>(size);
        for (int i = size - 1; i >= 0; i--) {
            Entry entry = ordered.get(i);
            if (entry.rating() >= 0 && !never.contains(entry.id())) {
                float score = scores[i] * (1 + LIKED * Math.min(entry.rating(), 1));
                hits.add(new Hit(entry, score, lexicalRanks[i], denseRanks[i], lifted[i]));
            }
        }
        // Stable: equals stay newest first.
        hits.sort((a, b) -> a.entry().pinned() != b.entry().pinned()
                ? Boolean.compare(b.entry().pinned(), a.entry().pinned())
                : Float.compare(b.score(), a.score()));
        return hits;
    }

    private static List<Entry> inOrder(List<Entry> entries) {
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i - 1).id() > entries.get(i).id()) {
                List<Entry> ordered = new ArrayList<>(entries);
                ordered.sort(Comparator.comparingLong(Entry::id));
                return ordered;
            }
        }
        return entries;
    }

    private static void compare(Query query, List<Entry> entries, float[] lexical, float[] dense) {
        int width = query.tokens;
        byte[] counts = new byte[entries.size() * width];
        int[] holding = new int[width];
        int[] lengths = new int[entries.size()];
        long lengthOfAll = 0;
        IndexReader reader = new IndexReader();
        for (int i = 0; i < lengths.length; i++) {
            byte[] index = entries.get(i).index();
            if (!reader.open(index)) {
                continue;
            }
            lengths[i] = reader.tokens;
            lengthOfAll += reader.tokens;
            count(query, reader, counts, i * width, holding);
            byte[] vector = query.vector;
            if (vector != null && !reader.isDamaged() && reader.hasVector(query.embedder, vector.length)) {
                dense[i] = Math.max(0, Vectors.cosine(vector, index, reader.vectorAt()));
            }
        }
        float mean = Math.max(1f, (float) lengthOfAll / Math.max(1, lengths.length));
        for (int q = 0; q < width; q++) {
            float rarity = (float) Math.log(1 + (lengths.length - holding[q] + 0.5) / (holding[q] + 0.5));
            for (int i = 0; i < lengths.length; i++) {
                int count = counts[i * width + q];
                if (count > 0) {
                    float length = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths[i] / mean;
                    lexical[i] += rarity * count * (SATURATION + 1) / (count + SATURATION * length);
                }
            }
        }
    }

    /** How often each token of the query stands in one index. Both are in order, so that they are read side by side. */
    private static void count(Query query, IndexReader reader, byte[] counts, int row, int[] holding) {
        int[] terms = query.terms(reader.language);
        int[] tokenOf = query.tokenOf(reader.language);
        int at = 0;
        while (reader.next()) {
            while (at < terms.length && terms[at] < reader.term) {
                at++;
            }
            for (int same = at; same < terms.length && terms[same] == reader.term; same++) {
                counts[row + tokenOf[same]] = (byte) Math.min(reader.count, Byte.MAX_VALUE);
            }
        }
        for (int q = 0; q < query.tokens; q++) {
            if (reader.isDamaged()) {
                counts[row + q] = 0;
            }
            holding[q] += counts[row + q] > 0 ? 1 : 0;
        }
    }

    /** For each entry the one before it in its conversation, then the one after it; -1 for none. */
    private static int[] neighbours(List<Entry> entries) {
        int[] neighbours = new int[2 * entries.size()];
        Arrays.fill(neighbours, -1);
        Map<Long, Integer> last = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            Integer before = last.put(entries.get(i).conversation(), i);
            if (before != null) {
                neighbours[2 * i] = before;
                neighbours[2 * before + 1] = i;
            }
        }
        return neighbours;
    }

    private static float[] lift(float[] scores, int[] neighbours, float share, boolean[] lifted) {
        float[] out = scores.clone();
        for (int i = 0; i < out.length; i++) {
            int before = neighbours[2 * i];
            int after = neighbours[2 * i + 1];
            float best = Math.max(before < 0 ? 0 : scores[before], after < 0 ? 0 : scores[after]);
            out[i] += share * best;
            lifted[i] |= share * best > scores[i];
        }
        return out;
    }

    /** The best is 1; 0 for what has no score, or a rank beyond the depth. Of equals the newer is the better one. */
    private static int[] ranks(float[] scores, int depth) {
        long[] order = new long[scores.length];
        int found = 0;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > 0) {
                order[found++] = (long) Float.floatToIntBits(scores[i]) << 32 | i;
            }
        }
        Arrays.sort(order, 0, found);
        int[] ranks = new int[scores.length];
        for (int rank = 1; rank <= Math.min(found, depth); rank++) {
            ranks[(int) order[found - rank]] = rank;
        }
        return ranks;
    }

    private static float reciprocal(int rank) {
        return rank == 0 ? 0 : 1f / (FUSION + rank);
    }
}
