package dev.mnemo.tenant;

import java.util.Set;

/**
 * A key that a tenant's clients send. Only its hash is known here.
 *
 * @param id shown in metrics and budgets, never the key
 * @param sha256 of the key's UTF-8 bytes: 64 lower-case hex digits
 * @param may what the key opens; never empty
 */
public record ApiKey(String id, String sha256, Set<Permission> may) {

    /** What a key opens. */
    public enum Permission {
        /** LLM calls. */
        CHAT,
        /** Mnemo's own API. */
        MEMORY
    }

    public ApiKey {
        may = Set.copyOf(may);
    }

    public boolean may(Permission permission) {
        return may.contains(permission);
    }
}
