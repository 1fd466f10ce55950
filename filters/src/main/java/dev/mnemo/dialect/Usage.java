package dev.mnemo.dialect;

/**
 * What a provider says a call has used, in tokens.
 *
 * @param input of the whole prompt, cached ones included
 * @param cachedInput the part of {@code input} that was read from the provider's cache
 * @param output of the whole answer, reasoning included
 * @param reasoning the part of {@code output} that is not shown
 */
public record Usage(long input, long cachedInput, long output, long reasoning) {}
