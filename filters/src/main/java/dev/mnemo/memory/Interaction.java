package dev.mnemo.memory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;

/**
 * One user message and the assistant's final answer to it.
 *
 * @param request of the request's body, so that an SDK's retry does not record a turn twice
 * @param user of the user's whole text
 * @param answer of the assistant's whole text
 * @param tokens of the line that the block shows
 * @param partial whether the answer was cut off
 * @param userText as it is kept: at most {@link #LONGEST} characters
 * @param assistantText likewise
 */
public record Interaction(
        Fingerprint request,
        Fingerprint user,
        Fingerprint answer,
        Instant at,
        int tokens,
        boolean partial,
        String userText,
        String assistantText) {

    /** What is kept of a text, in characters. */
    static final int LONGEST = 8 * 1024;

    private static final String CUT = " […]";

    /** Counts the tokens, which takes a moment. */
    static Interaction of(
            Fingerprint request, Instant at, boolean partial, String user, String assistant, TokenCounter tokens) {
        Interaction uncounted = new Interaction(
                request, Fingerprint.of(user), Fingerprint.of(assistant), at, 0, partial, cut(user), cut(assistant));
        return new Interaction(
                request,
                uncounted.user,
                uncounted.answer,
                at,
                tokens.count(BlockText.line(uncounted)) + 1,
                partial,
                uncounted.userText,
                uncounted.assistantText);
    }

    /** What is kept of a text. */
    static String cut(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + CUT;
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
