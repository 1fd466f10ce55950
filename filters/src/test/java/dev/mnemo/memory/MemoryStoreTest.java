package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Conversation;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Remembered;
import dev.mnemo.memory.PreferencesStore.Change;
import dev.mnemo.memory.Recalled.Frozen;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Users in a real Redis. */
class MemoryStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");
    private static final RedisLinks LINKS = TestRedis.links();
    private static final TokenCounter TOKENS = new TokenCounter();

    private final MemoryStore store = Memories.store(LINKS);
    private final PreferencesStore preferences = new PreferencesStore(
            LINKS.record(), Memories.access(LINKS), TOKENS, Schedulers.immediate(), InstantSource.system());
    private final Tenant tenant = Fixtures.tenant(TestRedis.fresh("memory"), Fixtures.memory(2_000, 20));

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void nobodyIsKnownAtFirst() {
        Parts parts = (Parts) recall("ada", "c");

        assertThat(parts.preferences().present()).isFalse();
        assertThat(parts.recent()).isEmpty();
        assertThat(parts.previous()).isNull();
    }

    @Test
    void fiftyTurnsThatEndAtOnceAreAllRecordedWithinTheCap() {
        Flux.range(0, 50)
                .flatMap(i -> append(interaction(i), new Fingerprint(i)), 50)
                .blockLast(PATIENCE);

        List<Interaction> recent = ((Parts) recall("ada", "c")).recent();
        assertThat(recent).hasSize(20).doesNotHaveDuplicates();
        long bytes = recent.stream()
                .mapToLong(i -> InteractionCodec.encode(i, new Fingerprint(1), Seal.NONE).length)
                .sum();
        assertThat(TestRedis.commands().hget(key("ada", "profile"), "bytes")).isEqualTo(String.valueOf(bytes));
    }

    @Test
    void whoeverElseEndsAtTheSameTimeAnInteractionIsKept() {
        byte[] patterns = "patterns".getBytes(UTF_8);
        Remembered first = block(store.remember(tenant, "ada", "", memo(1, patterns, "0")));
        Remembered late = block(store.remember(tenant, "ada", "", memo(2, "others".getBytes(UTF_8), "0")));

        assertThat(first)
                .isInstanceOfSatisfying(
                        Remembered.Done.class,
                        done -> assertThat(done.counted()).isTrue());
        assertThat(late)
                .isInstanceOfSatisfying(
                        Remembered.Done.class,
                        done -> assertThat(done.counted()).isFalse());
        assertThat(((Parts) recall("ada", "c")).recent()).hasSize(2);
        assertThat(TestRedis.commands().hget(key("ada", "profile"), "patterns")).isEqualTo("patterns");
    }

    private static Memo memo(int i, byte[] patterns, String before) {
        byte[] record = InteractionCodec.encode(interaction(i), new Fingerprint(i), Seal.NONE);
        return new Memo(record, "", patterns, before);
    }

    @Test
    void theNewestAreKeptInOrder() {
        for (int i = 0; i < 25; i++) {
            block(append(interaction(i), new Fingerprint(i)));
        }

        assertThat(((Parts) recall("ada", "c")).recent())
                .extracting(Interaction::userText)
                .startsWith("question 5")
                .endsWith("question 24");
    }

    @Test
    void aRetryTakesThePlaceOfWhatItRepeats() {
        block(append(interaction(1), new Fingerprint(1)));
        block(append(interaction(2), new Fingerprint(2)));
        block(append(Interaction.of(AT, "c", false, "question 1", "a better answer", TOKENS), new Fingerprint(1)));

        assertThat(((Parts) recall("ada", "c")).recent())
                .extracting(Interaction::assistantText)
                .containsExactly("answer 2", "a better answer");
    }

    @Test
    void bytesAreCappedToo() {
        for (int i = 0; i < 12; i++) {
            block(append(Interaction.of(AT, "c", false, noise(i), noise(-1 - i), TOKENS), new Fingerprint(i)));
        }

        assertThat(Long.parseLong(TestRedis.commands().hget(key("ada", "profile"), "bytes")))
                .isLessThanOrEqualTo(64 * 1024);
        assertThat(((Parts) recall("ada", "c")).recent().size()).isBetween(1, 11);
    }

    @Test
    void aConversationKeepsItsBlockUntilThePreferencesChange() {
        block(preferences.put(tenant, "ada", "{\"a\":1}".getBytes(UTF_8), null, "web"));
        Snapshot block = Memories.snapshot(1, "block".getBytes(UTF_8));
        block(store.freeze(tenant, "ada", Memories.OWN, "c", block, false));

        assertThat(recall("ada", "c"))
                .isInstanceOfSatisfying(
                        Frozen.class, frozen -> assertThat(frozen.snapshot()).isEqualTo(block));
        assertThat(recall("ada", "another")).isInstanceOf(Parts.class);
        assertThat(block(store.recall(tenant, "ada", new Conversation("c", null, true, false, true), false)))
                .as("a conversation that begins anew under the same name")
                .isInstanceOfSatisfying(
                        Parts.class, parts -> assertThat(parts.previous()).isEqualTo(block));

        block(preferences.put(tenant, "ada", "{\"a\":2}".getBytes(UTF_8), null, "web"));

        assertThat(recall("ada", "c")).isInstanceOf(Parts.class);
    }

    @Test
    void deletedPreferencesMakeABlockStaleToo() {
        block(preferences.put(tenant, "ada", "{\"a\":1}".getBytes(UTF_8), null, "web"));
        block(store.freeze(tenant, "ada", Memories.OWN, "c", Memories.snapshot(1, "block".getBytes(UTF_8)), false));

        block(preferences.delete(tenant, "ada", null, "web"));

        assertThat(recall("ada", "c"))
                .isInstanceOfSatisfying(
                        Parts.class,
                        parts -> assertThat(parts.preferences().present()).isFalse());
    }

    @Test
    void everythingOfAUserExpires() {
        block(preferences.put(tenant, "ada", "{\"a\":1}".getBytes(UTF_8), null, "web"));
        block(append(interaction(1), new Fingerprint(1)));
        block(store.freeze(tenant, "ada", Memories.OWN, "c", Memories.snapshot(1, new byte[] {'b'}), false));

        List<String> keys = TestRedis.commands().keys("mnemo:v1:{" + tenant.id() + ":ada}:*");

        assertThat(keys)
                .hasSize(5)
                .allSatisfy(key -> assertThat(TestRedis.commands().ttl(key)).isPositive());
    }

    @Test
    void aVersionGuardsAChange() {
        assertThat(block(preferences.put(tenant, "ada", "{\"a\":1}".getBytes(UTF_8), 5L, "web")))
                .isEqualTo(new Change.Conflict(0));
        Change first = block(preferences.put(tenant, "ada", "{\"a\":1}".getBytes(UTF_8), null, "web"));
        assertThat(first)
                .isInstanceOfSatisfying(
                        Change.Done.class,
                        done -> assertThat(done.now().version()).isEqualTo(1));

        assertThat(block(preferences.patch(tenant, "ada", "{\"b\":2}".getBytes(UTF_8), 1L, "web")))
                .isInstanceOf(Change.Done.class);
        assertThat(block(preferences.patch(tenant, "ada", "{\"c\":3}".getBytes(UTF_8), 1L, "web")))
                .isEqualTo(new Change.Conflict(2));

        assertThat(block(preferences.get(tenant, "ada")).json()).isEqualTo("{\"a\":1,\"b\":2}");
    }

    @Test
    void mergesThatMeetAreAllSeen() {
        Flux.range(0, 6)
                .flatMap(
                        i -> preferences.patch(
                                tenant, "ada", ("{\"k" + i + "\":" + i + "}").getBytes(UTF_8), null, "web"),
                        6)
                .blockLast(PATIENCE);

        assertThat(block(preferences.get(tenant, "ada")).members()).hasSize(6);
    }

    private Recalled recall(String user, String conversation) {
        return recall(tenant, user, conversation);
    }

    private Recalled recall(Tenant tenant, String user, String conversation) {
        return block(store.recall(tenant, user, new Conversation(conversation, null, false, false, false), false));
    }

    private String key(String user, String name) {
        return "mnemo:v1:{" + tenant.id() + ":" + user + "}:" + name;
    }

    private Mono<Void> append(Interaction interaction, Fingerprint request) {
        return Memories.append(store, tenant, "ada", interaction, request);
    }

    private static Interaction interaction(int i) {
        return Interaction.of(AT, "c", false, "question " + i, "answer " + i, TOKENS);
    }

    /** Text that packs badly. */
    private static String noise(int seed) {
        byte[] noise = new byte[4_000];
        new Random(seed).nextBytes(noise);
        return HexFormat.of().formatHex(noise);
    }

    private static <T> T block(Mono<T> mono) {
        return mono.blockOptional(PATIENCE).orElse(null);
    }

    @Test
    void aBlockIsKeptForAnHourAndForADayOnceItsConversationGoesOn() {
        Snapshot block = Memories.snapshot(0, "block".getBytes(UTF_8));
        block(store.freeze(tenant, "ada", Memories.OWN, "once", block, false));
        block(store.freeze(tenant, "ada", Memories.OWN, "again", block, true));
        String once = key("ada", "snapshot:once");

        assertThat(TestRedis.commands().ttl(once)).isBetween(3_500L, 3_600L);
        assertThat(TestRedis.commands().ttl(key("ada", "snapshot:again"))).isBetween(86_000L, 86_400L);
        recall("ada", "once");
        assertThat(TestRedis.commands().ttl(once)).isBetween(86_000L, 86_400L);
    }

    @Test
    void anOutdatedBlockIsKeptToo() {
        Snapshot block = Memories.snapshot(0, "block".getBytes(UTF_8));
        block(store.freeze(tenant, "ada", Memories.OWN, "c", block, false));
        block(preferences.put(tenant, "ada", "{\"a\":1}".getBytes(UTF_8), null, "web"));

        assertThat(((Parts) recall("ada", "c")).previous()).isEqualTo(block);
        assertThat(TestRedis.commands().ttl(key("ada", "snapshot:c"))).isBetween(86_000L, 86_400L);
    }

    @Test
    void aBlockThatDoesNotOpenStandsForNone() {
        Tenant before = sealed("a");
        UserAccess own = ((Parts) recall(before, "ada", "c")).own();
        block(store.freeze(before, "ada", own, "c", Memories.snapshot(0, "block".getBytes(UTF_8)), true));
        assertThat(recall(before, "ada", "c")).isInstanceOf(Frozen.class);

        assertThat(recall(sealed("b"), "ada", "c"))
                .isInstanceOfSatisfying(
                        Parts.class, parts -> assertThat(parts.previous()).isNull());
    }

    private Tenant sealed(String key) {
        SealKeys keys = new SealKeys(List.of(key.repeat(32).getBytes(UTF_8)), false);
        return Fixtures.tenant(tenant.id(), new Fixtures.Memory().seal(keys).policy());
    }

    @Test
    void namesAreKeptForAsLongAsAnyBlockThatTheyName() {
        Tenant later = Fixtures.tenant(
                tenant.id(), new Fixtures.Memory().ttl(Duration.ofHours(1)).policy());
        Snapshot block = Memories.snapshot(0, "block".getBytes(UTF_8));
        block(store.freeze(tenant, "ada", Memories.OWN, "c", block, true));
        block(store.freezeTail(tenant, "ada", Memories.OWN, "t", block));

        block(store.freeze(later, "ada", Memories.OWN, "d", block, true));
        block(store.freezeTail(later, "ada", Memories.OWN, "u", block));

        assertThat(TestRedis.commands().ttl(key("ada", "snapshot:d"))).isBetween(3_500L, 3_600L);
        assertThat(TestRedis.commands().ttl(key("ada", "conversations")))
                .isGreaterThanOrEqualTo(TestRedis.commands().ttl(key("ada", "snapshot:c")));
        assertThat(TestRedis.commands().ttl(key("ada", "tails"))).isGreaterThan(3_600L);

        TestRedis.commands().expire(key("ada", "snapshot:d"), 1_000);
        assertThat(recall(later, "ada", "d")).isInstanceOf(Frozen.class);
        assertThat(TestRedis.commands().ttl(key("ada", "snapshot:d"))).isBetween(3_500L, 3_600L);
        assertThat(TestRedis.commands().ttl(key("ada", "conversations"))).isGreaterThan(3_600L);
    }

    @Test
    void theNewestNamesAreKept() {
        Snapshot block = Memories.snapshot(0, "block".getBytes(UTF_8));
        block(store.freeze(tenant, "ada", Memories.OWN, "first", block, true));
        TestRedis.commands()
                .lpush(
                        key("ada", "conversations"),
                        IntStream.range(0, 1_023).mapToObj(i -> "c" + i).toArray(String[]::new));
        block(store.freeze(tenant, "ada", Memories.OWN, "first", block, true));
        assertThat(TestRedis.commands().exists(key("ada", "snapshot:first"))).isOne();

        block(store.freeze(tenant, "ada", Memories.OWN, "last", block, true));

        assertThat(TestRedis.commands().exists(key("ada", "snapshot:first"))).isZero();
        assertThat(TestRedis.commands().lrange(key("ada", "conversations"), 0, -1))
                .hasSize(1_024)
                .startsWith("last", "c1022")
                .endsWith("c1", "c0");
    }

    @Test
    void aBlockOfAnEarlierGatewayIsNotReplayed() {
        byte[] first = Memories.snapshot(0, "block".getBytes(UTF_8)).encode("c", Seal.NONE);
        first[0] = 1;
        block(LINKS.record().send(redis -> redis.set(key("ada", "snapshot:c").getBytes(UTF_8), first)));

        assertThat(recall("ada", "c")).isInstanceOf(Parts.class);
    }
}
