package dev.mnemo.dialect;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a body is packed. */
public enum ContentCoding {
    IDENTITY,
    GZIP,
    ZSTD;

    /**
     * @param header the value of {@code Content-Encoding}; null when absent
     * @return null for a coding that is not known: such a body cannot be read
     */
    public static @Nullable ContentCoding of(@Nullable String header) {
        if (header == null) {
            return IDENTITY;
        }
        return switch (header.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> IDENTITY;
            case "gzip", "x-gzip" -> GZIP;
            case "zstd" -> ZSTD;
            default -> null;
        };
    }
}
