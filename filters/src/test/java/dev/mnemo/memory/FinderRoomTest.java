package dev.mnemo.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Calls;
import dev.mnemo.memory.Finder.Found;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Sixteen archives are read at once. Whoever comes beyond finds nothing and waits for nothing; each leaves its place. */
class FinderRoomTest {

    private static final int AT_ONCE = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RedisLinks LINKS = TestRedis.links();

    private final Tenant tenant = Fixtures.tenant(
            TestRedis.fresh("room"),
            new Fixtures.Memory().archive(100).retrieve(Retrieve.CONVERSATION).policy());

    /** What has come of Redis, and is not unpacked until a test says so. */
    private final BlockingQueue<Runnable> read = new LinkedBlockingQueue<>();

    private final Finder finder = new Finder(
            new ArchiveStore(
                    LINKS.search(), LINKS.record(), Schedulers.immediate(), Schedulers.fromExecutor(read::add)),
            null,
            Schedulers.immediate(),
            Schedulers.immediate(),
            PATIENCE);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @BeforeEach
    void somethingWasSaid() {
        String said = "My favourite fish is trout.";
        Interaction interaction = Interaction.of(Stores.AT, "c", false, said, "I see.", Stores.TOKENS);
        new Stores(LINKS, Memories.ACCESS)
                .say(tenant, "ada", interaction.indexed(new Indexer(null).index(null, said, "I see.", Stores.AT)));
    }

    @Test
    void theSeventeenthFindsNothingAtOnceAndTheNextFindsAgain() throws Exception {
        List<CompletableFuture<Found>> sixteen = sixteen();

        assertThat(find().getNow(null)).isSameAs(Found.NOTHING);

        for (int i = 0; i < AT_ONCE; i++) {
            read.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).run();
        }
        assertThat(sixteen).allSatisfy(each -> assertThat(each.join().hits()).hasSize(1));
        assertThat(read).as("nothing was read for the seventeenth").isEmpty();
        findsAgain();
    }

    @Test
    void whatRedisDoesNotAnswerLeavesItsPlace() throws Exception {
        String archive = "mnemo:v1:{" + tenant.id() + ":ada}:archive";
        TestRedis.commands().set(archive, "no list");
        for (int i = 0; i < 2 * AT_ONCE; i++) {
            assertThat(ended(find()).hits()).isEmpty();
        }
        TestRedis.commands().del(archive);

        findsAgain();
    }

    @Test
    void whatComesTooLateLeavesItsPlace() throws Exception {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        VirtualTimeScheduler.set(time);
        try {
            List<CompletableFuture<Found>> sixteen = sixteen();
            time.advanceTimeBy(PATIENCE);

            assertThat(sixteen).allSatisfy(each -> assertThat(each.getNow(null)).isSameAs(Found.NOTHING));
            findsAgain();
        } finally {
            VirtualTimeScheduler.reset();
        }
    }

    @Test
    void whoLeavesLeavesItsPlace() throws Exception {
        Stream.generate(() -> finder.find(turn(), Memories.OWN, "Which fish?").subscribe())
                .limit(AT_ONCE)
                .toList()
                .forEach(Disposable::dispose);

        findsAgain();
    }

    private void findsAgain() throws Exception {
        assertThat(ended(find()).hits()).hasSize(1);
    }

    /** Runs what others have left behind as well. */
    private Found ended(CompletableFuture<Found> found) throws Exception {
        while (!found.isDone()) {
            read.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).run();
        }
        return found.join();
    }

    private List<CompletableFuture<Found>> sixteen() {
        return Stream.generate(this::find).limit(AT_ONCE).toList();
    }

    private CompletableFuture<Found> find() {
        return finder.find(turn(), Memories.OWN, "Which fish?").toFuture();
    }

    private Turn turn() {
        return new Turn(
                Calls.of(
                        tenant,
                        "ada",
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Which fish?\"}]}"),
                "ada",
                false);
    }
}
