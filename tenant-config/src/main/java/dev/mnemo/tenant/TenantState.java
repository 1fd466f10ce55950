package dev.mnemo.tenant;

import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tenants that are served, and how the files stand. Immutable. It holds no credential that prints.
 *
 * @param generation how many catalogues this process has served, from 1
 * @param sha256 of the files' content, in hex: replicas that serve the same have the same. Credentials that come from
 *     elsewhere are not in it.
 * @param since when this generation began
 * @param problems why the files as they are now are not served; empty when they are
 * @param badSince when there began to be problems; null when there are none
 */
public record TenantState(
        long generation,
        String sha256,
        Instant since,
        TenantCatalog catalog,
        List<TenantProblem> problems,
        @Nullable Instant badSince) {

    public TenantState {
        problems = List.copyOf(problems);
    }

    /** What is different from another, by tenants' ids in the order of the alphabet. */
    public record Change(List<String> added, List<String> changed, List<String> removed) {}

    /** What has changed since an earlier state. */
    public Change since(TenantState before) {
        TenantCatalog earlier = before.catalog;
        return new Change(
                ids(catalog).filter(id -> earlier.tenant(id) == null).toList(),
                ids(catalog)
                        .filter(id ->
                                earlier.tenant(id) != null && !Objects.equals(earlier.tenant(id), catalog.tenant(id)))
                        .toList(),
                ids(earlier).filter(id -> catalog.tenant(id) == null).toList());
    }

    private static Stream<String> ids(TenantCatalog catalog) {
        return catalog.tenants().stream().map(Tenant::id).sorted();
    }

    TenantState bad(List<TenantProblem> now, Instant at) {
        return new TenantState(generation, sha256, since, catalog, now, badSince == null ? at : badSince);
    }

    TenantState good() {
        return new TenantState(generation, sha256, since, catalog, List.of(), null);
    }
}
