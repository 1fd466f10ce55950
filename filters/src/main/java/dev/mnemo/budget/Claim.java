package dev.mnemo.budget;

import dev.mnemo.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks of the ledger.
 *
 * @param id of the call; unique
 * @param keyId of the key that was sent
 * @param user null for an anonymous caller: all of a tenant's anonymous callers share one subject
 * @param must tokens without which the call cannot go: its prompt, and the most that its answer can be
 * @param wish tokens that its context block would like
 */
public record Claim(
        String id, Tenant tenant, String keyId, @Nullable String user, long must, long wish) {}
