package dev.mnemo.memory;

/** A preference document that cannot be taken. Without a stack trace: it is an answer, not a fault. */
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
