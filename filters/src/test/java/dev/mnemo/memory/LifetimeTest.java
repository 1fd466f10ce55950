package dev.mnemo.memory;

import static dev.mnemo.memory.Stores.block;
import static dev.mnemo.memory.Stores.interaction;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Conversation;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.Recalled.Frozen;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import java.util.List;
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
        freeze("c");
        left(REMEMBERED, TTL - DAY - 10);

        assertThat(recall("c", false)).isInstanceOf(Frozen.class);

        assertThat(REMEMBERED).allSatisfy(name -> assertThat(left(name)).isBetween(TTL - 60, TTL));
    }

    @Test
    void butMostOfItsCallsWriteNothing() {
        known();
        freeze("c");
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
        block(stores.memory.remember(tenant, "ada", "", new Memo(NOTHING, call, NOTHING, "0")));
    }

    private void freeze(String conversation) {
        Snapshot block = Memories.snapshot(1, "block".getBytes(UTF_8));
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
