package dev.mnemo.retrieval;

/**
 * An interaction in the order of what it has to do with the query, and why.
 *
 * @param score 0 if nothing speaks for it
 * @param lexicalRank by its words, the best is 1; 0 if it has none of the query's
 * @param denseRank by its vector; 0 if it has none, or a farther one
 * @param lifted whether a neighbour in its conversation speaks for it
 */
public record Hit(Entry entry, float score, int lexicalRank, int denseRank, boolean lifted) {

    public boolean isFound() {
        return score > 0 || entry.pinned();
    }
}
