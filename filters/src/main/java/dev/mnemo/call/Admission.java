package dev.mnemo.call;

/**
 * What the ledger granted to a call that may go on.
 *
 * @param granted tokens that the context block may take, at most what was wished for
 */
public record Admission(long granted) {}
