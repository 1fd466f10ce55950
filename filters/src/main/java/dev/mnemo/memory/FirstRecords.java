package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.memory.Interaction.Fingerprint;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Interactions as the first version wrote them, so that an upgrade forgets nobody. They go when their time to live ends, or
 * when newer ones push them out.
 *
 * <pre>
 * 0  1                2  request fingerprint, 8    18  answer fingerprint, 8   34  tokens, 4   42 bytes of user text, 4
 * 1  0 plain, 1 zstd  10 user fingerprint, 8       26  epoch milliseconds, 8   38  size of the texts, sign = partial, 4
 * 46 the texts
 * </pre>
 */
final class FirstRecords {

    private static final byte VERSION = 1;
    private static final int TIME = 26;
    private static final int HEADER = 46;

    private FirstRecords() {}

    static @Nullable Interaction decode(byte[] record, ZstdDecompressCtx unpacker) {
        if (!isOne(record)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(record);
        int codec = in.get(1);
        int sized = in.getInt(38);
        int size = sized < 0 ? ~sized : sized;
        int userLength = in.getInt(42);
        int tokens = in.getInt(34);
        byte[] texts =
                codec == 0 || codec == 1 ? InteractionCodec.texts(record, HEADER, codec == 1, size, unpacker) : null;
        if (texts == null || tokens < 0 || userLength < 0 || userLength > size) {
            return null;
        }
        return new Interaction(
                id(record),
                0,
                new Fingerprint(in.getLong(10)),
                new Fingerprint(in.getLong(18)),
                tokens,
                sized < 0,
                new String(texts, 0, userLength, UTF_8),
                new String(texts, userLength, size - userLength, UTF_8),
                Interaction.NO_INDEX);
    }

    static boolean isOne(byte[] record) {
        return record.length >= HEADER && record[0] == VERSION;
    }

    /** Of its time and its request, so that it is the same each time. */
    static long id(byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        return in.getLong(TIME) << Interaction.HASH_BITS | in.getLong(2) >>> Long.SIZE - Interaction.HASH_BITS;
    }
}
