package dev.mnemo.memory;

/** What was asked of a user's preferences and cannot be done. Without a stack trace: it is an answer, not a fault. */
public final class PreferencesProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    PreferencesProblem(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** Of HTTP. */
    public int status() {
        return status;
    }
}
