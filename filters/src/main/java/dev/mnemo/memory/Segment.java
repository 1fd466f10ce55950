package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.seal.Seal;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A run of interactions in the archive, packed together, oldest first. What they are found by can be read without unpacking
 * their texts. It is written once; only forgetting one of them writes it anew.
 *
 * <pre>
 * 0  version   2  how many, 2   4  first id, 8   12  last id, 8   20  body, sealed where the tenant asks for it
 *
 * body  0  1   1  bytes of the texts, 4   5  a row for each, then their indexes, then the texts, packed
 * row   id 8, conversation 8, user 8, answer 8, tokens 4, partial 1, bytes of user text 4, of assistant text 4, of index 4
 * </pre>
 */
final class Segment {

    /** How many interactions a segment holds when it is made. */
    static final int SIZE = 32;

    private static final byte VERSION = 1;
    private static final int HEADER = 20;
    private static final byte BODY = 1;
    private static final int ROW = 8 + 8 + 8 + 8 + 4 + 1 + 4 + 4 + 4;
    private static final int LEVEL = 6;

    /** No segment is larger; a length beyond it is damage. */
    private static final int LARGEST = 64 * 1024 * 1024;

    private final List<Row> rows;
    private final Supplier<byte[]> texts;
    private byte @Nullable [] unpacked;

    private record Row(
            long id,
            long conversation,
            Fingerprint user,
            Fingerprint answer,
            int tokens,
            boolean partial,
            int from,
            int userLength,
            int assistantLength,
            byte[] index) {}

    private Segment(List<Row> rows, Supplier<byte[]> texts) {
        this.rows = rows;
        this.texts = texts;
    }

    /**
     * @param interactions oldest first; at least one
     */
    static byte[] encode(List<Interaction> interactions, Seal seal) {
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        ByteArrayOutputStream indexes = new ByteArrayOutputStream();
        ByteBuffer rows = ByteBuffer.allocate(ROW * interactions.size());
        for (Interaction each : interactions) {
            byte[] user = each.userText().getBytes(UTF_8);
            byte[] assistant = each.assistantText().getBytes(UTF_8);
            texts.writeBytes(user);
            texts.writeBytes(assistant);
            indexes.writeBytes(each.index());
            rows.putLong(each.id())
                    .putLong(each.conversation())
                    .putLong(each.user().value())
                    .putLong(each.answer().value())
                    .putInt(each.tokens())
                    .put((byte) (each.partial() ? 1 : 0))
                    .putInt(user.length)
                    .putInt(assistant.length)
                    .putInt(each.index().length);
        }
        byte[] packed = Zstd.compress(texts.toByteArray(), LEVEL);
        byte[] body = ByteBuffer.allocate(5 + rows.capacity() + indexes.size() + packed.length)
                .put(BODY)
                .putInt(texts.size())
                .put(rows.array())
                .put(indexes.toByteArray())
                .put(packed)
                .array();
        long first = interactions.getFirst().id();
        byte[] stored = seal.seal(name(first), body);
        return ByteBuffer.allocate(HEADER + stored.length)
                .put(VERSION)
                .put((byte) 0)
                .putShort((short) interactions.size())
                .putLong(first)
                .putLong(interactions.getLast().id())
                .put(stored)
                .array();
    }

    /** The id of the oldest that a stored segment holds, as it was made. */
    static long first(byte[] stored) {
        return stored.length < HEADER ? 0 : ByteBuffer.wrap(stored).getLong(4);
    }

    /** The id of the newest, likewise. */
    static long last(byte[] stored) {
        return stored.length < HEADER ? 0 : ByteBuffer.wrap(stored).getLong(12);
    }

    /** How many a stored segment holds. */
    static int count(byte[] stored) {
        return stored.length < HEADER
                ? 0
                : Short.toUnsignedInt(ByteBuffer.wrap(stored).getShort(2));
    }

    /** Null when it is damaged, not this user's, or of another version: it counts as absent. */
    static @Nullable Segment decode(byte[] stored, Seal seal) {
        if (stored.length < HEADER || stored[0] != VERSION) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(stored);
        byte[] sealed = new byte[stored.length - HEADER];
        header.get(HEADER, sealed);
        byte[] body = seal.open(name(header.getLong(4)), sealed);
        try {
            return body == null ? null : decoded(body, header.getShort(2));
        } catch (BufferUnderflowException e) {
            return null;
        }
    }

    private static @Nullable Segment decoded(byte[] body, int count) {
        ByteBuffer in = ByteBuffer.wrap(body);
        if (in.get() != BODY || count < 0) {
            return null;
        }
        int size = in.getInt();
        ByteBuffer indexes = in.duplicate().position(Math.min(in.limit(), in.position() + count * ROW));
        List<Row> rows = new ArrayList<>(count);
        int from = 0;
        for (int i = 0; i < count; i++) {
            long id = in.getLong();
            long conversation = in.getLong();
            Fingerprint user = new Fingerprint(in.getLong());
            Fingerprint answer = new Fingerprint(in.getLong());
            int tokens = in.getInt();
            boolean partial = in.get() != 0;
            int userLength = in.getInt();
            int assistantLength = in.getInt();
            int indexLength = in.getInt();
            if (tokens < 0 || userLength < 0 || assistantLength < 0 || indexLength < 0 || indexLength > body.length) {
                return null;
            }
            byte[] index = new byte[indexLength];
            indexes.get(index);
            rows.add(
                    new Row(id, conversation, user, answer, tokens, partial, from, userLength, assistantLength, index));
            from = Math.addExact(from, Math.addExact(userLength, assistantLength));
        }
        if (from != size || size > LARGEST) {
            return null;
        }
        byte[] packed = new byte[indexes.remaining()];
        indexes.get(packed);
        return new Segment(rows, () -> unpacked(packed, size));
    }

    /** Texts that cannot be unpacked are empty ones: a call goes on. */
    private static byte[] unpacked(byte[] packed, int size) {
        try {
            byte[] texts = Zstd.decompress(packed, size);
            return texts.length == size ? texts : new byte[size];
        } catch (ZstdException e) {
            return new byte[size];
        }
    }

    /** What it holds, oldest first. Texts are unpacked when the first of them is asked for. Not thread-safe. */
    List<Archived> archived() {
        return rows.stream()
                .map(row -> new Archived(
                        row.id(),
                        row.conversation(),
                        row.user(),
                        row.answer(),
                        row.tokens(),
                        row.index(),
                        () -> whole(row)))
                .toList();
    }

    List<Long> ids() {
        return rows.stream().map(Row::id).toList();
    }

    List<Interaction> interactions() {
        return rows.stream().map(this::whole).toList();
    }

    private Interaction whole(Row row) {
        byte[] all = unpacked;
        if (all == null) {
            all = texts.get();
            unpacked = all;
        }
        return new Interaction(
                row.id(),
                row.conversation(),
                row.user(),
                row.answer(),
                row.tokens(),
                row.partial(),
                new String(all, row.from(), row.userLength(), UTF_8),
                new String(all, row.from() + row.userLength(), row.assistantLength(), UTF_8),
                row.index());
    }

    private static String name(long first) {
        return "segment:" + Interaction.toHex(first);
    }
}
