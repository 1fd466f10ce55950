package dev.mnemo.dialect;

/** Where an upstream takes a second system text. */
public enum Placement {
    /** As a message of its own after the client's, in the client's role: OpenAI and Azure. */
    SEPARATE,
    /** Inside the client's last system message: servers whose templates allow only one. */
    MERGED
}
