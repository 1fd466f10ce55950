package dev.mnemo.retrieval;

import dev.mnemo.text.Language;

/** Reads one index after the other, without making an object for each. Damage ends it: what is wrong holds nothing. */
final class IndexReader {

    private byte[] index = IndexCodec.EMPTY;
    private int at;
    private int left;
    private boolean damaged;

    int language;
    int embedder;
    int dimensions;
    int tokens;
    int terms;

    /** Of the term that {@link #next} came to. */
    int term;

    int count;

    /** False for an index that is of another version, or damaged as far as its head tells. */
    boolean open(byte[] bytes) {
        index = bytes;
        term = 0;
        left = 0;
        terms = 0;
        damaged = bytes.length < IndexCodec.HEADER || bytes[0] != IndexCodec.VERSION;
        if (damaged) {
            return false;
        }
        language = bytes[1];
        embedder = (bytes[2] & 0xff) << 24 | (bytes[3] & 0xff) << 16 | (bytes[4] & 0xff) << 8 | bytes[5] & 0xff;
        dimensions = (bytes[6] & 0xff) << 8 | bytes[7] & 0xff;
        at = IndexCodec.HEADER + dimensions;
        tokens = number();
        terms = number();
        left = terms;
        damaged |= Language.ofCode(language) == null || terms > bytes.length;
        return !damaged;
    }

    boolean hasVector(int of, int size) {
        return of != 0 && embedder == of && dimensions == size;
    }

    /** Where the vector begins. */
    int vectorAt() {
        return IndexCodec.HEADER;
    }

    /** Goes to the next term; they ascend. */
    boolean next() {
        if (left == 0 || damaged) {
            damaged |= at != index.length;
            return false;
        }
        left--;
        int coded = number();
        term += coded >>> 1;
        count = (coded & 1) == 0 ? 1 : number();
        damaged |= term >>> Terms.BITS != 0 || count < 1;
        return !damaged;
    }

    /** Whether it turned out to be damaged; known when {@link #next} has come to the end. */
    boolean isDamaged() {
        return damaged;
    }

    private int number() {
        int value = 0;
        for (int shift = 0; shift < 32 && at < index.length && !damaged; shift += 7) {
            byte b = index[at++];
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                damaged |= value < 0;
                return value;
            }
        }
        damaged = true;
        return 0;
    }
}
