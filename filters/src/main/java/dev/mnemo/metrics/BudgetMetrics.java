package dev.mnemo.metrics;

import dev.mnemo.call.BudgetListener;
import io.micrometer.core.instrument.MeterRegistry;
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
        count(Meters.BUDGET_REFUSED, tenant, limit);
    }

    @Override
    public void warned(String tenant, String limit) {
        count(Meters.BUDGET_WARNED, tenant, limit);
    }

    @Override
    public void overShadow(String tenant, String limit) {
        count(Meters.BUDGET_SHADOW, tenant, limit);
    }

    /** Told at once when it happens first, and less and less often when it goes on. */
    @Override
    public void unavailable(String tenant, boolean refused, Throwable why) {
        count(Meters.BUDGET_UNAVAILABLE, tenant, refused ? "refused" : "alone");
        long times = unavailable.incrementAndGet();
        if (Long.bitCount(times) == 1) {
            log.warn("budget: the ledger did not answer ({} times so far): {}", times, why.toString());
        }
    }

    @Override
    public void estimated(String tenant) {
        count(Meters.BUDGET_ESTIMATED, tenant);
    }

    @Override
    public void lost(String tenant, long holds) {
        count(Meters.BUDGET_LOST, tenant);
        log.warn(
                "budget: Redis has lost what was written for tenant {} ({} holds of calls in flight);"
                        + " what was used in these windows may count for less than it was",
                tenant,
                holds);
    }

    private void count(Meters meter, String... values) {
        meter.counter(registry, values).increment();
    }
}
