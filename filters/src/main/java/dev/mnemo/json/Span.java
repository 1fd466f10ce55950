package dev.mnemo.json;

/**
 * A run of a body's bytes.
 *
 * @param start the first byte
 * @param end the byte after the last
 */
public record Span(int start, int end) {}
