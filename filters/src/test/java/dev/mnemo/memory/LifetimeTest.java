package dev.mnemo.memory;

import static dev.mnemo.memory.Stores.block;
import static dev.mnemo.memory.Stores.interaction;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Conversation;
import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MarkStore.Outcome;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.Recalled.Frozen;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** All that is kept of a user lasts for as long as the user is seen, and what hangs on something no longer than that. */
class LifetimeTest {

    private static final RedisLinks LINKS = TestRedis.links();
    private static final long DAY = 86_400;
    private static final long TTL = 90 * DAY;
    private static final List<String> REMEMBERED =
            List.of("profile", "interactions", "archive", "marks", "comments", "versions");
    private static final byte[] NOTHING = {};

    private final Stores stores = new Stores(LINKS, Memories.ACCESS);
    private final String id = TestRedis.fresh("life");
    private final Tenant tenant = Stores.tenant(id, 20, 100, null);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void aConversationThatHasItsBlockKeepsAllOfItsUser() {
        known();
        freeze("c", 1);
        left(REMEMBERED, TTL - DAY - 10);

        assertThat(recall("c", false)).isInstanceOf(Frozen.class);

        assertThat(REMEMBERED).allSatisfy(name -> assertThat(left(name)).isBetween(TTL - 60, TTL));
    }

    @Test
    void butMostOfItsCallsWriteNothing() {
        known();
        freeze("c", 1);
        left(REMEMBERED, 1_000);
        left(List.of("profile"), TTL - DAY + 100);

        recall("c", false);
        left(List.of("profile"), 1_000);
        recall("c", true);

        assertThat(REMEMBERED).allSatisfy(name -> assertThat(left(name)).isLessThanOrEqualTo(1_000));
    }

    @Test
    void oneThatBeginsRenewsAllAndAPreviewNothing() {
        known();
        left(REMEMBERED, 1_000);

        assertThat(recall("new", true)).isInstanceOf(Parts.class);
        assertThat(REMEMBERED).allSatisfy(name -> assertThat(left(name)).isLessThanOrEqualTo(1_000));
        recall("new", false);

        assertThat(REMEMBERED).allSatisfy(name -> assertThat(left(name)).isBetween(TTL - 60, TTL));
    }

    @Test
    void aCallThatIsRememberedRenewsWhatItDoesNotWrite() {
        known();
        left(REMEMBERED, 1_000);

        call("0".repeat(32));

        assertThat(REMEMBERED).allSatisfy(name -> assertThat(left(name)).isBetween(TTL - 60, TTL));
        left(REMEMBERED, TTL - DAY + 100);
        call("1".repeat(32));
        assertThat(left("profile")).isGreaterThan(TTL - 60);
        assertThat(left("archive")).as("time enough").isLessThanOrEqualTo(TTL - DAY + 100);
    }

    @Test
    void whatIsThoughtOfAnInteractionGoesWithIt() {
        Tenant few = Stores.tenant(id, 3, 0, null);
        stores.say(few, "ada", 0, 3);
        for (int i = 0; i < 3; i++) {
            block(stores.marks.rate(few, "ada", interaction(i).id(), 1, "good"));
        }

        stores.say(few, "ada", 3, 5);

        List<String> last = List.of(hex(2));
        assertThat(TestRedis.commands().hkeys(key("marks"))).isEqualTo(last);
        assertThat(TestRedis.commands().hkeys(key("comments"))).isEqualTo(last);
    }

    @Test
    void anAnswerWhosePlaceAnotherTakesLeavesNoMark() {
        Interaction first = interaction(1);
        Fingerprint request = new Fingerprint(7);
        block(Memories.append(stores.memory, tenant, "ada", first, request));
        block(stores.marks.rate(tenant, "ada", first.id(), -1, "bad"));

        block(Memories.append(stores.memory, tenant, "ada", interaction(2), request));

        assertThat(TestRedis.commands().exists(key("marks"), key("comments"))).isZero();
    }

    @Test
    void whatAnImportPushesOutTakesItsMarkAndCommentAlong() {
        Tenant few = Stores.tenant(id, 20, 0, null);
        stores.say(few, "ada", 0, 3);
        for (int i = 0; i < 3; i++) {
            block(stores.marks.rate(few, "ada", interaction(i).id(), -1, "a canary"));
        }

        stores.bring(
                few, "ada", IntStream.range(100, 119).mapToObj(Stores::line).toArray(String[]::new));

        List<String> kept = List.of(Interaction.toHex(interaction(2).id()));
        assertThat(TestRedis.commands().hkeys(key("marks"))).isEqualTo(kept);
        assertThat(TestRedis.commands().hkeys(key("comments"))).isEqualTo(kept);
    }

    @Test
    void aCallThatOutlastsItsUsersProfileIsRememberedSoThatItOpens() {
        Tenant sealed = Stores.tenant(id, 20, 0, Stores.KEYS);
        Opened opened = block(stores.opening.open(sealed, "ada"));
        TestRedis.commands().del(key("profile"));
        byte[] record = InteractionCodec.encode(
                interaction(1), new Fingerprint(1), opened.own().seal());

        block(stores.memory.remember(sealed, "ada", "", new Memo(record, "", NOTHING, "0", opened.salt())));

        assertThat(stores.asked(sealed, "ada")).containsExactly("question 1");
    }

    @Test
    void whatIsSaidToACallGoesWithIt() {
        String first = "f".repeat(32);
        call(first);
        block(stores.marks.comment(tenant, "ada", first, "good"));
        TestRedis.commands()
                .lpush(
                        key("calls"),
                        IntStream.range(0, MemoryStore.CALLS + 30)
                                .mapToObj("%032x"::formatted)
                                .toArray(String[]::new));
        assertThat(TestRedis.commands().hkeys(key("comments"))).containsExactly(first);

        call("e".repeat(32));

        assertThat(TestRedis.commands().exists(key("comments"))).isZero();
    }

    @Test
    void feedbackGoesOnForAsLongAsInteractionsCome() {
        // Two segments; what was before them left with others, which took no marks along.
        stores.say(tenant, "ada", 36_000, 36_090);
        assertThat(TestRedis.commands().llen(key("archive"))).isEqualTo(2);
        // Within an hour before the oldest there may still be one that is kept.
        List<String> kept =
                IntStream.range(32_401, 32_501).mapToObj(LifetimeTest::hex).toList();
        List<String> gone = IntStream.range(0, 900).mapToObj(LifetimeTest::hex).toList();
        Stream.of(kept, gone).flatMap(List::stream).forEach(of -> {
            TestRedis.commands().hset(key("marks"), of, "1.0");
            TestRedis.commands().hset(key("comments"), of, "good");
        });

        assertThat(block(stores.marks.rate(tenant, "ada", interaction(36_001).id(), 1, null))
                        .outcome())
                .isEqualTo(Outcome.DONE);

        assertThat(TestRedis.commands().hkeys(key("marks")))
                .hasSize(101)
                .containsAll(kept)
                .contains(hex(36_001));
        assertThat(TestRedis.commands().hkeys(key("comments"))).containsExactlyInAnyOrderElementsOf(kept);
    }

    @Test
    void alsoWhereThereIsNoArchive() {
        Tenant few = Stores.tenant(id, 3, 0, null);
        stores.say(few, "ada", 36_000, 36_002);
        for (int i = 0; i < MarkStore.MOST; i++) {
            TestRedis.commands().hset(key("marks"), hex(i), "1.0");
        }

        assertThat(block(stores.marks.pin(few, "ada", interaction(36_001).id(), true)))
                .isEqualTo(Outcome.DONE);

        assertThat(TestRedis.commands().hkeys(key("marks"))).containsExactly(hex(36_001));
    }

    @Test
    void commentsToWhatIsNotKnownAnyMoreMakeRoom() {
        String call = "f".repeat(32);
        String other = "e".repeat(32);
        call(call);
        call(other);
        block(stores.marks.comment(tenant, "ada", call, "good"));
        for (int i = 1; i < MarkStore.MOST; i++) {
            TestRedis.commands().hset(key("comments"), i % 2 == 0 ? "%032x".formatted(i) : hex(i), "good");
        }

        assertThat(block(stores.marks.comment(tenant, "ada", other, "good"))).isEqualTo(Outcome.DONE);

        assertThat(TestRedis.commands().hkeys(key("comments"))).containsExactlyInAnyOrder(call, other);
    }

    @Test
    void idsOfCallsAreKeptForAsLongAsWhatIsKnownOfThem() {
        call(tenant, "e".repeat(32));

        call(
                Fixtures.tenant(
                        id, new Fixtures.Memory().calls(Duration.ofHours(1)).policy()),
                "f".repeat(32));

        assertThat(left("calls")).as("else erasing would not find the first").isBetween(7 * DAY - 60, 7 * DAY);
    }

    @Test
    void anArchiveThatIsTurnedOffIsRemoved() {
        known();
        call("e".repeat(32));
        assertThat(TestRedis.commands().exists(key("archive"))).isOne();
        Tenant off = Stores.tenant(id, 20, 0, null);

        call(off, "f".repeat(32));

        assertThat(TestRedis.commands().exists(key("archive"))).isZero();
        assertThat(TestRedis.commands().hmget(key("profile"), "archived", "archivedBytes"))
                .noneMatch(KeyValue::hasValue);
        assertThat(stores.asked(off, "ada"))
                .hasSize(28)
                .startsWith("question 59")
                .endsWith("question 32");
        stores.say(tenant, "ada", 60, 100);
        assertThat(TestRedis.commands().hget(key("profile"), "archived")).isEqualTo("32");
        assertThat(stores.asked(tenant, "ada")).hasSize(68);
    }

    @Test
    void ofManyConversationsThoseThatGoOnKeepTheirBlocks() {
        String name = "a/b";
        freeze("first", 0);
        freeze(name, 0);
        TestRedis.commands()
                .lpush(
                        key("conversations"),
                        IntStream.range(0, 1_022).mapToObj(i -> "c" + i).toArray(String[]::new));
        left(List.of("snapshot:a%2Fb"), DAY / 2 - 10);

        recall(name, true);
        assertThat(TestRedis.commands().lrange(key("conversations"), -2, -1)).containsExactly("a%2Fb", "first");
        recall(name, false);
        freeze("another", 0);

        assertThat(TestRedis.commands().exists(key("snapshot:first"))).isZero();
        assertThat(recall(name, false)).isInstanceOf(Frozen.class);
        assertThat(TestRedis.commands().lrange(key("conversations"), 0, -1))
                .hasSize(1_024)
                .startsWith("another", "a%2Fb", "c1021")
                .endsWith("c0");
    }

    @Test
    void aConversationOfWhichAnotherNameIsKnownKeepsThatOne() {
        freeze("older", 0);
        freeze("newest", 0);
        left(List.of("snapshot:older"), 1_000);

        assertThat(block(stores.memory.recall(
                        tenant, "ada", new Conversation("other", "older", false, false, false), false)))
                .isInstanceOf(Frozen.class);

        assertThat(TestRedis.commands().lrange(key("conversations"), 0, -1)).containsExactly("older", "newest");
    }

    /** Of whom there is something of each kind. */
    private void known() {
        stores.say(tenant, "ada", 0, 60);
        block(stores.marks.rate(tenant, "ada", interaction(1).id(), 1, "good"));
        TestRedis.commands().lpush(key("versions"), "1 {}");
        assertThat(TestRedis.commands()
                        .exists(REMEMBERED.stream().map(this::key).toArray(String[]::new)))
                .isEqualTo(REMEMBERED.size());
    }

    private void call(String call) {
        call(tenant, call);
    }

    private void call(Tenant tenant, String call) {
        block(stores.memory.remember(tenant, "ada", "", new Memo(NOTHING, call, NOTHING, "0")));
    }

    private static String hex(int i) {
        return Interaction.toHex(interaction(i).id());
    }

    private void freeze(String conversation, long revision) {
        Snapshot block = Memories.snapshot(revision, "block".getBytes(UTF_8));
        block(stores.memory.freeze(tenant, "ada", Memories.OWN, conversation, block, true));
    }

    private Recalled recall(String conversation, boolean preview) {
        return block(stores.memory.recall(
                tenant, "ada", new Conversation(conversation, null, false, false, false), preview));
    }

    private void left(List<String> names, long seconds) {
        names.forEach(name -> TestRedis.commands().expire(key(name), seconds));
    }

    private long left(String name) {
        return TestRedis.commands().ttl(key(name));
    }

    private String key(String name) {
        return "mnemo:v1:{" + id + ":ada}:" + name;
    }
}
