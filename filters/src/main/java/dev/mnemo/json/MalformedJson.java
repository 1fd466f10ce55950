package dev.mnemo.json;

/** A body that is not JSON as Mnemo takes it. Without a stack trace: it is an answer, not a fault. */
public final class MalformedJson extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedJson(String message) {
        super(message, null, false, false);
    }

    /** What is wrong, and where; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
