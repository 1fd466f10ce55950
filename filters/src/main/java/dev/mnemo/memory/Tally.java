package dev.mnemo.memory;

import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Remembered;
import dev.mnemo.patterns.Patterns;
import dev.mnemo.patterns.Traits;
import dev.mnemo.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Adds interactions to what a user's interactions have in common, where another call has changed that since its own was
 * recalled. When many calls of one user end at once, the first of them adds those of all, so that they do not stand in each
 * other's way. Thread-safe.
 */
final class Tally {

    private static final byte[] NOTHING = {};

    /** How often it is tried anew when another replica adds in between; then they go uncounted. */
    private static final int TRIES = 32;

    /** That wait for one user; what comes beyond goes uncounted. */
    private static final int MOST = 256;

    private final MemoryStore store;
    private final AccessStore access;
    private final Scheduler background;
    private final Map<Owner, Group> groups = new ConcurrentHashMap<>();

    /**
     * @param background where they are added up, never on an event loop
     */
    Tally(MemoryStore store, AccessStore access, Scheduler background) {
        this.store = store;
        this.access = access;
        this.background = background;
    }

    /**
     * @param era in which the calls began: none is added for a user who was erased since
     */
    private record Owner(String tenant, String user, String era) {}

    /** What came while the first one adds. */
    private static final class Group {

        private List<Traits> came = new ArrayList<>();

        void add(Traits one) {
            if (came.size() < MOST) {
                came.add(one);
            }
        }

        List<Traits> take() {
            List<Traits> taken = came;
            came = new ArrayList<>();
            return taken;
        }
    }

    /** Completes when it is added, or handed to who adds already. */
    Mono<Void> add(Tenant tenant, String user, String era, Traits one) {
        return Mono.defer(() -> {
            Owner owner = new Owner(tenant.id(), user, era);
            Group mine = new Group();
            Group first = groups.compute(owner, (same, now) -> {
                if (now != null) {
                    now.add(one);
                }
                return now == null ? mine : now;
            });
            return first == mine
                    ? added(tenant, owner, List.of(one), TRIES).doFinally(signal -> groups.remove(owner, mine))
                    : Mono.empty();
        });
    }

    private Mono<Void> added(Tenant tenant, Owner owner, List<Traits> those, int tries) {
        return access.open(tenant, owner.user(), owner.era())
                .publishOn(background)
                .flatMap(opened -> store.remember(tenant, owner.user(), owner.era(), memo(opened, those)))
                .flatMap(remembered -> switch (remembered) {
                    case Remembered.Erased erased -> Mono.empty();
                    case Remembered.Done done
                    when !done.counted() && tries > 1 -> added(tenant, owner, those, tries - 1);
                    case Remembered.Done done -> {
                        List<Traits> next = next(owner);
                        yield next.isEmpty() ? Mono.empty() : added(tenant, owner, next, TRIES);
                    }
                });
    }

    private static Memo memo(Opened opened, List<Traits> those) {
        Patterns patterns = opened.counted();
        for (Traits each : those) {
            patterns = patterns.plus(each);
        }
        return new Memo(NOTHING, "", Summary.sealed(patterns, opened.own().seal()), opened.patternsNumber());
    }

    /** What came meanwhile; where that is nothing, who comes from now on is a first one. */
    private List<Traits> next(Owner owner) {
        List<Traits> next = new ArrayList<>();
        groups.computeIfPresent(owner, (same, now) -> {
            next.addAll(now.take());
            return next.isEmpty() ? null : now;
        });
        return next;
    }
}
