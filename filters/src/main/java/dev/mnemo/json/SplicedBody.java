package dev.mnemo.json;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A body with pieces inserted: its original bytes, untouched, and what stands between them. Immutable; nothing is copied
 * until somebody asks for one array.
 */
public final class SplicedBody {

    private final byte[] original;
    private final int offset;
    private final List<byte[]> pieces;

    private SplicedBody(byte[] original, int offset, List<byte[]> pieces) {
        this.original = original;
        this.offset = offset;
        this.pieces = pieces;
    }

    /** The body as it is. It must not be changed any more. */
    public static SplicedBody of(byte[] original) {
        return new SplicedBody(original, 0, List.of());
    }

    /**
     * The body with the pieces inserted before the byte at {@code offset}, in the order given.
     *
     * @throws IndexOutOfBoundsException when the body has no such place
     */
    public static SplicedBody of(byte[] original, int offset, byte[]... pieces) {
        if (offset < 0 || offset > original.length) {
            throw new IndexOutOfBoundsException("offset: " + offset + " (expected: 0 to " + original.length + ")");
        }
        return new SplicedBody(original, offset, List.of(pieces));
    }

    /** In bytes. */
    public int length() {
        int length = original.length;
        for (byte[] piece : pieces) {
            length += piece.length;
        }
        return length;
    }

    /** The bytes in order, wrapped. */
    public List<ByteBuffer> slices() {
        if (pieces.isEmpty()) {
            return List.of(ByteBuffer.wrap(original));
        }
        List<ByteBuffer> slices = new ArrayList<>(pieces.size() + 2);
        slices.add(ByteBuffer.wrap(original, 0, offset).slice());
        for (byte[] piece : pieces) {
            slices.add(ByteBuffer.wrap(piece));
        }
        slices.add(ByteBuffer.wrap(original, offset, original.length - offset).slice());
        return slices;
    }

    /** The bytes in order, copied. */
    public byte[] toBytes() {
        byte[] bytes = new byte[length()];
        System.arraycopy(original, 0, bytes, 0, offset);
        int end = offset;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, bytes, end, piece.length);
            end += piece.length;
        }
        System.arraycopy(original, offset, bytes, end, original.length - offset);
        return bytes;
    }
}
