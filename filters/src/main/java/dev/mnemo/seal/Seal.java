package dev.mnemo.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.tenant.SealKeys;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals what is stored of one user: AES-256-GCM with a key of that user's own, which is made of the tenant's key and the
 * user's salt. A value opens for the tenant, the user and the record that it was sealed for, and for nothing else.
 *
 * <pre>
 * 0  0xf9   1  id of the tenant's key, 4   5  nonce, 12   17  what is sealed, and a tag of 16
 * </pre>
 *
 * <p>The first byte says that a value is sealed. No text in UTF-8 begins with it, and no version of a format of ours may.
 *
 * <p>Immutable and thread-safe. Costs microseconds, and blocks on nothing.
 */
public final class Seal {

    /** Bytes of a salt. */
    public static final int SALT = 16;

    /** Bytes that a sealed value has more than a plain one. */
    public static final int OVERHEAD = 33;

    /** For a tenant that does not seal: values stay as they are, and nobody is told of those that are sealed. */
    public static final Seal NONE = none(reason -> {});

    /** 0xf8 and the version. */
    private static final byte SEALED = (byte) 0xf9;

    private static final int NONCE_AT = 5;
    private static final int NONCE = 12;
    private static final int TEXT_AT = NONCE_AT + NONCE;
    private static final int TAG = OVERHEAD - TEXT_AT;

    private static final byte[] KEYS_OF = "mnemo:v1".getBytes(US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final List<UserKey> keys;
    private final boolean plain;
    private final byte[] owner;
    private final Consumer<Unreadable> unreadable;

    private Seal(List<UserKey> keys, boolean plain, byte[] owner, Consumer<Unreadable> unreadable) {
        this.keys = keys;
        this.plain = plain;
        this.owner = owner;
        this.unreadable = unreadable;
    }

    /**
     * The seal of one user.
     *
     * @param salt the user's own, {@value #SALT} bytes of {@link #newSalt}. Without it nothing of the user opens again
     * @param unreadable is told of each value that does not open, on the thread that opens it; must not block or throw
     * @throws IllegalArgumentException if the salt has another size
     */
    public static Seal of(SealKeys keys, String tenant, String user, byte[] salt, Consumer<Unreadable> unreadable) {
        if (salt.length != SALT) {
            throw new IllegalArgumentException("a salt has " + SALT + " bytes, not " + salt.length);
        }
        byte[] owner = framed(tenant, user);
        return new Seal(
                keys.keys().stream().map(key -> new UserKey(key, salt, owner)).toList(),
                keys.plain(),
                owner,
                unreadable);
    }

    /** As {@link #NONE}, with somebody who is told of values that are sealed: {@link Unreadable#KEY}. */
    public static Seal none(Consumer<Unreadable> unreadable) {
        return new Seal(List.of(), true, new byte[0], unreadable);
    }

    /** For a user who has none. Whoever removes it makes all unreadable that was sealed with it. */
    public static byte[] newSalt() {
        return random(SALT);
    }

    /**
     * The value as it is to be stored: {@value #OVERHEAD} bytes more, and others each time.
     *
     * @param record names what is stored and which one of its kind, such as {@code interaction:0123456789abcdef}
     * @throws IllegalArgumentException if it would stay plain and begins as sealed values do: it could not be read again
     */
    public byte[] seal(String record, byte[] value) {
        if (keys.isEmpty()) {
            if (isSealed(value)) {
                throw new IllegalArgumentException("a plain value must not begin with 0xf9");
            }
            return value;
        }
        UserKey key = keys.getFirst();
        byte[] sealed = ByteBuffer.allocate(OVERHEAD + value.length)
                .put(SEALED)
                .putInt(key.id)
                .put(random(NONCE))
                .array();
        try {
            cipher(Cipher.ENCRYPT_MODE, key, record, sealed).doFinal(value, 0, value.length, sealed, TEXT_AT);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal", e);
        }
    }

    /**
     * What {@link #seal} was given for the same tenant, user and record, under any of the tenant's keys; the stored bytes
     * themselves when they are not sealed and need not be. Null when it does not open: to a reader it is absent.
     */
    public byte @Nullable [] open(String record, byte[] stored) {
        if (!isSealed(stored)) {
            return plain ? stored : told(Unreadable.UNSEALED);
        }
        if (!keys.isEmpty() && stored.length < OVERHEAD) {
            return told(Unreadable.FOREIGN);
        }
        for (UserKey key : keys) {
            if (key.id == ByteBuffer.wrap(stored).getInt(1)) {
                byte[] opened = opened(key, record, stored);
                return opened == null ? told(Unreadable.FOREIGN) : opened;
            }
        }
        return told(Unreadable.KEY);
    }

    /** With which key a value is sealed: the first 8 hex digits of that key's SHA-256. Null when it is not sealed. */
    public static @Nullable String key(byte[] stored) {
        return isSealed(stored) && stored.length >= OVERHEAD
                ? HexFormat.of().toHexDigits(ByteBuffer.wrap(stored).getInt(1))
                : null;
    }

    /**
     * Stands for a fingerprint where everybody may read it: equal for equal ones of this user, and says nothing of the
     * fingerprint or of other users' ones. It is another one when the tenant's first key is another one. The fingerprint
     * itself when nothing is sealed.
     */
    public long tag(long fingerprint) {
        if (keys.isEmpty()) {
            return fingerprint;
        }
        byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(fingerprint).array();
        return ByteBuffer.wrap(Hkdf.mac(keys.getFirst().tags).doFinal(value)).getLong();
    }

    @Override
    public String toString() {
        return keys.isEmpty() ? "Seal[none]" : "Seal[***]";
    }

    private static boolean isSealed(byte[] stored) {
        return stored.length > 0 && stored[0] == SEALED;
    }

    private byte @Nullable [] told(Unreadable reason) {
        unreadable.accept(reason);
        return null;
    }

    private byte @Nullable [] opened(UserKey key, String record, byte[] stored) {
        try {
            return cipher(Cipher.DECRYPT_MODE, key, record, stored).doFinal(stored, TEXT_AT, stored.length - TEXT_AT);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot open", e);
        }
    }

    /** With the nonce that stands in the sealed bytes; all that is not secret is checked with it. */
    private Cipher cipher(int mode, UserKey key, String record, byte[] sealed) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.key, new GCMParameterSpec(8 * TAG, sealed, NONCE_AT, NONCE));
        cipher.updateAAD(sealed, 0, NONCE_AT);
        cipher.updateAAD(owner);
        cipher.updateAAD(framed(record));
        return cipher;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /**
     * Each with its length before it, so that no two lists of names are the same bytes. By UTF-16 units, so that a lone
     * surrogate is a name of its own and not a '?'.
     */
    static byte[] framed(String... names) {
        int size = 0;
        for (String name : names) {
            size += Integer.BYTES + Character.BYTES * name.length();
        }
        ByteBuffer framed = ByteBuffer.allocate(size);
        for (String name : names) {
            framed.putInt(name.length());
            for (int i = 0; i < name.length(); i++) {
                framed.putChar(name.charAt(i));
            }
        }
        return framed.array();
    }

    /** What one of the tenant's keys is to the user: a key for each purpose, so that no two uses share one. */
    private static final class UserKey {

        final int id;
        final SecretKey key;
        final byte[] tags;

        UserKey(SealKeys.Key key, byte[] salt, byte[] owner) {
            byte[] extracted = Hkdf.extract(salt, key.reveal());
            this.id = key.id();
            this.key = new SecretKeySpec(Hkdf.expand(extracted, info(owner, "records"), 32), "AES");
            this.tags = Hkdf.expand(extracted, info(owner, "tags"), 32);
        }

        private static byte[] info(byte[] owner, String purpose) {
            byte[] framed = framed(purpose);
            return ByteBuffer.allocate(KEYS_OF.length + owner.length + framed.length)
                    .put(KEYS_OF)
                    .put(owner)
                    .put(framed)
                    .array();
        }
    }
}
