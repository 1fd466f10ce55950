package dev.mnemo.dialect;

/**
 * What went wrong, before it has a dialect.
 *
 * @param status of HTTP
 * @param code for programs: lower case with underscores
 * @param message for people, beginning {@code mnemo:}
 */
public record Problem(int status, String code, String message) {}
