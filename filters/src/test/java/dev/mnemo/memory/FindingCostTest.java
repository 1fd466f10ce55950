package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.mnemo.memory.ArchiveStore.All;
import dev.mnemo.memory.Finder.Found;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.retrieval.Embedder;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.retrieval.Models;
import dev.mnemo.retrieval.OnnxEmbedder;
import dev.mnemo.retrieval.Query;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/**
 * What looking through all that is kept of a user adds to the first call of a conversation, step by step, in CPU time of the
 * process and of Redis, which a busy machine changes less than a clock's: the figures of docs/bench.md.
 */
@Tag("long")
class FindingCostTest {

    private static final int ROUNDS = 50;
    private static final int TEXTS = 16;
    private static final Instant AT = Instant.parse("2026-11-25T10:00:00Z");
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final String text = text();
    private final Random random = new Random(7);
    private final TokenCounter tokens = new TokenCounter();
    private final List<String> rows = new ArrayList<>();

    @Test
    void whatFindingCosts() {
        TestRedis.Own own = new TestRedis.Own();
        try (RedisClient admin = RedisClient.create(own.url());
                OnnxEmbedder model = new OnnxEmbedder(Models.CHOSEN)) {
            RedisCommands<String, String> redis = admin.connect().sync();
            RedisLinks links = TestRedis.connected(new RedisLinks(
                    RedisAddress.of(own.url()),
                    Duration.ofSeconds(10),
                    HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));
            model.load();
            List<Interaction> words = said(new Indexer(null));
            List<Interaction> vectors = said(new Indexer(model));
            step("read first words of 60 characters, with the model", () -> Query.of(piece(60), model));
            step("of 120 characters", () -> Query.of(piece(120), model));
            step("of 1,000 characters, cut", () -> Query.of(piece(1_000), model));
            step("of 120 characters, words alone", () -> Query.of(piece(120), null));
            for (int size : new int[] {200, 1_000, 5_000}) {
                finding(links, redis, size, words, null, null);
                finding(links, redis, size, vectors, model, null);
            }
            finding(links, redis, 1_000, vectors, model, Stores.KEYS);
            rows.forEach(System.out::println);
            links.closed().block();
        } finally {
            own.stop();
        }
    }

    private void finding(
            RedisLinks links,
            RedisCommands<String, String> redis,
            int size,
            List<Interaction> said,
            @Nullable Embedder model,
            @Nullable SealKeys seal) {
        Tenant tenant =
                Stores.tenant("t" + size + (model == null ? "w" : "v") + (seal == null ? "" : "s"), 20, 10_000, seal);
        Stores stores = new Stores(links, Memories.ACCESS);
        UserAccess access = stores.open(tenant, "ada");
        for (int i = 0; i < size; i++) {
            keep(stores, tenant, access, said.get(i % TEXTS), i);
        }
        String what = "%,d interactions%s%s: "
                .formatted(size, model == null ? "" : ", with vectors", seal == null ? "" : ", sealed");
        ArchiveStore archive =
                new ArchiveStore(links.recall(), links.record(), Schedulers.immediate(), Schedulers.parallel());
        redis.configResetstat();
        All kept = step(
                what + "fetch and decode",
                () -> archive.all(tenant, "ada", access).block());
        rows.add(what + "Redis' own CPU " + micros(redis) + " µs");
        assertThat(kept.interactions()).hasSize(size);
        Query query = Query.of(piece(120), model);
        Found found = step(what + "rank", () -> Finder.found(kept, query));
        assertThat(found.hits()).isNotEmpty();
        step(
                what + "compose a block of 2,000 tokens",
                () -> ContextBlock.compose(
                        Memories.parts(Preferences.NONE, List.of(), null),
                        List.of(),
                        Finder.found(archive.all(tenant, "ada", access).block(), query),
                        new Exchanges(Set.of(), null),
                        2_000,
                        tenant.memory()));
    }

    private static void keep(Stores stores, Tenant tenant, UserAccess access, Interaction said, int number) {
        Interaction interaction = new Interaction(
                said.id() + ((long) number << 31),
                number / 8,
                said.user(),
                said.answer(),
                said.tokens(),
                false,
                said.userText(),
                said.assistantText(),
                said.index());
        byte[] record =
                InteractionCodec.encode(interaction, new Interaction.Fingerprint(interaction.id()), access.seal());
        var done = (MemoryStore.Remembered.Done) stores.memory
                .remember(tenant, "ada", "", new MemoryStore.Memo(record, "", new byte[0], "0"))
                .block();
        if (ArchiveStore.isDue(tenant.memory(), done.interactions(), done.bytes())) {
            stores.archive.fold(tenant, "ada", access, done.interactions()).block();
        }
    }

    /** Runs it until it is warm, then measures. */
    private <T> T step(String what, Supplier<T> work) {
        T last = null;
        for (int i = 0; i < ROUNDS; i++) {
            last = work.get();
        }
        long before = SYSTEM.getProcessCpuTime();
        for (int i = 0; i < ROUNDS; i++) {
            last = work.get();
        }
        rows.add("%s: %.2f ms".formatted(what, (SYSTEM.getProcessCpuTime() - before) / 1e6 / ROUNDS));
        return last;
    }

    /** Of the two lists and the hash, together. */
    private static long micros(RedisCommands<String, String> redis) {
        return redis.info("commandstats")
                        .lines()
                        .filter(line -> line.startsWith("cmdstat_lrange") || line.startsWith("cmdstat_hgetall"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll(".*usec=(\\d+),.*", "$1")))
                        .sum()
                / (2 * ROUNDS);
    }

    private List<Interaction> said(Indexer indexer) {
        List<Interaction> said = new ArrayList<>();
        for (int i = 0; i < TEXTS; i++) {
            String question = piece(150);
            String answer = piece(850);
            said.add(Interaction.of(AT, "c", false, question, answer, tokens)
                    .indexed(indexer.index(null, question, answer, AT)));
        }
        return said;
    }

    private String piece(int length) {
        int from = random.nextInt(text.length() - length);
        return text.substring(from, from + length);
    }

    private static String text() {
        try (InputStream in = FindingCostTest.class.getResourceAsStream("/texts/en.txt")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
