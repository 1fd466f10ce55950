package dev.mnemo.tenant;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that a tenant's clients send. Only its hash is known here.
 *
 * @param id shown in metrics and budgets, never the key
 * @param sha256 of the key's UTF-8 bytes: 64 lower-case hex digits
 * @param may what the key opens; never empty
 * @param expires from when on it is refused; null: never
 */
public record ApiKey(
        String id,
        String sha256,
        Set<Permission> may,
        @Nullable Instant expires) {

    /** Stands for the key of callers who are known by a token, in metrics and in limits per key. It opens no API. */
    public static final ApiKey TOKEN = new ApiKey("jwt", "", Set.of(Permission.CHAT));

    /** Stands for the key of calls that Mnemo makes itself. */
    public static final ApiKey MAINTENANCE = new ApiKey("maintenance", "", Set.of(Permission.CHAT));

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

    /** A key that never expires. */
    public ApiKey(String id, String sha256, Set<Permission> may) {
        this(id, sha256, may, null);
    }

    public boolean expired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    public boolean may(Permission permission) {
        return may.contains(permission);
    }
}
