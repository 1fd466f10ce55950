package dev.mnemo.tenant;

import dev.mnemo.tenant.Problems.Once;
import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One tenant file as it was read, by itself. Immutable.
 *
 * @param sha256 of its bytes, in hex; empty when they could not be read
 * @param sources where its credentials come from, and what stood there; null for what was absent
 * @param tenant null when the file could not be read as YAML; worth something only when there are no problems
 * @param once what may stand in no other file
 */
record TenantFile(
        String name,
        String sha256,
        Map<String, @Nullable String> sources,
        @Nullable Tenant tenant,
        List<TenantProblem> problems,
        List<Once> once) {

    /** The tenant's id, if it can be one. */
    String id() {
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** Without credentials. */
    @Override
    public String toString() {
        return "TenantFile[" + name + "]";
    }
}
