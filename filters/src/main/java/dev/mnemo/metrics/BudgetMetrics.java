package dev.mnemo.metrics;

import dev.mnemo.call.BudgetListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what happens to budgets. Tags are tenants and limits, which stand in files; never a user. Thread-safe. */
public final class BudgetMetrics implements BudgetListener {

    private static final Logger log = LoggerFactory.getLogger(BudgetMetrics.class);

    private final MeterRegistry registry;
    private final AtomicLong unavailable = new AtomicLong();

    public BudgetMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void refused(String tenant, String limit) {
        count(
                "mnemo.budget.refused",
                "Calls refused as a limit had no room",
                Tags.of("tenant", tenant, "limit", limit));
    }

    @Override
    public void warned(String tenant, String limit) {
        count(
                "mnemo.budget.warned",
                "Calls that went on though a limit is used up to its warning or beyond",
                Tags.of("tenant", tenant, "limit", limit));
    }

    @Override
    public void overShadow(String tenant, String limit) {
        count(
                "mnemo.budget.shadow",
                "Calls that a limit would have refused, did it not only report",
                Tags.of("tenant", tenant, "limit", limit));
    }

    /** Told at once when it happens first, and less and less often when it goes on. */
    @Override
    public void unavailable(String tenant, boolean refused, Throwable why) {
        count(
                "mnemo.budget.unavailable",
                "Calls for which the ledger did not answer",
                Tags.of("tenant", tenant, "then", refused ? "refused" : "alone"));
        long times = unavailable.incrementAndGet();
        if (Long.bitCount(times) == 1) {
            log.warn("budget: the ledger did not answer ({} times so far): {}", times, why.toString());
        }
    }

    @Override
    public void estimated(String tenant) {
        count("mnemo.budget.estimated", "Calls settled by estimate", Tags.of("tenant", tenant));
    }

    @Override
    public void lost(String tenant, long holds) {
        count(
                "mnemo.budget.lost",
                "Times that Redis was found to have lost what the ledger wrote",
                Tags.of("tenant", tenant));
        log.warn(
                "budget: Redis has lost what was written for tenant {} ({} holds of calls in flight);"
                        + " what was used in these windows may count for less than it was",
                tenant,
                holds);
    }

    private void count(String name, String description, Tags tags) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .register(registry)
                .increment();
    }
}
