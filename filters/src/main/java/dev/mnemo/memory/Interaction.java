package dev.mnemo.memory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One user message and the assistant's final answer to it.
 *
 * @param id unique within a user, and rising with time
 * @param conversation a fingerprint of its name; 0 when that is not known
 * @param user of the user's whole text
 * @param answer of the assistant's whole text
 * @param tokens of the line that the block shows, without its day
 * @param partial whether the answer was cut off
 * @param userText as it is kept: at most {@link #LONGEST} characters
 * @param assistantText likewise
 * @param index what it is found by; empty where nothing is searched. Nobody changes it.
 */
public record Interaction(
        long id,
        long conversation,
        Fingerprint user,
        Fingerprint answer,
        int tokens,
        boolean partial,
        String userText,
        String assistantText,
        byte[] index) {

    /** What is kept of a text, in characters. */
    static final int LONGEST = 8 * 1024;

    static final byte[] NO_INDEX = {};

    private static final String CUT = " […]";

    /** Of an id, the bits below the time: they tell texts of the same millisecond apart. */
    static final int HASH_BITS = 21;

    private static final HexFormat HEX = HexFormat.of();

    /** Counts the tokens, which takes a moment. The id is the same for the same time, conversation and texts. */
    static Interaction of(
            Instant at, String conversation, boolean partial, String user, String assistant, TokenCounter tokens) {
        return uncounted(at, conversation, partial, user, assistant).counted(tokens);
    }

    /** The same, whose tokens nobody has counted yet. */
    static Interaction uncounted(Instant at, String conversation, boolean partial, String user, String assistant) {
        String kept = cut(user);
        String answered = cut(BlockText.withoutEcho(assistant));
        long thread = conversation(conversation);
        long hash = Fingerprint.of((toHex(thread) + '\0' + user + '\0' + assistant).getBytes(StandardCharsets.UTF_8))
                .value();
        long id = at.toEpochMilli() << HASH_BITS | hash >>> Long.SIZE - HASH_BITS;
        return new Interaction(
                id, thread, Fingerprint.of(user), Fingerprint.of(assistant), 0, partial, kept, answered, NO_INDEX);
    }

    /** Counts the tokens, which takes a moment. */
    Interaction counted(TokenCounter counter) {
        int count = counter.count(BlockText.pair(userText, assistantText, partial)) + 1;
        return new Interaction(id, conversation, user, answer, count, partial, userText, assistantText, index);
    }

    /** Under the id that it had where it comes from. */
    Interaction named(long by) {
        return new Interaction(by, conversation, user, answer, tokens, partial, userText, assistantText, index);
    }

    Interaction indexed(byte[] by) {
        return new Interaction(id, conversation, user, answer, tokens, partial, userText, assistantText, by);
    }

    /** When the answer had ended. */
    public Instant at() {
        return at(id);
    }

    /** In UTC. */
    LocalDate day() {
        return day(id);
    }

    static LocalDate day(long id) {
        return LocalDate.ofInstant(at(id), ZoneOffset.UTC);
    }

    /** The time that an id holds. */
    static Instant at(long id) {
        return Instant.ofEpochMilli(id >>> HASH_BITS);
    }

    /** As the API shows an id: 16 hex digits. */
    public static String toHex(long id) {
        return HEX.toHexDigits(id);
    }

    /**
     * What {@link #toHex} gave.
     *
     * @throws IllegalArgumentException when it is not 16 hex digits
     */
    public static long ofHex(String text) {
        if (text.length() != 16) {
            throw new IllegalArgumentException("not 16 hex digits");
        }
        return HexFormat.fromHexDigitsToLong(text);
    }

    /** Of a conversation's name; what is shown of one stands for itself, so that an exported line can be brought back. */
    static long conversation(String name) {
        return name.isEmpty()
                ? 0
                : name.matches("[0-9a-f]{16}")
                        ? HexFormat.fromHexDigitsToLong(name)
                        : Fingerprint.of(name.getBytes(StandardCharsets.UTF_8)).value();
    }

    /** What is kept of a text. */
    static String cut(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + CUT;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Interaction that
                && id == that.id
                && conversation == that.conversation
                && user.equals(that.user)
                && answer.equals(that.answer)
                && tokens == that.tokens
                && partial == that.partial
                && userText.equals(that.userText)
                && assistantText.equals(that.assistantText)
                && Arrays.equals(index, that.index);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    /** Without the texts: they are nobody's business but the user's. */
    @Override
    public String toString() {
        return "Interaction[" + toHex(id) + "]";
    }

    /** The first eight bytes of a SHA-256: enough to tell a user's own texts apart. */
    public record Fingerprint(long value) {

        /** White space does not count: clients trim answers, and join the parts of one in ways of their own. */
        public static Fingerprint of(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int dense = 0;
            for (byte b : bytes) {
                // Negative bytes are parts of longer characters.
                if (b > ' ' || b < 0) {
                    bytes[dense++] = b;
                }
            }
            return of(Arrays.copyOf(bytes, dense));
        }

        public static Fingerprint of(byte[] bytes) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
                long value = 0;
                for (int i = 0; i < Long.BYTES; i++) {
                    value = value << 8 | (digest[i] & 0xFF);
                }
                return new Fingerprint(value);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
