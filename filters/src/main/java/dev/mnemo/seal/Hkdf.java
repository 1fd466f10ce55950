package dev.mnemo.seal;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Keys out of a key: HKDF with SHA-256, RFC 5869. The JDK has it from release 25 on only. */
final class Hkdf {

    private static final String HMAC = "HmacSHA256";
    private static final int BLOCK = 32;

    private Hkdf() {}

    /** A key to {@link #expand}, 32 bytes. An empty salt is as good as none. */
    static byte[] extract(byte[] salt, byte[] key) {
        return mac(salt.length == 0 ? new byte[BLOCK] : salt).doFinal(key);
    }

    /** {@code length} bytes for one purpose, at most 8,160. */
    static byte[] expand(byte[] extracted, byte[] info, int length) {
        Mac mac = mac(extracted);
        byte[] out = new byte[length];
        byte[] block = new byte[0];
        for (int at = 0, number = 1; at < length; at += BLOCK, number++) {
            mac.update(block);
            mac.update(info);
            mac.update((byte) number);
            block = mac.doFinal();
            System.arraycopy(block, 0, out, at, Math.min(BLOCK, length - at));
        }
        return out;
    }

    /** One for one thread. */
    static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HMAC, e);
        }
    }
}
