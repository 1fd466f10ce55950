package dev.mnemo.call;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a call asks of memory with {@code X-Mnemo-Memory}. */
public enum MemoryMode {
    /** Recall and record: the default. */
    ON,
    /** Recall, do not record. */
    READ,
    /** Neither. */
    OFF;

    /**
     * @param header the header's value; null when absent
     * @throws Refusal when it is neither {@code off} nor {@code read}: a wish for privacy that is misspelt is not ignored
     */
    static MemoryMode of(@Nullable String header) {
        if (header == null) {
            return ON;
        }
        return switch (header.strip().toLowerCase(Locale.ROOT)) {
            case "off" -> OFF;
            case "read" -> READ;
            default ->
                throw Refusal.badRequest(
                        "invalid_header", "X-Mnemo-Memory: not known (expected: off, read, or no header)");
        };
    }

    public boolean recalls() {
        return this != OFF;
    }

    public boolean records() {
        return this == ON;
    }
}
