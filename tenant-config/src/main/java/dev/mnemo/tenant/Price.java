package dev.mnemo.tenant;

/**
 * What a model's tokens cost, each kind in billionths of a dollar per token (thousandths of a dollar per million); 0 or more.
 *
 * @param input of a prompt, neither read from a cache nor written to it
 * @param cached read from the provider's cache
 * @param written written to the provider's cache for 5 minutes
 * @param writtenHour written to it for an hour
 * @param output of an answer, reasoning included
 */
public record Price(long input, long cached, long written, long writtenHour, long output) {}
