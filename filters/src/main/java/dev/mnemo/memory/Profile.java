package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model has written of a user. It is data, and never trusted: one line without markup. Immutable.
 *
 * @param text at most {@link #LONGEST} bytes of UTF-8
 * @param tokens of the line that a block shows, its break included
 * @param version from 1 on; each one that is written takes the next
 * @param at when it was written, in milliseconds
 * @param model that wrote it
 * @param from ids of the interactions that were new to it, ascending; at most {@link #MOST}
 */
public record Profile(String text, int tokens, long version, Instant at, String model, List<Long> from) {

    static final int LONGEST = 4 * 1024;
    static final int MOST = 100;

    private static final byte VERSION = 1;
    private static final int LONGEST_MODEL = 128;

    public Profile {
        from = List.copyOf(from);
    }

    /** What a block shows of a text: a JSON object, without a line break or markup. */
    static String line(String text) {
        return "{\"profile\":\"" + BlockText.quoted(text) + "\"}";
    }

    /** As it is stored; less than six kilobytes. */
    byte[] encode() {
        byte[] name = (model.length() > LONGEST_MODEL ? model.substring(0, LONGEST_MODEL) : model).getBytes(UTF_8);
        byte[] words = text.getBytes(UTF_8);
        ByteBuffer out = ByteBuffer.allocate(1 + 8 + 8 + 4 + 2 + name.length + 2 + 8 * from.size() + words.length)
                .put(VERSION)
                .putLong(version)
                .putLong(at.toEpochMilli())
                .putInt(tokens)
                .putShort((short) name.length)
                .put(name)
                .putShort((short) from.size());
        from.forEach(out::putLong);
        return out.put(words).array();
    }

    /** Null for bytes that are damaged or of a version that is not known: they count as absent, and break no call. */
    static @Nullable Profile decode(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            if (in.get() != VERSION) {
                return null;
            }
            long version = in.getLong();
            Instant at = Instant.ofEpochMilli(in.getLong());
            int tokens = in.getInt();
            String model = text(in, in.getShort());
            int count = in.getShort();
            List<Long> from = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                from.add(in.getLong());
            }
            String text = text(in, in.remaining());
            boolean sane = version > 0 && tokens > 0 && count >= 0 && count <= MOST && !text.isEmpty();
            return sane ? new Profile(text, tokens, version, at, model, from) : null;
        } catch (BufferUnderflowException | NegativeArraySizeException | DateTimeException e) {
            return null;
        }
    }

    private static String text(ByteBuffer in, int length) {
        byte[] bytes = new byte[length > LONGEST ? -1 : length];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }
}
