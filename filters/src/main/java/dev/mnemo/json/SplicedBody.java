package dev.mnemo.json;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A body with pieces put into it: its original bytes, untouched, and what stands between them. Immutable; nothing is copied
 * until somebody asks for one array.
 */
public final class SplicedBody {

    private final byte[] original;
    private final List<Edit> edits;

    /**
     * Pieces that stand where the bytes from {@code start} to {@code end} stood; nothing is lost where both are the same.
     */
    public record Edit(int start, int end, List<byte[]> pieces) {

        /** Pieces before the byte at {@code offset}, in the order given. */
        public static Edit insert(int offset, byte[]... pieces) {
            return new Edit(offset, offset, List.of(pieces));
        }

        /** Pieces in the place of a value. */
        public static Edit replace(JsonReader.Span value, byte[]... pieces) {
            return new Edit(value.start(), value.end(), List.of(pieces));
        }
    }

    private SplicedBody(byte[] original, List<Edit> edits) {
        this.original = original;
        this.edits = edits;
    }

    /**
     * The body with the edits made. It must not be changed any more.
     *
     * @param edits in the order of their places, none inside another
     * @throws IndexOutOfBoundsException when the body has no such place, or the edits are out of order
     */
    public static SplicedBody of(byte[] original, Edit... edits) {
        int at = 0;
        for (Edit edit : edits) {
            if (edit.start() < at || edit.end() < edit.start() || edit.end() > original.length) {
                throw new IndexOutOfBoundsException("edit: " + edit.start() + " to " + edit.end() + " (expected: " + at
                        + " to " + original.length + ")");
            }
            at = edit.end();
        }
        return new SplicedBody(original, List.of(edits));
    }

    /**
     * The same with more edits. At one place what is there already stands first.
     *
     * @param more in any order
     * @throws IndexOutOfBoundsException when the body has no such place, or one lies inside another
     */
    public SplicedBody with(List<Edit> more) {
        return of(
                original,
                Stream.concat(edits.stream(), more.stream())
                        .sorted(Comparator.comparingInt(Edit::start))
                        .toArray(Edit[]::new));
    }

    /** Whether it differs from the original. */
    public boolean isEdited() {
        return !edits.isEmpty();
    }

    /** Everything that was put in, in order. */
    public List<byte[]> pieces() {
        return edits.stream().flatMap(edit -> edit.pieces().stream()).toList();
    }

    /** In bytes. */
    public int length() {
        int length = original.length;
        for (Edit edit : edits) {
            length -= edit.end() - edit.start();
            for (byte[] piece : edit.pieces()) {
                length += piece.length;
            }
        }
        return length;
    }

    /** The bytes in order, wrapped. */
    public List<ByteBuffer> slices() {
        List<ByteBuffer> slices = new ArrayList<>();
        int at = 0;
        for (Edit edit : edits) {
            slices.add(ByteBuffer.wrap(original, at, edit.start() - at).slice());
            edit.pieces().forEach(piece -> slices.add(ByteBuffer.wrap(piece)));
            at = edit.end();
        }
        slices.add(ByteBuffer.wrap(original, at, original.length - at).slice());
        return slices;
    }

    /** The bytes in order, copied. */
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(length());
        slices().forEach(bytes::put);
        return bytes.array();
    }
}
