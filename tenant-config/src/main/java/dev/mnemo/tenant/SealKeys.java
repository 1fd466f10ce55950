package dev.mnemo.tenant;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a tenant with which what is stored of its users is sealed and opened. Immutable. It prints as {@code ***}, and two
 * are equal that hold the same keys in the same order.
 */
public final class SealKeys {

    /** Of a key. */
    public static final int BYTES = 32;

    private final List<Key> keys;
    private final boolean plain;

    /**
     * @param keys of {@link #BYTES} bytes each, at least one; no two have the same id
     * @param plain whether what is not sealed is read too
     * @throws IllegalArgumentException when the keys are others
     */
    public SealKeys(List<byte[]> keys, boolean plain) {
        this.keys = keys.stream().map(Key::new).toList();
        this.plain = plain;
        if (keys.isEmpty() || this.keys.stream().map(Key::id).distinct().count() < keys.size()) {
            throw new IllegalArgumentException("no key, or one twice");
        }
    }

    /** The first seals, all open; never empty. */
    public List<Key> keys() {
        return keys;
    }

    /** Null when there is none. */
    public @Nullable Key key(int id) {
        for (Key key : keys) {
            if (key.id() == id) {
                return key;
            }
        }
        return null;
    }

    /** Whether what is not sealed is read too. */
    public boolean plain() {
        return plain;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealKeys that && that.plain == plain && that.keys.equals(keys);
    }

    @Override
    public int hashCode() {
        return 31 * keys.hashCode() + Boolean.hashCode(plain);
    }

    @Override
    public String toString() {
        return "***";
    }

    /** One of them. It prints as {@code ***}. */
    public static final class Key {

        private final byte[] bytes;
        private final int id;

        private Key(byte[] bytes) {
            if (bytes.length != BYTES) {
                throw new IllegalArgumentException("a key of " + bytes.length + " bytes");
            }
            this.bytes = bytes.clone();
            this.id = SealKeys.id(bytes);
        }

        /** The first 4 bytes of the key's SHA-256, as a big-endian number: what is sealed names its key by it. */
        public int id() {
            return id;
        }

        /** The key itself; a copy. */
        public byte[] reveal() {
            return bytes.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(key.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return id;
        }

        @Override
        public String toString() {
            return "***";
        }
    }

    /** As {@link Key#id}. */
    static int id(byte[] key) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key))
                    .getInt();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
