package dev.mnemo.autoconfigure;

import dev.mnemo.tenant.LiveTenants;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import dev.mnemo.tenant.TenantState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code GET /actuator/tenants}: which tenants are served, and what is wrong with files that are not. */
@Endpoint(id = "tenants")
final class TenantsEndpoint {

    private static final int MOST = 100;

    private final LiveTenants live;

    TenantsEndpoint(LiveTenants live) {
        this.live = live;
    }

    /**
     * @param count of all tenants
     * @param tenants the first hundred ids
     * @param problems the first hundred; they hold no secret
     */
    record Report(
            long generation,
            String sha256,
            Instant loadedAt,
            int count,
            List<String> tenants,
            List<String> problems,
            @Nullable Instant badSince) {}

    @ReadOperation
    Report tenants() {
        TenantState state = live.state();
        return new Report(
                state.generation(),
                state.sha256(),
                state.since(),
                state.catalog().tenants().size(),
                state.catalog().tenants().stream()
                        .map(Tenant::id)
                        .sorted()
                        .limit(MOST)
                        .toList(),
                state.problems().stream()
                        .limit(MOST)
                        .map(TenantProblem::toString)
                        .toList(),
                state.badSince());
    }
}
