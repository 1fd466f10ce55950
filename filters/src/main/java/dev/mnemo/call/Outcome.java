package dev.mnemo.call;

/** How a call ended. Each call has exactly one. */
public enum Outcome {
    /** The upstream's answer, whatever its status, reached the client whole. */
    COMPLETE,
    /** The client left before the answer ended. */
    CLIENT_GONE,
    /** The upstream could not be reached, was silent too long, or broke off. */
    UPSTREAM_FAILED,
    /** Mnemo said no; the upstream never saw the call. */
    REFUSED
}
