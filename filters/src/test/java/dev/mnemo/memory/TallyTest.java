package dev.mnemo.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.patterns.Traits;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Interactions that are added up in a real Redis while others are. */
class TallyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RedisLinks LINKS = TestRedis.links();
    private static final Traits ONE = Traits.of(Stores.AT, "What about the mulberry?", "It is ripe.");

    private final Tenant tenant = Fixtures.tenant(TestRedis.fresh("tally"), Fixtures.memory(2_000, 20));
    private final MemoryStore store = Memories.store(LINKS);
    private final AccessStore access = Memories.access(LINKS);

    /** What the first one is about to do. */
    private final LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void whatComesWhileAnotherIsAddedIsAddedTogether() throws Exception {
        Tally tally = new Tally(store, access, Schedulers.fromExecutor(held::add));
        Mono<Void> first = begun(tally.add(tenant, "ada", "", ONE));
        Runnable next = held.poll(20, TimeUnit.SECONDS);

        for (int i = 1; i < 100; i++) {
            tally.add(tenant, "ada", "", ONE).block(PATIENCE);
        }
        assertThat(next).isNotNull();
        next.run();
        held.poll(20, TimeUnit.SECONDS).run();
        first.block(PATIENCE);

        assertThat(opened().counted().count()).isEqualTo(100);
        assertThat(opened().patternsNumber()).as("writes").isEqualTo("2");
    }

    @Test
    void howeverLongOthersKeepComingTheyAreNotNested() throws Exception {
        Tally tally = new Tally(store, access, Schedulers.fromExecutor(held::add));
        AtomicInteger depth = new AtomicInteger();
        Mono<Void> first = begun(tally.add(tenant, "ada", "", ONE)
                .doOnSuccess(done -> depth.set(Thread.currentThread().getStackTrace().length)));
        for (int i = 1; i < 200; i++) {
            Runnable round = held.poll(20, TimeUnit.SECONDS);
            tally.add(tenant, "ada", "", ONE).block(PATIENCE);
            round.run();
        }
        held.poll(20, TimeUnit.SECONDS).run();
        first.block(PATIENCE);

        assertThat(opened().counted().count()).isEqualTo(200);
        assertThat(depth.get()).isBetween(1, 200);
    }

    @Test
    void twoReplicasThatAddAtOnceLoseNone() {
        Flux.range(0, 2)
                .map(replica -> new Tally(store, access, Schedulers.parallel()))
                .flatMap(tally -> Flux.range(0, 100).flatMap(i -> tally.add(tenant, "ada", "", ONE), 100), 2)
                .blockLast(PATIENCE);

        assertThat(added(200).counted().count()).isEqualTo(200);
    }

    @Test
    void whatFailsHoldsUpNobodyWhoComesLater() throws Exception {
        Tally tally = new Tally(store, access, Schedulers.fromExecutor(held::add));
        Disposable left = tally.add(tenant, "ada", "", ONE).subscribe();
        assertThat(held.poll(20, TimeUnit.SECONDS)).isNotNull();
        left.dispose();

        Mono<Void> second = begun(tally.add(tenant, "ada", "", ONE));
        held.poll(20, TimeUnit.SECONDS).run();
        second.block(PATIENCE);

        assertThat(opened().counted().count()).isEqualTo(1);
    }

    @Test
    void nothingIsAddedForWhoWasErasedSince() {
        Scheduler here = Schedulers.immediate();
        new UserStore(LINKS.record(), new CallRecords(LINKS.record()))
                .erase(tenant, "ada")
                .block(PATIENCE);

        new Tally(store, access, here).add(tenant, "ada", "", ONE).block(PATIENCE);

        assertThat(opened().counted().count()).isZero();
    }

    /** Under way, whoever waits for it. */
    private static Mono<Void> begun(Mono<Void> work) {
        Mono<Void> begun = work.cache();
        begun.subscribe();
        return begun;
    }

    /** Those that another one adds come a moment later. */
    private Opened added(int count) {
        return Mono.defer(() -> access.open(tenant, "ada"))
                .repeat()
                .filter(opened -> opened.counted().count() >= count)
                .blockFirst(PATIENCE);
    }

    private Opened opened() {
        return access.open(tenant, "ada").block(PATIENCE);
    }
}
