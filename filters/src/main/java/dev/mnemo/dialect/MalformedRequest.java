package dev.mnemo.dialect;

/** A request that its dialect does not allow. Without a stack trace: it is an answer, not a fault. */
public final class MalformedRequest extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedRequest(String message) {
        super(message, null, false, false);
    }

    /** What is wrong, and what to do; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
