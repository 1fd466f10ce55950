package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Remembered;
import dev.mnemo.patterns.Patterns;
import dev.mnemo.patterns.Traits;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.retrieval.Embedder;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/** What a user's history costs in Redis, as it grows: the figures of docs/capacity.md. */
@Tag("long")
class BytesOfHistoryTest {

    /** In each measurement, of all its users together. */
    private static final int INTERACTIONS = 10_000;

    private static final int QUESTION = 150;
    private static final int ANSWER = 850;
    private static final int DIMENSIONS = 384;

    private static final Instant AT = Instant.parse("2026-11-25T10:00:00Z");
    private static final TokenCounter TOKENS = new TokenCounter();
    private static final SealKeys KEYS = new SealKeys(List.of("k".repeat(32).getBytes(UTF_8)), false);
    private static final byte[] NOTHING = {};

    private final String text = text();
    private final Random random = new Random(7);

    @Test
    void bytesOfAHistory() {
        TestRedis.Own own = new TestRedis.Own();
        try (RedisClient admin = RedisClient.create(own.url())) {
            RedisCommands<String, String> redis = admin.connect().sync();
            RedisLinks links = TestRedis.connected(new RedisLinks(
                    RedisAddress.of(own.url()),
                    Duration.ofSeconds(10),
                    HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));
            List<Interaction> plain = said(null);
            List<Interaction> terms = said(new Indexer(null));
            List<Interaction> vectors = said(new Indexer(new RandomVectors(random)));
            System.out.printf("index of terms: %d bytes, with a vector: %d%n", index(terms), index(vectors));
            System.out.println(
                    "| interactions | recent alone | archive, terms | and vectors | terms, sealed | and vectors |");
            long perVector = 0;
            for (int size : new int[] {20, 200, 2_000}) {
                long recent = size > 20 ? 0 : perUser(links, redis, size, tenant(0, null), plain);
                long byTerms = perUser(links, redis, size, tenant(10_000, null), terms);
                long byVectors = perUser(links, redis, size, tenant(10_000, null), vectors);
                long termsSealed = perUser(links, redis, size, tenant(10_000, KEYS), terms);
                long vectorsSealed = perUser(links, redis, size, tenant(10_000, KEYS), vectors);
                System.out.printf(
                        "| %d | %d | %d | %d | %d | %d |%n",
                        size, recent, byTerms, byVectors, termsSealed, vectorsSealed);
                perVector = (byVectors - byTerms) / size;
                assertThat(vectorsSealed / size)
                        .as("bytes of an interaction of 1 KB")
                        .isLessThan(1_900);
            }
            assertThat(perVector).as("bytes of a vector").isBetween(380L, 480L);
            calls(links, redis);
            patterns();
            links.closed().block();
        } finally {
            own.stop();
        }
    }

    private long perUser(
            RedisLinks links, RedisCommands<String, String> redis, int size, Tenant tenant, List<Interaction> said) {
        MemoryStore store = Memories.store(links);
        ArchiveStore archive =
                new ArchiveStore(links.recall(), links.record(), Schedulers.immediate(), Schedulers.immediate());
        return each(redis, Math.max(4, INTERACTIONS / size), user -> {
            UserAccess access =
                    Memories.access(links).open(tenant, user).block().own();
            for (int i = 0; i < size; i++) {
                remember(store, archive, tenant, user, access, at(said.get(random.nextInt(said.size())), i));
            }
        });
    }

    private static void remember(
            MemoryStore store,
            ArchiveStore archive,
            Tenant tenant,
            String user,
            UserAccess access,
            Interaction interaction) {
        byte[] record = InteractionCodec.encode(interaction, new Fingerprint(interaction.id()), access.seal());
        Remembered remembered = store.remember(tenant, user, "", new Memo(record, "", NOTHING, "0"))
                .block();
        if (remembered instanceof Remembered.Done done
                && ArchiveStore.isDue(tenant.memory(), done.interactions(), done.bytes())) {
            archive.fold(tenant, user, access, done.interactions()).block();
        }
    }

    /** The ids of a user's calls. */
    private void calls(RedisLinks links, RedisCommands<String, String> redis) {
        MemoryStore store = Memories.store(links);
        Tenant tenant = tenant(0, null);
        for (int size : new int[] {20, 600}) {
            long bytes = each(redis, 12_000 / size, user -> {
                for (int i = 0; i < size; i++) {
                    store.remember(tenant, user, "", new Memo(NOTHING, "%032x".formatted(i), NOTHING, "0"))
                            .block();
                }
            });
            System.out.printf("ids of %d calls: %d bytes%n", Math.min(size, MemoryStore.CALLS), bytes);
        }
    }

    private void patterns() {
        Patterns patterns = Patterns.NONE;
        for (int i = 1; i <= 2_000; i++) {
            patterns = patterns.plus(Traits.of(AT.plusSeconds(600L * i), piece(QUESTION), piece(ANSWER)));
            if (i == 20 || i == 200 || i == 2_000) {
                byte[] stored = Summary.sealed(patterns, Seal.NONE);
                System.out.printf("patterns of %d interactions: %d bytes%n", i, stored.length);
            }
        }
    }

    /** What Redis takes for each of so many users, whose keys go afterwards. */
    private static long each(RedisCommands<String, String> redis, int users, Consumer<String> work) {
        redis.flushall();
        long before = used(redis);
        for (int i = 0; i < users; i++) {
            work.accept("user-" + i);
        }
        return (used(redis) - before) / users;
    }

    private List<Interaction> said(@Nullable Indexer indexer) {
        List<Interaction> said = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String question = piece(QUESTION);
            String answer = piece(ANSWER);
            Interaction interaction = Interaction.of(AT, "c" + i / 8, false, question, answer, TOKENS);
            said.add(indexer == null ? interaction : interaction.indexed(indexer.index(null, question, answer, AT)));
        }
        return said;
    }

    private static int index(List<Interaction> said) {
        return said.stream().mapToInt(each -> each.index().length).sum() / said.size();
    }

    /** The same words some time later. */
    private static Interaction at(Interaction said, int number) {
        return new Interaction(
                said.id() + ((long) number << 31),
                said.conversation(),
                said.user(),
                said.answer(),
                said.tokens(),
                false,
                said.userText(),
                said.assistantText(),
                said.index());
    }

    private static Tenant tenant(int archive, @Nullable SealKeys seal) {
        return Fixtures.tenant(
                "capacity",
                new Fixtures.Memory()
                        .archive(archive)
                        .retrieve(archive > 0 ? Retrieve.CONVERSATION : Retrieve.OFF)
                        .seal(seal)
                        .policy());
    }

    private String piece(int length) {
        int from = random.nextInt(text.length() - length);
        return text.substring(from, from + length);
    }

    private static long used(RedisCommands<String, String> redis) {
        return redis.info("memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length())))
                .findFirst()
                .orElseThrow();
    }

    private static String text() {
        try (InputStream in = BytesOfHistoryTest.class.getResourceAsStream("/texts/en.txt")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As long as those of a model; nothing packs them any smaller. */
    private record RandomVectors(Random random) implements Embedder {

        @Override
        public String id() {
            return "random";
        }

        @Override
        public int dimensions() {
            return DIMENSIONS;
        }

        @Override
        public boolean reads(String iso639) {
            return true;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public float[] document(String text) {
            float[] vector = new float[DIMENSIONS];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) random.nextGaussian();
            }
            return vector;
        }

        @Override
        public float[] query(String text) {
            return document(text);
        }

        @Override
        public void close() {}
    }
}
