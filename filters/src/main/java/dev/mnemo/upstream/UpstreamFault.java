package dev.mnemo.upstream;

/** What a breaker counts against an upstream. Without a stack trace: it is never thrown far. */
final class UpstreamFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UpstreamFault(String message) {
        super(message, null, false, false);
    }
}
