package dev.mnemo.call;

import org.jspecify.annotations.Nullable;

/** Holds the rule of a call's parts: written once, and not read before. What breaks it is a fault of the program. */
final class Written {

    private Written() {}

    static <T> T once(@Nullable T before, T now, String part) {
        if (before != null) {
            throw new IllegalStateException("call: " + part + " written twice");
        }
        return now;
    }

    static <T> T written(@Nullable T value, String part) {
        if (value == null) {
            throw new IllegalStateException("call: " + part + " read before it was written");
        }
        return value;
    }
}
