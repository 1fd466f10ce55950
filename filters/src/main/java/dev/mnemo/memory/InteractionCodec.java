package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.mnemo.memory.Interaction.Fingerprint;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An interaction as it stands in Redis, version 1: a header of fixed width, so that a script can compare fingerprints
 * without knowing more, then both texts, packed when that is smaller.
 *
 * <pre>
 * 0  version (1)      2  request fingerprint, 8    18  answer fingerprint, 8   34  tokens, 4   42 bytes of user text, 4
 * 1  0 plain, 1 zstd  10 user fingerprint, 8       26  epoch milliseconds, 8   38  size of the texts, sign = partial, 4
 * 46 the texts
 * </pre>
 */
final class InteractionCodec {

    static final byte VERSION = 1;

    private static final int HEADER = 46;
    private static final byte PLAIN = 0;
    private static final byte PACKED = 1;

    /** Making one costs more than packing a record does. It packs one record at a time. */
    private static final ZstdCompressCtx PACKER = new ZstdCompressCtx().setLevel(3);

    /** No record is larger; a length beyond it is damage. */
    private static final int LARGEST = 8 * Interaction.LONGEST + 64;

    private InteractionCodec() {}

    static byte[] encode(Interaction interaction) {
        byte[] user = interaction.userText().getBytes(UTF_8);
        byte[] assistant = interaction.assistantText().getBytes(UTF_8);
        byte[] texts = new byte[user.length + assistant.length];
        System.arraycopy(user, 0, texts, 0, user.length);
        System.arraycopy(assistant, 0, texts, user.length, assistant.length);
        byte[] packed = packed(texts);
        boolean smaller = packed.length < texts.length;
        byte[] stored = smaller ? packed : texts;
        return ByteBuffer.allocate(HEADER + stored.length)
                .put(VERSION)
                .put(smaller ? PACKED : PLAIN)
                .putLong(interaction.request().value())
                .putLong(interaction.user().value())
                .putLong(interaction.answer().value())
                .putLong(interaction.at().toEpochMilli())
                .putInt(interaction.tokens())
                .putInt(interaction.partial() ? ~texts.length : texts.length)
                .putInt(user.length)
                .put(stored)
                .array();
    }

    private static byte[] packed(byte[] texts) {
        synchronized (PACKER) {
            return PACKER.compress(texts);
        }
    }

    /**
     * Null for a record that is damaged or of a version that is not known: it counts as absent, and breaks no call.
     *
     * @param unpacker one for all records of a user: making one costs more than unpacking a record
     */
    static @Nullable Interaction decode(byte[] record, ZstdDecompressCtx unpacker) {
        try {
            ByteBuffer in = ByteBuffer.wrap(record);
            byte version = in.get();
            byte codec = in.get();
            Fingerprint request = new Fingerprint(in.getLong());
            Fingerprint user = new Fingerprint(in.getLong());
            Fingerprint answer = new Fingerprint(in.getLong());
            Instant at = Instant.ofEpochMilli(in.getLong());
            int tokens = in.getInt();
            int sized = in.getInt();
            int size = sized < 0 ? ~sized : sized;
            int userLength = in.getInt();
            byte[] texts = texts(record, codec, size, unpacker);
            if (version != VERSION || texts == null || userLength < 0 || userLength > size || tokens < 0) {
                return null;
            }
            return new Interaction(
                    request,
                    user,
                    answer,
                    at,
                    tokens,
                    sized < 0,
                    new String(texts, 0, userLength, UTF_8),
                    new String(texts, userLength, size - userLength, UTF_8));
        } catch (BufferUnderflowException | DateTimeException | ZstdException e) {
            return null;
        }
    }

    private static byte @Nullable [] texts(byte[] record, byte codec, int size, ZstdDecompressCtx unpacker) {
        if (size > LARGEST || record.length < HEADER) {
            return null;
        }
        byte[] texts = new byte[size];
        if (codec == PLAIN) {
            if (record.length - HEADER != size) {
                return null;
            }
            System.arraycopy(record, HEADER, texts, 0, size);
            return texts;
        }
        int unpacked = unpacker.decompressByteArray(texts, 0, size, record, HEADER, record.length - HEADER);
        return codec == PACKED && unpacked == size ? texts : null;
    }
}
