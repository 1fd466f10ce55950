package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.Fixtures;
import dev.mnemo.call.Conversation;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Remembered;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.seal.Seal;
import dev.mnemo.seal.Unreadable;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What leaves the recent interactions is kept in segments; what is sealed opens for its user only; who is erased is gone. */
class ArchiveTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");
    private static final RedisLinks LINKS = TestRedis.links();
    private static final TokenCounter TOKENS = new TokenCounter();
    private static final SealKeys KEYS = new SealKeys(List.of("k".repeat(32).getBytes(UTF_8)), false);

    private final List<String> unreadable = new ArrayList<>();
    private final Access access = new Access((tenant, why) -> unreadable.add(tenant + " " + why));
    private final MemoryStore store = new MemoryStore(LINKS.recall(), LINKS.record(), access);
    private final AccessStore opening = new AccessStore(LINKS.record(), access);
    private final ArchiveStore archive =
            new ArchiveStore(LINKS.recall(), LINKS.record(), Schedulers.immediate(), Schedulers.immediate());
    private final UserStore users = new UserStore(LINKS.record(), new CallRecords(LINKS.record()));
    private final String id = TestRedis.fresh("archive");
    private final Tenant plain = tenant(null);
    private final Tenant sealed = tenant(KEYS);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void whatLeavesTheRecentOnesIsKept() {
        say(plain, "ada", 0, 100);

        assertThat(TestRedis.commands().llen(key("ada", "archive"))).isEqualTo(2);
        assertThat(TestRedis.commands().llen(key("ada", "interactions"))).isEqualTo(36);
        assertThat(words(plain, "ada")).containsExactlyElementsOf(asked(0, 100));
        assertThat(TestRedis.commands().hget(key("ada", "profile"), "archived")).isEqualTo("64");
        assertThat(TestRedis.commands().keys(key("ada", "*")))
                .allSatisfy(key -> assertThat(TestRedis.commands().ttl(key)).isPositive());
    }

    @Test
    void theOldestSegmentGoesWhenThereAreMoreThanTheTenantKeeps() {
        say(plain, "ada", 0, 180);

        assertThat(TestRedis.commands().llen(key("ada", "archive"))).isEqualTo(3);
        assertThat(words(plain, "ada")).containsExactlyElementsOf(asked(64, 180));
        assertThat(TestRedis.commands().hget(key("ada", "profile"), "archived")).isEqualTo("96");
    }

    /** Each stays 12,000 bytes, however it is packed. */
    @Test
    void theOldestSegmentGoesWhenTheyTakeMoreBytesThanTheyMay() {
        long most = ArchiveStore.mostBytes(plain.memory());
        byte[] bytes = new byte[12_000];
        Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            random.nextBytes(bytes);
            String text = Base64.getEncoder().encodeToString(bytes);
            Interaction large = Interaction.of(
                    AT.plusSeconds(i),
                    "c",
                    false,
                    "question " + i + text.substring(8_000),
                    text.substring(0, 8_000),
                    TOKENS);
            say(plain, "ada", large);

            if (TestRedis.commands().exists(key("ada", "archive")) == 1) {
                assertThat(Long.parseLong(TestRedis.commands().hget(key("ada", "profile"), "archivedBytes")))
                        .isBetween(most / 8, most);
            }
        }

        assertThat(words(plain, "ada")).hasSizeBetween(20, 80).last().asString().startsWith("question 99");
    }

    /** As where a tenant's file lists the wrong key for an hour. */
    @Test
    void whatDoesNotOpenJustNowIsNotLost() {
        byte[] first = "k".repeat(32).getBytes(UTF_8);
        byte[] second = "s".repeat(32).getBytes(UTF_8);
        Tenant without = tenant(new SealKeys(List.of(second), false));
        Tenant with = tenant(new SealKeys(List.of(second, first), false));

        say(sealed, "ada", 0, 30);
        say(without, "ada", 30, 60);
        assertThat(words(with, "ada")).containsExactlyElementsOf(asked(0, 60));

        say(without, "bob", 0, 10);
        say(sealed, "bob", 10, 11);
        say(without, "bob", 11, 60);
        assertThat(TestRedis.commands().hget(key("bob", "profile"), "archived"))
                .as("what is older than that one is moved")
                .isEqualTo("10");
        assertThat(words(with, "bob")).containsExactlyElementsOf(asked(0, 60));

        for (String user : List.of("ada", "bob")) {
            say(with, user, 60, 100);
            assertThat(words(with, user)).containsExactlyElementsOf(asked(0, 100));
            assertThat(TestRedis.commands().llen(key(user, "interactions"))).isLessThan(52);
        }
    }

    @Test
    void whatNeverOpensIsPushedOutByWhatIsNewer() {
        TestRedis.commands().rpush(key("ada", "interactions"), "damaged");

        say(plain, "ada", 0, 147);
        assertThat(TestRedis.commands().llen(key("ada", "interactions"))).isEqualTo(148);
        assertThat(TestRedis.commands().exists(key("ada", "archive"))).isZero();

        say(plain, "ada", 147, 148);
        assertThat(TestRedis.commands().hget(key("ada", "profile"), "archived")).isEqualTo("128");
    }

    @Test
    void whatSomebodyElseHasMovedIsNotMovedAgain() {
        say(plain, "ada", 0, 51);
        UserAccess own = open(plain, "ada");

        block(archive.fold(plain, "ada", own, 51));
        block(archive.fold(plain, "ada", own, 51));

        assertThat(TestRedis.commands().llen(key("ada", "interactions"))).isEqualTo(51 - 25);
        assertThat(words(plain, "ada")).containsExactlyElementsOf(asked(0, 51));
    }

    @Test
    void aSegmentIsSmallerThanItsRecords() {
        List<Interaction> some =
                IntStream.range(0, 32).mapToObj(ArchiveTest::interaction).toList();

        int alone = some.stream()
                .mapToInt(i -> InteractionCodec.encode(i, new Fingerprint(1), Seal.NONE).length)
                .sum();

        assertThat(Segment.encode(some, Seal.NONE).length).isLessThan(alone);
        assertThat(Segment.decode(Segment.encode(some, Seal.NONE), Seal.NONE).interactions())
                .isEqualTo(some);
    }

    @Test
    void aSegmentTellsWhichAnswersWereCutOff() {
        Interaction whole = interaction(1);
        Interaction partial = Interaction.of(AT.plusSeconds(2), "c", true, "question", "answ", TOKENS);

        assertThat(Segment.decode(Segment.encode(List.of(whole, partial), Seal.NONE), Seal.NONE)
                        .interactions())
                .containsExactly(whole, partial);
    }

    @Test
    void aDamagedSegmentCountsAsAbsent() {
        byte[] good = Segment.encode(
                IntStream.range(0, 32).mapToObj(ArchiveTest::interaction).toList(), Seal.NONE);
        Random random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = random.nextBoolean() ? good.clone() : Arrays.copyOf(good, random.nextInt(good.length));
            if (bad.length > 0) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Segment segment = Segment.decode(bad, Seal.NONE);
            if (segment != null) {
                segment.interactions(); // Any answer but an exception.
            }
        }
    }

    @Test
    void whatIsSealedSaysNothingAndOpensForItsUserOnly() {
        say(sealed, "ada", 0, 60);
        say(sealed, "bob", 0, 60);
        assertThat(words(sealed, "ada")).containsExactlyElementsOf(asked(0, 60));
        assertThat(stored("ada")).doesNotContain("question");

        TestRedis.commands().rename(key("ada", "archive"), key("bob", "archive"));
        TestRedis.commands().rename(key("ada", "interactions"), key("bob", "interactions"));

        assertThat(words(sealed, "bob")).isEmpty();
        assertThat(unreadable).hasSize(29).containsOnly(id + " " + Unreadable.FOREIGN);
    }

    @Test
    void theSaltIsMadeOnceAndGoesWithTheUser() {
        say(sealed, "ada", 0, 1);
        String salt = TestRedis.commands().hget(key("ada", "profile"), "salt");
        say(sealed, "ada", 1, 2);
        assertThat(TestRedis.commands().hget(key("ada", "profile"), "salt"))
                .isEqualTo(salt)
                .isNotNull();

        block(users.erase(sealed, "ada"));

        assertThat(TestRedis.commands().keys(key("ada", "*"))).containsExactly(key("ada", "erased"));
    }

    @Test
    void aSealedBlockOpensForItsConversationOnly() {
        UserAccess own = open(sealed, "ada");
        block(store.freeze(sealed, "ada", own, "c", Memories.snapshot(0, new byte[] {'b'}), true));
        assertThat(store.frozen(sealed, "ada", own, "c").blockOptional(PATIENCE))
                .isPresent();

        TestRedis.commands().rename(key("ada", "snapshot:c"), key("ada", "snapshot:d"));

        assertThat(store.frozen(sealed, "ada", own, "d").blockOptional(PATIENCE))
                .isEmpty();
        assertThat(unreadable).containsExactly(id + " " + Unreadable.FOREIGN);
    }

    /** Whoever may write to Redis must not learn by it what a tenant wants sealed, nor be believed. */
    @Test
    void aSaltThatIsSpoiltMakesNothingPlain() {
        say(sealed, "ada", 0, 2);
        TestRedis.commands().hset(key("ada", "profile"), "salt", "short");

        say(sealed, "ada", 2, 4);
        say(plain, "bob", 0, 1);
        TestRedis.commands()
                .rpush(key("ada", "interactions"), TestRedis.commands().lindex(key("bob", "interactions"), 0));

        assertThat(stored("ada").split("question", -1))
                .as("the one that was put there")
                .hasSize(2);
        assertThat(words(sealed, "ada")).isEmpty();
        assertThat(unreadable).contains(id + " " + Unreadable.UNSEALED);
    }

    @Test
    void whoIsErasedIsNotWrittenBackByWhatBeganBefore() {
        say(plain, "ada", 0, 60);
        Parts before = (Parts) recall(plain, "ada");
        block(store.freeze(plain, "ada", before.own(), "c", Memories.snapshot(0, new byte[] {'b'}), true));

        block(users.erase(plain, "ada"));

        assertThat(remember(plain, "ada", before.own(), interaction(61))).isInstanceOf(Remembered.Erased.class);
        assertThat(remember(plain, "ada", new UserAccess(UserAccess.UNKNOWN, Seal.NONE), interaction(62)))
                .isInstanceOf(Remembered.Erased.class);
        block(store.freeze(plain, "ada", before.own(), "d", Memories.snapshot(0, new byte[] {'b'}), true));
        block(archive.fold(plain, "ada", before.own(), 60));
        assertThat(TestRedis.commands().keys(key("ada", "*"))).containsExactly(key("ada", "erased"));

        Parts after = (Parts) recall(plain, "ada");
        assertThat(remember(plain, "ada", after.own(), interaction(63))).isInstanceOf(Remembered.Done.class);
        assertThat(words(plain, "ada")).containsExactly("question 63");
    }

    @Test
    void aCallOfWhichNothingIsRecalledKnowsItsEraAllTheSame() {
        block(users.erase(plain, "ada"));
        UserAccess now = block(store.era(plain, "ada"));
        assertThat(remember(plain, "ada", now, interaction(1))).isInstanceOf(Remembered.Done.class);

        block(users.erase(plain, "ada"));

        assertThat(remember(plain, "ada", now, interaction(2))).isInstanceOf(Remembered.Erased.class);
        assertThat(block(store.era(plain, "nobody")).era()).isEmpty();
    }

    @Test
    void tailsTakeNoPlaceOfConversationsAndGoWithTheUser() {
        UserAccess own = open(plain, "ada");
        block(store.freeze(plain, "ada", own, "c", Memories.snapshot(0, new byte[] {'b'}), true));
        for (int i = 0; i < 130; i++) {
            block(store.freezeTail(plain, "ada", own, "w:c:" + i, Memories.snapshot(0, new byte[] {'t'})));
        }

        assertThat(TestRedis.commands().exists(key("ada", "snapshot:c"))).isEqualTo(1);
        assertThat(TestRedis.commands().keys(key("ada", "snapshot:*"))).hasSize(129);

        block(users.erase(plain, "ada"));

        assertThat(TestRedis.commands().keys(key("ada", "*"))).containsExactly(key("ada", "erased"));
    }

    @Test
    void recordsOfTheFirstVersionAreRead() {
        byte[] user = "question".getBytes(UTF_8);
        byte[] assistant = "answer".getBytes(UTF_8);
        byte[] record = ByteBuffer.allocate(46 + user.length + assistant.length)
                .put((byte) 1)
                .put((byte) 0)
                .putLong(5)
                .putLong(Fingerprint.of("question").value())
                .putLong(Fingerprint.of("answer").value())
                .putLong(AT.toEpochMilli())
                .putInt(30)
                .putInt(user.length + assistant.length)
                .putInt(user.length)
                .put(user)
                .put(assistant)
                .array();

        Interaction read = InteractionCodec.decode(record, Seal.NONE, new ZstdDecompressCtx());

        assertThat(read.at()).isEqualTo(AT);
        assertThat(read.userText()).isEqualTo("question");
        assertThat(read.assistantText()).isEqualTo("answer");
        assertThat(read.tokens()).isEqualTo(30);
    }

    @Test
    void anIdIsOfTheTimeAndTheWords() {
        Interaction one = Interaction.of(AT, "c", false, "question", "answer", TOKENS);

        assertThat(Interaction.of(AT, "c", true, "question", "answer", TOKENS).id())
                .isEqualTo(one.id());
        assertThat(Interaction.of(AT, "d", false, "question", "answer", TOKENS).id())
                .isNotEqualTo(one.id());
        assertThat(Interaction.of(AT, Interaction.toHex(one.conversation()), false, "question", "answer", TOKENS)
                        .id())
                .as("as exported")
                .isEqualTo(one.id());
        assertThat(one.at()).isEqualTo(AT);
        assertThat(Interaction.ofHex(Interaction.toHex(one.id()))).isEqualTo(one.id());
    }

    /** As the end of each call does. */
    private void say(Tenant tenant, String user, int from, int to) {
        for (int i = from; i < to; i++) {
            say(tenant, user, interaction(i));
        }
    }

    private void say(Tenant tenant, String user, Interaction interaction) {
        UserAccess own = open(tenant, user);
        Remembered.Done done = (Remembered.Done) remember(tenant, user, own, interaction);
        if (ArchiveStore.isDue(tenant.memory(), done.interactions(), done.bytes())) {
            block(archive.fold(tenant, user, own, done.interactions()));
        }
    }

    private Remembered remember(Tenant tenant, String user, UserAccess own, Interaction interaction) {
        byte[] record = InteractionCodec.encode(interaction, new Fingerprint(interaction.id()), own.seal());
        return block(store.remember(tenant, user, own.era(), new Memo(record, "", new byte[0], "0")));
    }

    private UserAccess open(Tenant tenant, String user) {
        return block(opening.open(tenant, user)).own();
    }

    private Recalled recall(Tenant tenant, String user) {
        return block(store.recall(tenant, user, new Conversation("c", null, false, false, false), false));
    }

    private List<String> words(Tenant tenant, String user) {
        return block(archive.all(tenant, user, open(tenant, user))).interactions().stream()
                .map(each -> each.whole().get().userText())
                .toList();
    }

    private static List<String> asked(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "question " + i).toList();
    }

    /** All that Redis has of a user, as it is. */
    private String stored(String user) {
        List<byte[]> all = new ArrayList<>();
        all.addAll(block(LINKS.record()
                .<List<byte[]>>send(redis -> redis.lrange(key(user, "archive").getBytes(UTF_8), 0, -1))));
        all.addAll(block(LINKS.record()
                .<List<byte[]>>send(
                        redis -> redis.lrange(key(user, "interactions").getBytes(UTF_8), 0, -1))));
        StringBuilder text = new StringBuilder();
        all.forEach(each -> text.append(new String(each, ISO_8859_1)));
        return text.toString();
    }

    private String key(String user, String name) {
        return "mnemo:v1:{" + id + ":" + user + "}:" + name;
    }

    private Tenant tenant(@Nullable SealKeys keys) {
        return Fixtures.tenant(
                id,
                new Fixtures.Memory()
                        .archive(100)
                        .retrieve(Retrieve.CONVERSATION)
                        .seal(keys)
                        .policy());
    }

    private static Interaction interaction(int i) {
        return Interaction.of(AT.plusSeconds(i), "c", false, "question " + i, "answer " + i, TOKENS)
                .indexed(new byte[] {1, (byte) i});
    }

    private static <T> T block(Mono<T> mono) {
        return mono.blockOptional(PATIENCE).orElse(null);
    }
}
