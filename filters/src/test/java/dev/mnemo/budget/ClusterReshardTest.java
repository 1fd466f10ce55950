package dev.mnemo.budget;

import static dev.mnemo.budget.LedgerWriters.HELD;
import static dev.mnemo.budget.LedgerWriters.SPENT;
import static dev.mnemo.budget.LedgerWriters.claim;
import static dev.mnemo.budget.LedgerWriters.spent;
import static dev.mnemo.budget.LedgerWriters.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mnemo.budget.Ledger.Unheld;
import dev.mnemo.budget.LedgerWriters.Used;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisServers;
import dev.mnemo.redis.RedisServers.Server;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A tenant's counters move from one node of a cluster to another while they are counted. */
class ClusterReshardTest {

    private static final int NODES = 3;
    private static final int REPLICAS = 2;
    private static final int EACH = 2;
    /** Operations of each tenant before its slot moves: each call of the last ten minutes is a key. */
    private static final int BEFORE = Integer.getInteger("mnemo.reshard", 200);

    private static final long ROOM = 1_000_000_000;

    private static RedisServers servers;
    private static List<Server> nodes;

    @BeforeAll
    static void begin() {
        servers = new RedisServers();
        nodes = servers.cluster(NODES);
    }

    @AfterAll
    static void end() {
        servers.close();
    }

    @Test
    void nothingIsLostAndNothingCountedTwiceWhileASlotMoves() {
        long seed = System.nanoTime();
        System.out.println("reshard: seed " + seed);
        Random random = new Random(seed);
        List<Tenant> tenants =
                IntStream.range(0, NODES).mapToObj(ClusterReshardTest::onNode).toList();
        int[] order = random.ints(1_000, 0, NODES).toArray();
        Tenant moved = tenants.getFirst();
        try (LedgerWriters writers = new LedgerWriters(RedisServers.url(nodes), REPLICAS)) {
            writers.work(EACH, n -> tenants.get(order[n % order.length]));
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> tenants.stream().allMatch(tenant -> writers.tries(tenant) > BEFORE));
            Map<String, Long> before = errors();

            Move away = new Move(moved, nodes.get(0), nodes.get(1));
            away.announce();
            goesOn(writers, moved);
            boolean more = away.some(20);
            goesOn(writers, moved);
            while (more) {
                more = away.some(500);
            }
            goesOn(writers, moved);
            away.conclude();
            goesOn(writers, moved);
            System.out.printf("reshard: with pauses: %s; callers saw %s%n", away, writers.errors());

            Move back = new Move(moved, nodes.get(1), nodes.get(0));
            back.announce();
            while (back.some(100)) {
                // Without a pause, as an operator's tool does it.
            }
            back.conclude();
            goesOn(writers, moved);
            writers.rest();

            System.out.printf(
                    "reshard: at once: %s; callers saw in all %s; nodes answered %s%n",
                    back, writers.errors(), since(before));
            for (Tenant tenant : tenants) {
                long calls = writers.log().stream()
                        .filter(call -> call.tenant().equals(tenant.id()))
                        .count();
                assertThat(writers.used(tenant)).isEqualTo(new Used(SPENT * calls, calls));
            }
        }
    }

    @Test
    void aNodeThatDoesNotKnowTheScriptLearnsItBehindARedirect() {
        Tenant tenant = onNode(1);
        try (LedgerWriters writers = new LedgerWriters(RedisServers.url(nodes), 1)) {
            // So that the book of the day is there too: what is not there yet is not begun while a slot moves.
            writers.settle(writers.ledger(), claim(tenant, HELD), spent(1));
            Claim claim = claim(tenant, HELD);
            writers.reserve(writers.ledger(), claim);
            Move move = new Move(tenant, nodes.get(1), nodes.get(2));
            move.announce();
            while (move.some(100)) {
                // Until all are there.
            }
            nodes.get(2).commands().scriptFlush();

            assertThat(writers.settle(writers.ledger(), claim, spent(SPENT))).isTrue();

            nodes.get(2).commands().scriptFlush();
            move.conclude();
            assertThat(writers.used(tenant)).isEqualTo(new Used(SPENT + 1, 2));
        }
    }

    /** Every key is still there, so that the script runs where it always did; but what it deletes, it cannot write again. */
    @Test
    void aCallIsSettledOnceOnANodeThatIsAboutToGiveItsSlotAway() {
        Tenant tenant = onNode(2);
        try (LedgerWriters writers = new LedgerWriters(RedisServers.url(nodes), 1)) {
            Claim claim = claim(tenant, HELD);
            writers.reserve(writers.ledger(), claim);
            Move move = new Move(tenant, nodes.get(2), nodes.get(0));
            move.announce();

            Throwable failed = writers.ledger()
                    .settle(claim, spent(SPENT), Unheld.CHARGE)
                    .then(Mono.<Throwable>empty())
                    .onErrorResume(Mono::just)
                    .block();
            System.out.println("reshard: settling on a node that gives its slot away: " + failed);
            while (move.some(100)) {
                // Until all are there.
            }
            move.conclude();

            writers.settle(writers.ledger(), claim, spent(SPENT));
            assertThat(writers.used(tenant)).isEqualTo(new Used(SPENT, 1));
        }
    }

    /** A node dies and its replica takes its slots; the tenants of the other nodes have nothing to do with it. */
    @Test
    @Tag("long")
    void aNodeThatDiesIsFollowedByItsReplicaAndTheOtherTenantsGoOn() {
        try (RedisServers own = new RedisServers()) {
            List<Server> three = own.cluster(NODES);
            own.clusterReplica(three, three.getFirst());
            Tenant hit = onNode(0);
            Tenant spared = onNode(1);
            try (LedgerWriters writers = new LedgerWriters(RedisServers.url(three), REPLICAS);
                    LedgerWriters others = new LedgerWriters(RedisServers.url(three), REPLICAS)) {
                writers.work(EACH, n -> n % 3 == 0 ? spared : hit);
                others.work(EACH, n -> spared);
                await().until(() -> writers.log().size() > 500 && others.log().size() > 500);
                three.getFirst().killed();
                long dead = System.nanoTime();
                await().atMost(Duration.ofSeconds(15))
                        .until(() -> writers.log().stream()
                                .anyMatch(call -> call.tenant().equals(hit.id()) && call.began() > dead));
                long back = System.nanoTime();
                writers.rest();
                others.rest();

                long calls = writers.log().stream()
                        .filter(call -> call.tenant().equals(hit.id()))
                        .count();
                long[] meanwhile = others.log().stream()
                        .mapToLong(LedgerWriters.Call::settled)
                        .filter(settled -> settled > dead && settled < back)
                        .sorted()
                        .toArray();
                System.out.printf(
                        "reshard: a node dies: back after %d ms, lost %d of %d calls, errors %s;"
                                + " of the others: %d calls meanwhile, errors %s%n",
                        Duration.ofNanos(back - dead).toMillis(),
                        calls - writers.used(hit).calls(),
                        calls,
                        writers.errors(),
                        meanwhile.length,
                        others.errors());
                assertThat(Duration.ofNanos(back - dead)).isLessThan(Duration.ofSeconds(6));
            }
        }
    }

    /** Until callers have met what there is now. */
    private static void goesOn(LedgerWriters writers, Tenant tenant) {
        long tries = writers.tries(tenant);
        await().pollInterval(Duration.ofMillis(5)).until(() -> writers.tries(tenant) > tries + REPLICAS * EACH);
    }

    private static Tenant onNode(int node) {
        while (true) {
            Tenant tenant = tenant(TestRedis.fresh("reshard"), ROOM);
            if (RedisServers.nodeOf(slot(tenant), NODES) == node) {
                return tenant;
            }
        }
    }

    private static int slot(Tenant tenant) {
        return SlotHash.getSlot(Keys.tenant(tenant.id(), ""));
    }

    private static Map<String, Long> errors() {
        Map<String, Long> sum = new HashMap<>();
        nodes.forEach(node -> node.errors().forEach((kind, count) -> sum.merge(kind, count, Long::sum)));
        return sum;
    }

    private static Map<String, Long> since(Map<String, Long> before) {
        Map<String, Long> now = errors();
        before.forEach((kind, count) -> now.merge(kind, -count, Long::sum));
        now.values().removeIf(count -> count == 0);
        return now;
    }

    /** A slot on its way, as {@code redis-cli --cluster reshard} does it. */
    private static final class Move {

        private final int slot;
        private final Server from;
        private final Server to;
        private final long began = System.nanoTime();
        private long keys;
        private long took;

        Move(Tenant tenant, Server from, Server to) {
            this.slot = slot(tenant);
            this.from = from;
            this.to = to;
        }

        void announce() {
            to.commands().clusterSetSlotImporting(slot, from.commands().clusterMyId());
            from.commands().clusterSetSlotMigrating(slot, to.commands().clusterMyId());
        }

        /** Moves so many keys; false when there were fewer. */
        boolean some(int count) {
            List<String> some = from.commands().clusterGetKeysInSlot(slot, count);
            if (!some.isEmpty()) {
                from.commands().migrate("127.0.0.1", to.port(), 0, 5_000, MigrateArgs.Builder.keys(some));
            }
            keys += some.size();
            return some.size() == count;
        }

        void conclude() {
            String owner = to.commands().clusterMyId();
            to.commands().clusterSetSlotNode(slot, owner);
            from.commands().clusterSetSlotNode(slot, owner);
            nodes.forEach(node -> node.commands().clusterSetSlotNode(slot, owner));
            took = System.nanoTime() - began;
        }

        @Override
        public String toString() {
            return keys + " keys in " + Duration.ofNanos(took).toMillis() + " ms";
        }
    }
}
