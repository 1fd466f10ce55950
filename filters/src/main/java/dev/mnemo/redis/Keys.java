package dev.mnemo.redis;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Names of Mnemo's keys. All keys of one user share one hash slot, and so do all counters of one tenant.
 *
 * <p>The encoding is injective: two different (tenant, user) pairs never share a key, whatever characters they hold, and
 * no id can move a key to another slot.
 */
public final class Keys {

    private static final String PREFIX = "mnemo:v1:{";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Keys() {}

    /** {@code mnemo:v1:{tenant:user}:name}. */
    public static byte[] user(String tenant, String user, String name) {
        StringBuilder key = new StringBuilder(PREFIX.length() + tenant.length() + user.length() + name.length() + 8);
        key.append(PREFIX);
        encode(tenant, key);
        key.append(':');
        encode(user, key);
        return key.append("}:").append(name).toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** {@code mnemo:v1:{tenant}:name}. */
    public static byte[] tenant(String tenant, String name) {
        StringBuilder key = new StringBuilder(PREFIX.length() + tenant.length() + name.length() + 4);
        key.append(PREFIX);
        encode(tenant, key);
        return key.append("}:").append(name).toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * {@code mnemo:v1:{tenant/call}:call}: each call has a slot of its own. No user's key looks like it, since a slash is
     * encoded in an id.
     */
    public static byte[] call(String tenant, String call) {
        return (PREFIX + encoded(tenant) + '/' + encoded(call) + "}:call").getBytes(StandardCharsets.US_ASCII);
    }

    /** One id as part of a key's name: letters, digits and {@code . _ - @} stand for themselves. */
    public static String encoded(String id) {
        StringBuilder out = new StringBuilder(id.length() + 8);
        encode(id, out);
        return out.toString();
    }

    /** What {@link #encoded} was made of. */
    public static String decoded(String encoded) {
        StringBuilder id = new StringBuilder(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c != '%') {
                id.append(c);
            } else if (encoded.charAt(i + 1) == 'u') {
                id.append((char) HexFormat.fromHexDigits(encoded, i + 2, i + 6));
                i += 5;
            } else {
                id.append((char) HexFormat.fromHexDigits(encoded, i + 1, i + 3));
                i += 2;
            }
        }
        return id.toString();
    }

    private static void encode(String id, StringBuilder out) {
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (isPlain(c)) {
                out.append(c);
            } else if (c < 0x80) {
                out.append('%');
                HEX.toHexDigits(out, (byte) c);
            } else {
                // Per UTF-16 unit, so that a lone surrogate is a name of its own and not a '?'.
                out.append("%u");
                HEX.toHexDigits(out, (byte) (c >>> 8));
                HEX.toHexDigits(out, (byte) c);
            }
        }
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-'
                || c == '@';
    }
}
