package dev.mnemo.tenant;

/**
 * Who writes a profile of each user.
 *
 * @param model that is asked
 * @param upstream the name of the tenant's upstream that it is asked of, which serves it
 */
public record SummaryPolicy(String model, String upstream) {}
