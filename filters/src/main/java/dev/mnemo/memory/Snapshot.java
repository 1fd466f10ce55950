package dev.mnemo.memory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The context block as frozen for one conversation. Its bytes are replayed as they are; nobody changes them.
 *
 * @param preferencesVersion that it was composed of; another one makes it stale
 * @param tokens of the block
 * @param preferences shown
 * @param interactions shown
 * @param cut whether something was known and did not fit
 * @param block the content of a JSON string, escaped; empty when nothing is to be injected
 */
public record Snapshot(
        long preferencesVersion, int tokens, int preferences, int interactions, boolean cut, byte[] block) {

    private static final byte VERSION = 1;
    private static final String ELSEWHERE = " ";
    private static final int HEADER = 1 + 8 + 4 + 4 + 4 + 1;

    public boolean isEmpty() {
        return block.length == 0;
    }

    /**
     * The same for a conversation whose provider keeps the bytes: only what was shown need be known.
     *
     * @param asked what the user has said and waits for, while tools are called; null when it is answered
     */
    Snapshot kept(@Nullable String asked) {
        String words = asked == null ? "" : Interaction.cut(asked);
        byte[] inPlace = (ELSEWHERE + words).getBytes(StandardCharsets.UTF_8);
        return new Snapshot(preferencesVersion, tokens, preferences, interactions, cut, inPlace);
    }

    /** Of a snapshot that was {@link #kept}: what the user has said and waits for; null when that is nothing. */
    @Nullable
    String asked() {
        boolean waits = block.length > ELSEWHERE.length() && block[0] == ELSEWHERE.charAt(0);
        return waits ? new String(block, 1, block.length - 1, StandardCharsets.UTF_8) : null;
    }

    /** Version 1: a byte for the version, the preferences' version (so that a script can compare it), counts, the block. */
    byte[] encode() {
        return ByteBuffer.allocate(HEADER + block.length)
                .put(VERSION)
                .putLong(preferencesVersion)
                .putInt(tokens)
                .putInt(preferences)
                .putInt(interactions)
                .put((byte) (cut ? 1 : 0))
                .put(block)
                .array();
    }

    /** Null when it is damaged or of another version: it counts as absent. */
    static @Nullable Snapshot decode(byte[] stored) {
        if (stored.length < HEADER || stored[0] != VERSION) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(stored, 1, stored.length - 1);
        return new Snapshot(
                in.getLong(),
                in.getInt(),
                in.getInt(),
                in.getInt(),
                in.get() != 0,
                Arrays.copyOfRange(stored, HEADER, stored.length));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Snapshot that
                && preferencesVersion == that.preferencesVersion
                && cut == that.cut
                && Arrays.equals(block, that.block);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(block);
    }

    @Override
    public String toString() {
        return "Snapshot[tokens=" + tokens + ", preferences=" + preferences + ", interactions=" + interactions + "]";
    }
}
