package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.seal.Seal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An interaction as it stands in Redis, version 2: a header that scripts compare without knowing more, and a body, which is
 * sealed where the tenant asks for it. The texts are packed when that is smaller.
 *
 * <pre>
 * 0  version   2  tag of the request, 8   10  id, 8   18  body
 *
 * body  0  1   2  conversation, 8        18  answer fingerprint, 8   30  bytes of both texts, 4   38 bytes of the index, 4
 *       1  flags  10  user fingerprint, 8   26  tokens, 4            34  of the user's, 4         42 index, then the texts
 * </pre>
 */
final class InteractionCodec {

    static final byte VERSION = 2;

    /** Where the id stands, for those who look for one without reading the rest. */
    static final int ID = 10;

    private static final int HEADER = 18;
    private static final byte BODY = 1;
    private static final int BODY_HEADER = 42;
    private static final int PACKED = 1;
    private static final int PARTIAL = 2;

    /** Making one costs more than packing a record does. It packs one record at a time. */
    private static final ZstdCompressCtx PACKER = new ZstdCompressCtx().setLevel(3);

    /** No record is larger; a length beyond it is damage. */
    private static final int LARGEST = 8 * Interaction.LONGEST + 64;

    private static final int LARGEST_INDEX = 64 * 1024;

    private InteractionCodec() {}

    /**
     * @param request of the request's body, so that an SDK's retry does not record a turn twice
     */
    static byte[] encode(Interaction interaction, Fingerprint request, Seal seal) {
        byte[] body = seal.seal(recordName(interaction.id()), body(interaction));
        return ByteBuffer.allocate(HEADER + body.length)
                .put(VERSION)
                .put((byte) 0)
                .putLong(seal.tag(request.value()))
                .putLong(interaction.id())
                .put(body)
                .array();
    }

    private static byte[] body(Interaction interaction) {
        byte[] user = interaction.userText().getBytes(UTF_8);
        byte[] assistant = interaction.assistantText().getBytes(UTF_8);
        byte[] texts = new byte[user.length + assistant.length];
        System.arraycopy(user, 0, texts, 0, user.length);
        System.arraycopy(assistant, 0, texts, user.length, assistant.length);
        byte[] packed = packed(texts);
        boolean smaller = packed.length < texts.length;
        byte[] stored = smaller ? packed : texts;
        return ByteBuffer.allocate(BODY_HEADER + interaction.index().length + stored.length)
                .put(BODY)
                .put((byte) ((smaller ? PACKED : 0) | (interaction.partial() ? PARTIAL : 0)))
                .putLong(interaction.conversation())
                .putLong(interaction.user().value())
                .putLong(interaction.answer().value())
                .putInt(interaction.tokens())
                .putInt(texts.length)
                .putInt(user.length)
                .putInt(interaction.index().length)
                .put(interaction.index())
                .put(stored)
                .array();
    }

    private static byte[] packed(byte[] texts) {
        synchronized (PACKER) {
            return PACKER.compress(texts);
        }
    }

    /**
     * Null for a record that is damaged, not this user's, or of a version that is not known: it counts as absent, and
     * breaks no call.
     *
     * @param unpacker one for all records of a user: making one costs more than unpacking a record
     */
    static @Nullable Interaction decode(byte[] record, Seal seal, ZstdDecompressCtx unpacker) {
        try {
            if (record.length > HEADER && record[0] == VERSION) {
                long id = ByteBuffer.wrap(record).getLong(ID);
                byte[] body = seal.open(recordName(id), Arrays.copyOfRange(record, HEADER, record.length));
                return body == null ? null : decoded(id, body, unpacker);
            }
            byte[] older = seal.open("interaction", record);
            return older == null ? null : FirstRecords.decode(older, unpacker);
        } catch (BufferUnderflowException | ZstdException e) {
            return null;
        }
    }

    /**
     * Those of them that can be read.
     *
     * @param records each a {@code byte[]}
     */
    static List<Interaction> decode(List<?> records, Seal seal) {
        if (records.isEmpty()) {
            return List.of();
        }
        List<Interaction> interactions = new ArrayList<>(records.size());
        try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
            for (Object record : records) {
                Interaction interaction = record instanceof byte[] bytes ? decode(bytes, seal, unpacker) : null;
                if (interaction != null) {
                    interactions.add(interaction);
                }
            }
        }
        return interactions;
    }

    /** Of a record, without opening it; 0 for one of a version that is not known. */
    static long id(byte[] record) {
        if (record.length > HEADER && record[0] == VERSION) {
            return ByteBuffer.wrap(record).getLong(ID);
        }
        return FirstRecords.isOne(record) ? FirstRecords.id(record) : 0;
    }

    /** What of a record is sealed, where the tenant asks for it. */
    static byte[] sealed(byte[] record) {
        return record.length > HEADER && record[0] == VERSION
                ? Arrays.copyOfRange(record, HEADER, record.length)
                : record;
    }

    private static @Nullable Interaction decoded(long id, byte[] body, ZstdDecompressCtx unpacker) {
        ByteBuffer in = ByteBuffer.wrap(body);
        byte version = in.get();
        byte flags = in.get();
        long conversation = in.getLong();
        Fingerprint user = new Fingerprint(in.getLong());
        Fingerprint answer = new Fingerprint(in.getLong());
        int tokens = in.getInt();
        int size = in.getInt();
        int userLength = in.getInt();
        int indexLength = in.getInt();
        if (version != BODY || tokens < 0 || indexLength < 0 || indexLength > LARGEST_INDEX) {
            return null;
        }
        byte[] index = new byte[indexLength];
        in.get(index);
        byte[] texts = texts(body, in.position(), (flags & PACKED) != 0, size, unpacker);
        if (texts == null || userLength < 0 || userLength > size) {
            return null;
        }
        return new Interaction(
                id,
                conversation,
                user,
                answer,
                tokens,
                (flags & PARTIAL) != 0,
                new String(texts, 0, userLength, UTF_8),
                new String(texts, userLength, size - userLength, UTF_8),
                index);
    }

    static byte @Nullable [] texts(byte[] record, int from, boolean packed, int size, ZstdDecompressCtx unpacker) {
        if (size < 0 || size > LARGEST || record.length < from) {
            return null;
        }
        if (!packed) {
            return record.length - from == size ? Arrays.copyOfRange(record, from, record.length) : null;
        }
        byte[] texts = new byte[size];
        return unpacker.decompressByteArray(texts, 0, size, record, from, record.length - from) == size ? texts : null;
    }

    /** What a record is called where it is sealed. */
    private static String recordName(long id) {
        return "interaction:" + Interaction.toHex(id);
    }
}
