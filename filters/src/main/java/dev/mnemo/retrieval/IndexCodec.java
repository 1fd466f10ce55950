package dev.mnemo.retrieval;

import dev.mnemo.text.Language;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * An index as it is kept, version 1. Half of it is the vector; a term takes three to four bytes.
 *
 * <pre>
 * 0 version (1)   1 language   2 the vector's embedder, 4 (0 = no vector)   6 dimensions, 2   8 the vector
 * then, as numbers of 7 bits a byte: tokens in the text, terms, and for each term in order its distance to the one
 * before, doubled, and one more when it stands there more than once; how often follows then
 * </pre>
 */
final class IndexCodec {

    static final byte VERSION = 1;

    /** None stands for a missing or damaged index too: nothing is found in it. */
    static final byte[] EMPTY = {};

    static final int HEADER = 8;

    private IndexCodec() {}

    /**
     * @param tokens how many the text has, which says how long it is
     * @param terms how often each stands there
     * @param embedder see {@link #embedder}; 0 without a vector
     */
    static byte[] encode(Language language, int tokens, Map<Integer, Integer> terms, int embedder, byte[] vector) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(HEADER + vector.length + 4 * terms.size());
        out.writeBytes(ByteBuffer.allocate(HEADER)
                .put(VERSION)
                .put((byte) language.code)
                .putInt(embedder)
                .putShort((short) vector.length)
                .array());
        out.writeBytes(vector);
        number(tokens, out);
        number(terms.size(), out);
        int last = 0;
        for (Map.Entry<Integer, Integer> term : new TreeMap<>(terms).entrySet()) {
            boolean often = term.getValue() > 1;
            number(term.getKey() - last << 1 | (often ? 1 : 0), out);
            if (often) {
                number(term.getValue(), out);
            }
            last = term.getKey();
        }
        return out.toByteArray();
    }

    /** Stands for an embedder's id in an index; never 0. */
    static int embedder(String id) {
        int hash = id.hashCode() * 0x9e3779b1;
        return hash == 0 ? 1 : hash;
    }

    private static void number(int value, ByteArrayOutputStream out) {
        int rest = value;
        while (rest > 0x7f) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
