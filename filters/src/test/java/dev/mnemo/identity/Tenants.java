package dev.mnemo.identity;

import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Jwt;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Tenant.UserSource;
import dev.mnemo.tenant.TenantCatalog;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Tenants whose clients have tokens. */
final class Tenants {

    static final URI JWKS = URI.create("https://login.example/jwks.json?secret=canary");

    private Tenants() {}

    static Jwt jwt(String audience) {
        return new Jwt(Issuer.NAME, audience, JWKS, "sub", Jwt.ALGORITHMS, Duration.ofSeconds(60));
    }

    static Tenant tenant(String id, Jwt jwt, ApiKey... keys) {
        return tenant(id, jwt, true, keys);
    }

    static Tenant tenant(String id, Jwt jwt, boolean anonymous, ApiKey... keys) {
        return new Tenant(
                id,
                id,
                List.of(keys),
                jwt,
                List.of(new UserSource.Header("X-Mnemo-User")),
                anonymous,
                List.of(),
                MemoryPolicy.DEFAULT,
                BudgetPolicy.DEFAULT,
                List.of());
    }

    /** Two tenants of one issuer. */
    static TenantCatalog both() {
        return new TenantCatalog(List.of(tenant("acme", jwt("llm")), tenant("globex", jwt("globex-llm"))));
    }
}
