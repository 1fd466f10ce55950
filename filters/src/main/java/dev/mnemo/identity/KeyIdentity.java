package dev.mnemo.identity;

import dev.mnemo.call.Credential;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.TenantCatalog;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Whose key it is: its SHA-256 names the tenant. Thread-safe. */
public final class KeyIdentity {

    private final Supplier<TenantCatalog> catalog;
    private final InstantSource clock;

    /**
     * @param catalog the tenants as they are now
     */
    public KeyIdentity(Supplier<TenantCatalog> catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    /**
     * The owner of the key that a request carries.
     *
     * @throws Refusal 401 when there is none, nobody owns it, or it has expired
     */
    public KeyOwner owner(HttpHeaders headers) {
        KeyOwner owner = find(credential(headers).sha256());
        if (owner == null) {
            throw unknown();
        }
        return owner;
    }

    /**
     * The owner of a credential, by its SHA-256; null when it is nobody's key.
     *
     * @throws Refusal 401 when the key has expired
     */
    @Nullable
    KeyOwner find(String sha256) {
        KeyOwner owner = catalog.get().key(sha256);
        if (owner != null && owner.key().expired(clock.instant())) {
            throw Refusal.of(
                            401,
                            "expired_api_key",
                            "key: \"" + owner.key().id() + "\" expired on "
                                    + owner.key().expires() + " (expected: the key that has taken its place)")
                    .to(owner.tenant(), owner.key());
        }
        return owner;
    }

    /**
     * What a request carries.
     *
     * @throws Refusal 401 when it carries nothing
     */
    static Credential credential(HttpHeaders headers) {
        Credential credential = Credential.of(headers);
        if (credential == null) {
            throw Refusal.of(
                    401,
                    "missing_api_key",
                    "credential: missing or empty (expected: your key in Authorization: Bearer, x-api-key, api-key or x-goog-api-key)");
        }
        return credential;
    }

    static Refusal unknown() {
        return Refusal.of(
                401,
                "invalid_api_key",
                "credential: not known (expected: a key whose SHA-256 stands in a tenant's file)");
    }
}
