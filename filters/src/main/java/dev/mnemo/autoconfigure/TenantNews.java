package dev.mnemo.autoconfigure;

import dev.mnemo.call.TokenEstimate;
import dev.mnemo.metrics.StateMetrics;
import dev.mnemo.tenant.LiveTenants;
import dev.mnemo.tenant.TenantProblemsException;
import dev.mnemo.tenant.TenantState;
import dev.mnemo.tenant.TenantState.Change;
import dev.mnemo.upstream.Breakers;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows from a change of the tenants' files: it is told, counted, and what belonged to other tenants is forgotten. */
final class TenantNews implements LiveTenants.Listener {

    private static final Logger log = LoggerFactory.getLogger(LiveTenants.class);

    private static final int MOST = 10;

    private final Breakers breakers;
    private final TokenEstimate estimate;
    private final StateMetrics metrics;

    TenantNews(Breakers breakers, TokenEstimate estimate, StateMetrics metrics) {
        this.breakers = breakers;
        this.estimate = estimate;
        this.metrics = metrics;
    }

    @Override
    public void changed(TenantState before, TenantState now) {
        if (now.generation() > before.generation()) {
            breakers.keep(now.catalog());
            estimate.keep(now.catalog());
            metrics.reloaded("swapped");
            log.info(
                    "tenants: generation {}, {} served: {}",
                    now.generation(),
                    now.catalog().tenants().size(),
                    told(now.since(before)));
        } else if (now.problems().isEmpty()) {
            log.info("tenants: the files are again those that are served, generation {}", now.generation());
        } else {
            metrics.reloaded("refused");
            log.warn(
                    "tenants: the files have changed and cannot be used; generation {} is served on:\n{}",
                    now.generation(),
                    new TenantProblemsException(now.problems()).getMessage());
        }
    }

    private static String told(Change change) {
        List<String> parts = new ArrayList<>();
        tell(parts, "added", change.added());
        tell(parts, "changed", change.changed());
        tell(parts, "removed", change.removed());
        return parts.isEmpty() ? "no tenant differs" : String.join("; ", parts);
    }

    private static void tell(List<String> parts, String what, List<String> ids) {
        if (!ids.isEmpty()) {
            int more = ids.size() - MOST;
            parts.add(what + " " + String.join(" ", ids.subList(0, Math.min(MOST, ids.size())))
                    + (more > 0 ? " and " + more + " more" : ""));
        }
    }
}
