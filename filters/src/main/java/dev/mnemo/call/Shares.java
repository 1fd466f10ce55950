package dev.mnemo.call;

import java.util.HashMap;
import java.util.Map;

/**
 * A quantity of this replica that all tenants share. While there is room nobody is held to a quota; when four fifths are
 * taken, a tenant may hold no more than what would be its part if one more tenant came. So a greedy tenant that is alone
 * stops at four fifths, and a newcomer finds room. Thread-safe; exact at any concurrency.
 */
final class Shares {

    /** What became of a wish. */
    enum Verdict {
        TAKEN,
        /** Nothing is left for anybody. */
        FULL,
        /** Others need what is left. */
        OVER_SHARE
    }

    private final long limit;
    private final long crowded;
    private final Map<String, Long> held = new HashMap<>();
    private long total;

    /**
     * @param limit of all that is held at once
     */
    Shares(long limit) {
        this.limit = limit;
        this.crowded = limit - limit / 5;
    }

    /**
     * @param mine what the one who asks holds already: it is not asked about its share again, and who holds all that is held
     *     gets what it asks for
     */
    synchronized Verdict take(String tenant, long mine, long amount) {
        if (total + amount > limit && (mine == 0 || total > mine)) {
            return Verdict.FULL;
        }
        long own = held.getOrDefault(tenant, 0L);
        boolean scarce = total + amount > crowded;
        if (scarce && mine == 0 && own > 0 && own + amount > limit / (held.size() + 1)) {
            return Verdict.OVER_SHARE;
        }
        total += amount;
        held.put(tenant, own + amount);
        return Verdict.TAKEN;
    }

    /** Gives back what was taken. */
    synchronized void give(String tenant, long amount) {
        total -= amount;
        held.computeIfPresent(tenant, (id, own) -> own > amount ? own - amount : null);
    }

    synchronized long total() {
        return total;
    }
}
