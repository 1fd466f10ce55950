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

    /** Those that the first one adds, and what came meanwhile. */
    private static final class Group {

        private volatile List<Traits> adding;
        private volatile int tries;
        private List<Traits> came = new ArrayList<>();

        Group(Traits first) {
            adding = List.of(first);
        }

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
            Group mine = new Group(one);
            Group first = groups.compute(owner, (same, now) -> {
                if (now != null) {
                    now.add(one);
                }
                return now == null ? mine : now;
            });
            // Repeated, not nested: others may keep coming for hours.
            return first == mine
                    ? once(tenant, owner, mine)
                            .repeat(() -> !mine.adding.isEmpty())
                            .then()
                            .doFinally(signal -> groups.remove(owner, mine))
                    : Mono.empty();
        });
    }

    /** Adds what is to be added; or leaves it to be tried anew, where another replica has added in between. */
    private Mono<Void> once(Tenant tenant, Owner owner, Group group) {
        return access.open(tenant, owner.user(), owner.era())
                .publishOn(background)
                .flatMap(opened -> store.remember(tenant, owner.user(), owner.era(), memo(opened, group.adding)))
                .<List<Traits>>map(remembered -> {
                    if (remembered instanceof Remembered.Done done) {
                        int tries = done.counted() ? 0 : group.tries + 1;
                        group.tries = tries % TRIES;
                        return group.tries == 0 ? next(owner) : group.adding;
                    }
                    return List.of();
                })
                .defaultIfEmpty(List.of())
                .doOnNext(left -> group.adding = left)
                .then();
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
