package dev.mnemo.tenant;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All tenants at one moment, by id, by key, and by issuer and audience of tokens. Immutable and thread-safe; a lookup costs the same for any number. */
public final class TenantCatalog {

    /** The tenant and the key that a credential stands for. */
    public record KeyOwner(Tenant tenant, ApiKey key) {}

    private final Map<String, Tenant> byId = new HashMap<>();
    private final Map<String, KeyOwner> byKey = new HashMap<>();
    private final Map<String, Map<String, Tenant>> byIssuer = new HashMap<>();

    /**
     * @throws IllegalArgumentException when two tenants share an id, a key, or an issuer and audience; {@link TenantLoader}
     *     says so better before
     */
    public TenantCatalog(Collection<Tenant> tenants) {
        for (Tenant tenant : tenants) {
            if (byId.put(tenant.id(), tenant) != null) {
                throw new IllegalArgumentException("tenant: " + tenant.id() + " (expected: once)");
            }
            for (ApiKey key : tenant.keys()) {
                if (byKey.put(key.sha256().toLowerCase(Locale.ROOT), new KeyOwner(tenant, key)) != null) {
                    throw new IllegalArgumentException("key: " + key.id() + " of " + tenant.id() + " (expected: once)");
                }
            }
            Jwt jwt = tenant.jwt();
            if (jwt != null
                    && byIssuer.computeIfAbsent(jwt.issuer(), issuer -> new HashMap<>())
                                    .put(jwt.audience(), tenant)
                            != null) {
                throw new IllegalArgumentException("jwt: of " + tenant.id() + " (expected: an audience of its own)");
            }
        }
    }

    public Collection<Tenant> tenants() {
        return Collections.unmodifiableCollection(byId.values());
    }

    /** Whether it is of tenants that are equal. */
    boolean hasSame(TenantCatalog other) {
        return byId.equals(other.byId);
    }

    public @Nullable Tenant tenant(String id) {
        return byId.get(id);
    }

    /**
     * @param sha256 of the credential that a client sent: 64 lower-case hex digits. A lookup by digest needs no
     *     constant-time comparison: its timing tells of the digest's bucket, never of the key.
     */
    public @Nullable KeyOwner key(String sha256) {
        return byKey.get(sha256);
    }

    /** Whether any tenant has tokens. */
    public boolean knowsTokens() {
        return !byIssuer.isEmpty();
    }

    /** The tenants for whom {@code issuer} issues tokens, by audience; empty when there are none. */
    public Map<String, Tenant> issuedBy(String issuer) {
        return Collections.unmodifiableMap(byIssuer.getOrDefault(issuer, Map.of()));
    }
}
