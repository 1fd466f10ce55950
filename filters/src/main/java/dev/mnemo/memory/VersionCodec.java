package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.mnemo.memory.Preferences.Member;
import dev.mnemo.memory.Version.Edit;
import dev.mnemo.memory.Version.Kind;
import dev.mnemo.seal.Seal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A version as it stands in Redis: its number in digits, a space, and an entry. The script writes the number, which it alone
 * knows; the entry, format 1, is made and sealed here:
 *
 * <pre>
 * 0  format (1)                            2  kind (1)           11  epoch milliseconds, 8   23  length of the author, 2
 * 1  0 plain, 1 zstd, 2 no document        3  restored, 8        19  size of the members, 4
 * 25 the author, then the members, one a line
 * </pre>
 */
final class VersionCodec {

    /** What an entry is called where it is sealed; its number is not known by then. */
    private static final String RECORD = "version";

    private static final byte FORMAT = 1;
    private static final int HEADER = 25;
    private static final byte PLAIN = 0;
    private static final byte PACKED = 1;
    private static final byte NONE = 2;
    private static final byte[] NOTHING = {};

    /** Escapes make a document that is stored larger than it was sent; a length beyond it is damage. */
    private static final int LARGEST = 6 * PreferencesDocument.LARGEST;

    private static final List<Kind> KINDS = List.of(Kind.values());

    private VersionCodec() {}

    /** An entry, sealed. The members' tokens are not in it; they are counted again where it is restored. */
    static byte[] encode(Edit edit, @Nullable List<Member> members, Seal seal) {
        byte[] author = edit.author().getBytes(UTF_8);
        byte[] plain = members == null
                ? NOTHING
                : members.stream()
                        .map(Member::json)
                        .collect(Collectors.joining("\n"))
                        .getBytes(UTF_8);
        byte[] packed = plain.length == 0 ? plain : Zstd.compress(plain);
        boolean smaller = packed.length < plain.length;
        byte[] stored = smaller ? packed : plain;
        byte[] entry = ByteBuffer.allocate(HEADER + author.length + stored.length)
                .put(FORMAT)
                .put(members == null ? NONE : smaller ? PACKED : PLAIN)
                .put((byte) edit.kind().ordinal())
                .putLong(edit.restored())
                .putLong(edit.at().toEpochMilli())
                .putInt(plain.length)
                .putShort((short) author.length)
                .put(author)
                .put(stored)
                .array();
        return seal.seal(RECORD, entry);
    }

    /**
     * Null for one that is damaged, or does not open, or is of a format that is not known: it counts as absent.
     *
     * @param stored as the script wrote it
     */
    static @Nullable Version decode(byte[] stored, ZstdDecompressCtx unpacker, Seal seal) {
        int space = 0;
        while (space < stored.length && stored[space] != ' ') {
            space++;
        }
        try {
            long number = Long.parseLong(new String(stored, 0, space, US_ASCII));
            byte[] sealed = Arrays.copyOfRange(stored, Math.min(space + 1, stored.length), stored.length);
            byte[] entry = seal.open(RECORD, sealed);
            return entry == null ? null : decode(number, entry, unpacker);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Version decode(long number, byte[] entry, ZstdDecompressCtx unpacker) {
        try {
            ByteBuffer in = ByteBuffer.wrap(entry);
            byte format = in.get();
            byte form = in.get();
            int kind = in.get();
            long restored = in.getLong();
            Instant at = Instant.ofEpochMilli(in.getLong());
            int size = in.getInt();
            byte[] author = new byte[Short.toUnsignedInt(in.getShort())];
            in.get(author);
            if (format != FORMAT || kind < 0 || kind >= KINDS.size() || size < 0 || size > LARGEST) {
                return null;
            }
            byte[] members = members(entry, in.position(), form, size, unpacker);
            if (members == null) {
                return null;
            }
            Edit edit = new Edit(KINDS.get(kind), restored, new String(author, UTF_8), at);
            return new Version(number, edit, form == NONE ? null : lines(members));
        } catch (BufferUnderflowException | ZstdException e) {
            return null;
        }
    }

    private static byte @Nullable [] members(byte[] entry, int from, byte form, int size, ZstdDecompressCtx unpacker) {
        int length = entry.length - from;
        if (form == PACKED) {
            byte[] members = new byte[size];
            return unpacker.decompressByteArray(members, 0, size, entry, from, length) == size ? members : null;
        }
        return (form == PLAIN || form == NONE) && length == size ? Arrays.copyOfRange(entry, from, entry.length) : null;
    }

    private static List<String> lines(byte[] members) {
        return members.length == 0 ? List.of() : List.of(new String(members, UTF_8).split("\n", -1));
    }
}
