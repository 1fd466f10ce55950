package dev.mnemo.memory;

import dev.mnemo.seal.Seal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The context block as frozen for one conversation. Its bytes are replayed as they are; nobody changes them.
 *
 * @param revision of what it was composed of; another one makes it stale
 * @param tokens of the block
 * @param shown what stands in it
 * @param cut whether something was known and did not fit
 * @param account what was shown and what was left out, as the API tells it: JSON
 * @param block the content of a JSON string, escaped; empty when nothing is to be injected
 */
public record Snapshot(long revision, int tokens, Shown shown, boolean cut, byte[] account, byte[] block) {

    /**
     * How much of each part stands in a block.
     *
     * @param preferences members
     * @param summary whether there is one
     * @param retrieved interactions
     * @param interactions recent ones
     */
    public record Shown(int preferences, boolean summary, int retrieved, int interactions) {

        static final Shown NOTHING = new Shown(0, false, 0, 0);

        boolean isNothing() {
            return equals(NOTHING);
        }
    }

    private static final byte FIRST_VERSION = 1;
    private static final byte VERSION = 2;
    private static final String ELSEWHERE = " ";

    /** What a script reads: the version and the revision. */
    private static final int HEADER = 1 + 8;

    private static final int COUNTS = 4 + 4 + 1 + 4 + 4 + 1 + 4;

    private static final byte BODY = 1;

    /** Of nobody, and so of whom nothing is known. */
    static final Snapshot EMPTY = nothing(0, false, new byte[0]);

    static Snapshot nothing(long revision, boolean cut, byte[] account) {
        return new Snapshot(revision, 0, Shown.NOTHING, cut, account, new byte[0]);
    }

    public boolean isEmpty() {
        return block.length == 0;
    }

    /** The same, of what was known then. */
    Snapshot of(long when) {
        return new Snapshot(when, tokens, shown, cut, account, block);
    }

    /**
     * The same for a conversation whose provider keeps the bytes: only what was shown need be known.
     *
     * @param asked what the user has said and waits for, while tools are called; null when it is answered
     */
    Snapshot kept(@Nullable String asked) {
        String words = asked == null ? "" : Interaction.cut(asked);
        byte[] inPlace = (ELSEWHERE + words).getBytes(StandardCharsets.UTF_8);
        return new Snapshot(revision, tokens, shown, cut, account, inPlace);
    }

    /** Of a snapshot that was {@link #kept}: what the user has said and waits for; null when that is nothing. */
    @Nullable
    String asked() {
        boolean waits = block.length > ELSEWHERE.length() && block[0] == ELSEWHERE.charAt(0);
        return waits ? new String(block, 1, block.length - 1, StandardCharsets.UTF_8) : null;
    }

    /**
     * Version 2: a byte for the version and the revision, so that a script can compare it; then a body, which is sealed where
     * the tenant asks for it: a byte, counts, the account with its length, the block.
     */
    byte[] encode(String conversation, Seal seal) {
        byte[] body = seal.seal(
                name(conversation),
                ByteBuffer.allocate(1 + COUNTS + account.length + block.length)
                        .put(BODY)
                        .putInt(tokens)
                        .putInt(shown.preferences())
                        .put((byte) (shown.summary() ? 1 : 0))
                        .putInt(shown.retrieved())
                        .putInt(shown.interactions())
                        .put((byte) (cut ? 1 : 0))
                        .putInt(account.length)
                        .put(account)
                        .put(block)
                        .array());
        return ByteBuffer.allocate(HEADER + body.length)
                .put(VERSION)
                .putLong(revision)
                .put(body)
                .array();
    }

    /** Null when it is damaged, not this conversation's, or of another version: it counts as absent. */
    static @Nullable Snapshot decode(byte[] stored, String conversation, Seal seal) {
        if (stored.length < HEADER) {
            return null;
        }
        long revision = ByteBuffer.wrap(stored).getLong(1);
        byte[] sealed = Arrays.copyOfRange(stored, HEADER, stored.length);
        try {
            if (stored[0] == FIRST_VERSION) {
                byte[] body = seal.open(name(conversation), sealed);
                return body == null ? null : first(revision, ByteBuffer.wrap(body));
            }
            byte[] body = stored[0] == VERSION ? seal.open(name(conversation), sealed) : null;
            return body == null ? null : decoded(revision, ByteBuffer.wrap(body));
        } catch (BufferUnderflowException e) {
            return null;
        }
    }

    private static @Nullable Snapshot decoded(long revision, ByteBuffer in) {
        if (in.get() != BODY) {
            return null;
        }
        int tokens = in.getInt();
        int preferences = in.getInt();
        boolean summary = in.get() != 0;
        Shown shown = new Shown(preferences, summary, in.getInt(), in.getInt());
        boolean cut = in.get() != 0;
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            return null;
        }
        byte[] account = new byte[length];
        in.get(account);
        return new Snapshot(revision, tokens, shown, cut, account, rest(in));
    }

    /** As the first version wrote them: thinking may be signed with a block that is older than this gateway. */
    private static Snapshot first(long revision, ByteBuffer in) {
        int tokens = in.getInt();
        Shown shown = new Shown(in.getInt(), false, 0, in.getInt());
        boolean cut = in.get() != 0;
        return new Snapshot(revision, tokens, shown, cut, new byte[0], rest(in));
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }

    private static String name(String conversation) {
        return "snapshot:" + conversation;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Snapshot that
                && revision == that.revision
                && cut == that.cut
                && Arrays.equals(block, that.block);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(block);
    }

    @Override
    public String toString() {
        return "Snapshot[tokens=" + tokens + ", " + shown + "]";
    }
}
