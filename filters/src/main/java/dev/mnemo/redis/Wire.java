package dev.mnemo.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;

/** How numbers and names are written for Redis, and read from a script's answer, whose values are {@code Object}s. */
public final class Wire {

    /** An argument that says: none. Nobody writes to it. */
    public static final byte[] NOTHING = {};

    private Wire() {}

    /** In decimal digits. */
    public static byte[] number(long value) {
        return ascii(Long.toString(value));
    }

    /** Of a text that holds nothing else, such as an id. */
    public static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Null for nil, and for a number. */
    public static byte @Nullable [] bytes(@Nullable Object value) {
        return value instanceof byte[] bytes ? bytes : null;
    }

    /** A text in ASCII; what is given otherwise for nil. */
    public static String text(@Nullable Object value, String otherwise) {
        return value instanceof byte[] bytes ? new String(bytes, US_ASCII) : otherwise;
    }
}
