package dev.mnemo.retrieval;

/**
 * One interaction that may be found.
 *
 * @param id ascends with time
 * @param conversation which one it belongs to: those before and after it there are its neighbours
 * @param tokens that it takes in the block
 * @param index as {@link Indexer} made it; of a damaged or unknown one nothing is found
 * @param rating from -1 to 1, 0 if there is none; one below 0 is not found
 * @param pinned comes first
 */
public record Entry(long id, long conversation, int tokens, byte[] index, float rating, boolean pinned) {}
