package dev.mnemo.experiment;

import java.util.Locale;

/** One side of the comparison. */
public enum Arm {
    /** Users who get context. */
    TREATED,
    /** Users who get none. */
    HELD_OUT;

    /** In JSON and in Redis. */
    public String member() {
        return name().toLowerCase(Locale.ROOT);
    }
}
