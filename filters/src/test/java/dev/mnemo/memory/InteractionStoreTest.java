package dev.mnemo.memory;

import static dev.mnemo.memory.Stores.block;
import static dev.mnemo.memory.Stores.interaction;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.InteractionStore.Page;
import dev.mnemo.memory.MarkStore.Outcome;
import dev.mnemo.memory.MarkStore.Rating;
import dev.mnemo.memory.Marks.Mark;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Interactions as whoever keeps a user's data sees, marks and forgets them, in a real Redis. */
class InteractionStoreTest {

    private static final RedisLinks LINKS = TestRedis.links();

    private final List<String> unreadable = new ArrayList<>();
    private final Stores stores = new Stores(LINKS, new Access((tenant, why) -> unreadable.add(tenant + " " + why)));
    private final String id = TestRedis.fresh("kept");
    private final Tenant tenant = Stores.tenant(id, 20, 1_000, null);
    private final Tenant sealed = Stores.tenant(id, 20, 1_000, Stores.KEYS);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void pagesGoFromTheNewestThroughTheArchiveAndStayAsTheyAreWhileOthersCome() {
        stores.say(tenant, "ada", 0, 300);

        List<String> seen = new ArrayList<>();
        Long before = null;
        int pages = 0;
        for (Page page = page(null, 37); ; page = page(before, 37)) {
            page.interactions().forEach(kept -> seen.add(kept.interaction().userText()));
            before = page.interactions().getLast().interaction().id();
            if (!page.more()) {
                break;
            }
            assertThat(page.interactions()).hasSize(37);
            // Some leave the recent ones for the archive meanwhile.
            stores.say(tenant, "ada", 300 + 40 * pages, 340 + 40 * pages);
            pages++;
        }

        assertThat(seen).containsExactlyElementsOf(questions(299, -1));
        assertThat(page(null, 200).more()).isTrue();
        assertThat(page(interaction(1).id(), 200).interactions()).hasSize(1);
        assertThat(page(interaction(0).id(), 200).more()).isFalse();
        assertThat(block(stores.interactions.page(tenant, "nobody", null, 50)).interactions())
                .isEmpty();
    }

    @Test
    void whatEndedAtNearlyTheSameTimeIsInNoPageTwiceAndInOne() {
        // Two replicas whose clocks differ, with segments between them.
        List<Interaction> all = IntStream.range(0, 200)
                .mapToObj(i -> interaction(i % 2 == 0 ? i : i - 12))
                .toList();
        all.forEach(each -> stores.say(tenant, "ada", each));

        List<Long> ids = new ArrayList<>();
        Page page = page(null, 7);
        while (true) {
            page.interactions().forEach(kept -> ids.add(kept.interaction().id()));
            if (!page.more()) {
                break;
            }
            page = page(ids.getLast(), 7);
        }

        assertThat(ids)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        all.stream().map(Interaction::id).toList());
    }

    @Test
    void whatDoesNotOpenIsAbsentAndCounted() {
        stores.say(sealed, "ada", 0, 100);
        Tenant other =
                Stores.tenant(id, 20, 1_000, new SealKeys(List.of("x".repeat(32).getBytes()), false));

        assertThat(stores.asked(other, "ada")).isEmpty();
        assertThat(unreadable).isNotEmpty().containsOnly(id + " KEY");
        stores.say(other, "ada", 100, 101);
        assertThat(stores.asked(other, "ada")).containsExactly("question 100");
        assertThat(stores.asked(sealed, "ada")).containsExactlyElementsOf(questions(99, -1));
    }

    @Test
    void oneIsForgottenWhereverItStands() {
        for (Tenant each : List.of(tenant, sealed)) {
            String user = each == sealed ? "bob" : "ada";
            stores.say(each, user, 0, 100);
            for (int i : new int[] {99, 70, 0, 31, 32}) {
                assertThat(block(stores.interactions.one(
                                        each, user, interaction(i).id()))
                                .interaction()
                                .userText())
                        .isEqualTo("question " + i);
                assertThat(block(stores.interactions.forget(
                                each, user, interaction(i).id())))
                        .isTrue();
                assertThat(block(stores.interactions.forget(
                                each, user, interaction(i).id())))
                        .isFalse();
                assertThat(block(stores.interactions.one(
                                each, user, interaction(i).id())))
                        .isNull();
            }
            List<String> left = new ArrayList<>(questions(99, -1));
            left.removeAll(List.of("question 99", "question 70", "question 0", "question 31", "question 32"));
            assertThat(stores.asked(each, user)).containsExactlyElementsOf(left);
            assertThat(field(user, "archived")).isEqualTo("61");
            assertThat(field(user, "bytes")).isEqualTo(String.valueOf(size(user, "interactions")));
            assertThat(field(user, "archivedBytes")).isEqualTo(String.valueOf(size(user, "archive")));
        }
    }

    @Test
    void whoeverForgetsTheLastOfASegmentForgetsTheSegment() {
        Tenant one = Stores.tenant(id, 0, 1_000, null);
        stores.say(one, "ada", 0, 32);
        assertThat(TestRedis.commands().llen(key("ada", "archive"))).isEqualTo(1);

        for (int i = 0; i < 32; i++) {
            assertThat(block(stores.interactions.forget(
                            one, "ada", interaction(i).id())))
                    .isTrue();
        }

        assertThat(TestRedis.commands().exists(key("ada", "archive"))).isZero();
        assertThat(field("ada", "archived")).isEqualTo("0");
        assertThat(field("ada", "archivedBytes")).isEqualTo("0");
    }

    @Test
    void blocksThatMayQuoteItGoAndAreNotKeptByWhoeverHasOne() {
        stores.say(tenant, "ada", 0, 2);
        freeze("c", 0);
        assertThat(TestRedis.commands().exists(key("ada", "snapshot:c"))).isOne();
        block(stores.marks.rate(tenant, "ada", interaction(1).id(), 1, "good"));

        block(stores.interactions.forget(tenant, "ada", interaction(1).id()));
        freeze("late", 1);

        assertThat(TestRedis.commands().keys(key("ada", "*")))
                .containsExactlyInAnyOrder(key("ada", "profile"), key("ada", "interactions"));
        freeze("new", Long.parseLong(field("ada", "revision")));
        assertThat(TestRedis.commands().exists(key("ada", "snapshot:new"))).isOne();
    }

    @Test
    void allAreForgottenAtOnce() {
        stores.say(tenant, "ada", 0, 60);
        freeze("c", 0);
        block(stores.marks.rate(tenant, "ada", interaction(1).id(), 1, "good"));

        block(stores.interactions.forgetAll(tenant, "ada"));

        assertThat(stores.asked(tenant, "ada")).isEmpty();
        assertThat(TestRedis.commands().keys(key("ada", "*"))).containsExactly(key("ada", "profile"));
        stores.say(tenant, "ada", 60, 61);
        assertThat(stores.asked(tenant, "ada")).containsExactly("question 60");
        assertThat(field("ada", "bytes")).isEqualTo(String.valueOf(size("ada", "interactions")));
    }

    @Test
    void aFoldThatReadBeforeDoesNotBringTheForgottenBack() {
        // As where few interactions are many bytes.
        Tenant crowded = Stores.tenant(id, 60, 1_000, null);
        stores.say(crowded, "ada", 0, 51);
        UserAccess own = stores.open(crowded, "ada");
        AtomicInteger steps = new AtomicInteger();
        // Between reading and writing one goes and another comes: the first, the last and the count are as they were.
        Scheduler between = Schedulers.fromExecutor(task -> Thread.startVirtualThread(() -> {
            if (steps.getAndIncrement() == 0) {
                block(stores.interactions.forget(crowded, "ada", interaction(5).id()));
                stores.bring(crowded, "ada", Stores.line(7).replace("question 7", "another"));
            }
            task.run();
        }));

        block(new ArchiveStore(LINKS.recall(), LINKS.record(), between, between).fold(crowded, "ada", own, 51));

        assertThat(steps).hasPositiveValue();
        assertThat(stores.asked(crowded, "ada")).hasSize(51).contains("another").doesNotContain("question 5");
    }

    @Test
    void norDoesItBringAnErasedUserBack() {
        Tenant crowded = Stores.tenant(id, 60, 1_000, null);
        String[] lines = IntStream.range(0, 51).mapToObj(Stores::line).toArray(String[]::new);
        stores.bring(crowded, "ada", lines);
        UserAccess own = stores.open(crowded, "ada");
        // The same history comes again but for one: the first, the last, the count and the revision are as they were.
        Scheduler between = Schedulers.fromExecutor(task -> Thread.startVirtualThread(() -> {
            block(stores.users.erase(crowded, "ada"));
            lines[5] = lines[5].replace("question 5", "another");
            stores.bring(crowded, "ada", lines);
            task.run();
        }));

        block(new ArchiveStore(LINKS.recall(), LINKS.record(), between, between).fold(crowded, "ada", own, 51));

        assertThat(stores.asked(crowded, "ada")).hasSize(51).contains("another").doesNotContain("question 5");
    }

    @Test
    void aPageThatIsJustFullIsTheLast() {
        stores.say(tenant, "ada", 0, 3);

        assertThat(block(stores.interactions.page(tenant, "ada", null, 3)).more())
                .isFalse();
        assertThat(block(stores.interactions.page(tenant, "ada", null, 2)).more())
                .isTrue();
    }

    @Test
    void aSealedCommentOpensForItsInteractionOnly() {
        stores.say(sealed, "bob", 0, 3);
        byte[] comments = key("bob", "comments").getBytes(UTF_8);
        byte[] one = Interaction.toHex(interaction(1).id()).getBytes(UTF_8);
        byte[] other = Interaction.toHex(interaction(2).id()).getBytes(UTF_8);
        block(stores.marks.rate(sealed, "bob", interaction(1).id(), 1, "a canary"));

        byte[] stored = block(LINKS.record().<byte[]>send(redis -> redis.hget(comments, one)));
        block(LINKS.record().<Boolean>send(redis -> redis.hset(comments, other, stored)));

        assertThat(block(stores.interactions.one(sealed, "bob", interaction(1).id()))
                        .comment())
                .isEqualTo("a canary");
        assertThat(block(stores.interactions.one(sealed, "bob", interaction(2).id()))
                        .comment())
                .isNull();
    }

    @Test
    void whoIsErasedMeanwhileIsNotMarked() {
        for (Tenant each : List.of(tenant, sealed)) {
            stores.say(each, "ada", 0, 3);
            AtomicInteger steps = new AtomicInteger();
            Scheduler between = Schedulers.fromExecutor(task -> Thread.startVirtualThread(() -> {
                if (steps.getAndIncrement() == 0) {
                    block(stores.users.erase(each, "ada"));
                }
                task.run();
            }));

            assertThat(block(new MarkStore(LINKS.record(), Memories.ACCESS, between)
                            .rate(each, "ada", interaction(1).id(), 1, "a canary")))
                    .isEqualTo(new Rating(Outcome.UNKNOWN, OptionalDouble.empty()));

            assertThat(TestRedis.commands().keys(key("ada", "*"))).containsExactly(key("ada", "erased"));
        }
    }

    @Test
    void norIsWhoIsErasedJustBeforeItIsWritten() {
        for (Tenant each : List.of(tenant, sealed)) {
            stores.say(each, "ada", 0, 3);
            RedisLink link = TestRedis.interrupted(2, () -> block(stores.users.erase(each, "ada")));

            assertThat(block(new MarkStore(link, Memories.ACCESS, Schedulers.immediate())
                            .rate(each, "ada", interaction(1).id(), 1, "a canary")))
                    .isEqualTo(new Rating(Outcome.UNKNOWN, OptionalDouble.empty()));

            assertThat(TestRedis.commands().keys(key("ada", "*"))).containsExactly(key("ada", "erased"));
        }
    }

    @Test
    void ofWhomNothingIsKnownForgettingAllWritesNothing() {
        block(stores.interactions.forgetAll(tenant, "ada"));

        assertThat(TestRedis.commands().keys(key("ada", "*"))).isEmpty();
    }

    @Test
    void aCommentToACallThatIsNotTheUsersWritesNothing() {
        String call = "0".repeat(32);
        for (Tenant each : List.of(tenant, sealed)) {
            String user = each == sealed ? "bob" : "ada";
            assertThat(block(stores.marks.comment(each, user, call, "a canary")))
                    .isEqualTo(Outcome.UNKNOWN);
            assertThat(TestRedis.commands().keys(key(user, "*"))).isEmpty();

            TestRedis.commands().lpush(key(user, "calls"), call);
            assertThat(block(stores.marks.comment(each, user, call, "good"))).isEqualTo(Outcome.DONE);
            assertThat(block(stores.marks.ofCalls(each, user, List.of(call)))).isEqualTo(Map.of(call, "good"));
        }
    }

    @Test
    void norDoesOneToACallWhoseUserIsErasedMeanwhile() {
        String call = "0".repeat(32);
        for (int step : new int[] {1, 2, 3}) {
            TestRedis.commands().lpush(key("bob", "calls"), call);
            RedisLink link = TestRedis.interrupted(step, () -> block(stores.users.erase(sealed, "bob")));

            assertThat(block(new MarkStore(link, Memories.ACCESS, Schedulers.immediate())
                            .comment(sealed, "bob", call, "a canary")))
                    .isEqualTo(Outcome.UNKNOWN);

            assertThat(TestRedis.commands().keys(key("bob", "*"))).containsExactly(key("bob", "erased"));
        }
    }

    @Test
    void onlyAMarkThatChangesMakesBlocksStale() {
        stores.say(tenant, "ada", 0, 2);
        long id = interaction(1).id();
        block(stores.marks.rate(tenant, "ada", id, 0.5, null));
        block(stores.marks.pin(tenant, "ada", id, true));
        assertThat(field("ada", "revision")).isEqualTo("2");

        block(stores.marks.rate(tenant, "ada", id, 0.5, "a word more"));
        block(stores.marks.pin(tenant, "ada", id, true));
        block(stores.marks.pin(tenant, "ada", interaction(0).id(), false));
        block(stores.marks.rate(tenant, "ada", interaction(0).id(), 0, "nothing but a word"));

        assertThat(field("ada", "revision")).isEqualTo("2");
        assertThat(block(stores.interactions.one(tenant, "ada", id)).comment()).isEqualTo("a word more");
        block(stores.marks.rate(tenant, "ada", id, 0, null));
        block(stores.marks.pin(tenant, "ada", id, false));
        assertThat(field("ada", "revision")).isEqualTo("4");
    }

    @Test
    void marksStandBesideTheInteraction() {
        for (Tenant each : List.of(tenant, sealed)) {
            String user = each == sealed ? "bob" : "ada";
            stores.say(each, user, 0, 60);
            long old = interaction(3).id();

            assertThat(block(stores.marks.rate(each, user, old, -0.5, "a canary")))
                    .isEqualTo(new Rating(Outcome.DONE, OptionalDouble.empty()));
            assertThat(block(stores.marks.pin(each, user, old, true))).isEqualTo(Outcome.DONE);

            Kept kept = block(stores.interactions.one(each, user, old));
            assertThat(kept.mark()).isEqualTo(new Mark(-0.5, true));
            assertThat(kept.comment()).isEqualTo("a canary");
            assertThat(String.valueOf(TestRedis.commands().hgetall(key(user, "comments")))
                            .contains("canary"))
                    .isEqualTo(each == tenant);
            assertThat(field(user, "revision")).isEqualTo("2");

            block(stores.marks.rate(each, user, old, 1, null));
            block(stores.marks.pin(each, user, old, false));
            assertThat(block(stores.interactions.one(each, user, old)).mark()).isEqualTo(new Mark(1, false));
            assertThat(block(stores.marks.rate(each, user, interaction(90).id(), 1, null))
                            .outcome())
                    .isEqualTo(Outcome.UNKNOWN);
            block(stores.marks.pin(each, user, interaction(50).id(), true));
            block(stores.marks.pin(each, user, interaction(50).id(), false));
            assertThat(TestRedis.commands().hlen(key(user, "marks"))).isOne();
        }
    }

    @Test
    void aRatingSaysWhichOneItTookThePlaceOf() {
        stores.say(tenant, "ada", 0, 2);

        assertThat(replaced(0, 0)).isEmpty();
        assertThat(replaced(0, 1)).as("a rating of 0 is one").hasValue(0);
        assertThat(replaced(0, 1)).hasValue(1);
        block(stores.marks.pin(tenant, "ada", interaction(1).id(), true));
        assertThat(replaced(1, 0)).as("a pin is none").isEmpty();
        assertThat(replaced(1, -1)).hasValue(0);
        assertThat(block(stores.interactions.one(tenant, "ada", interaction(1).id()))
                        .mark())
                .isEqualTo(new Mark(-1, true));
    }

    /** Between reading and writing somebody else gives the first rating. */
    @Test
    void ofTwoAtOnceOneTakesThePlaceOfTheOther() {
        stores.say(tenant, "ada", 0, 2);
        AtomicInteger steps = new AtomicInteger();
        Scheduler between = Schedulers.fromExecutor(task -> Thread.startVirtualThread(() -> {
            if (steps.getAndIncrement() == 0) {
                assertThat(replaced(1, 0.5)).isEmpty();
            }
            task.run();
        }));

        Rating second = block(new MarkStore(LINKS.record(), Memories.ACCESS, between)
                .rate(tenant, "ada", interaction(1).id(), 0.5, null));

        assertThat(second.replaced()).hasValue(0.5);
    }

    @Test
    void ofManyEqualOnesAtOnceOneIsTheFirst() {
        stores.say(tenant, "ada", 0, 2);

        List<OptionalDouble> replaced = Flux.range(0, 20)
                .flatMap(i -> stores.marks.rate(tenant, "ada", interaction(1).id(), 0, null), 20)
                .map(Rating::replaced)
                .collectList()
                .block(Stores.PATIENCE);

        assertThat(replaced).hasSize(20).filteredOn(OptionalDouble::isEmpty).hasSize(1);
    }

    @Test
    void whatWasOnlyPinnedOrCommentedWasNotRated() {
        stores.say(tenant, "ada", 0, 2);
        long id = interaction(1).id();
        block(stores.marks.rate(tenant, "ada", id, 0.05, "good"));
        assertThat(replaced(1, 0.05)).hasValue(0.05);

        TestRedis.commands().hset(key("ada", "marks"), Interaction.toHex(id), "0.0");
        assertThat(replaced(1, 1)).as("as an import writes a comment alone").isEmpty();
    }

    private OptionalDouble replaced(int i, double rating) {
        return block(stores.marks.rate(tenant, "ada", interaction(i).id(), rating, null))
                .replaced();
    }

    @Test
    void marksAreBounded() {
        stores.say(tenant, "ada", 0, 2);
        for (int i = 0; i < MarkStore.MOST - 1; i++) {
            TestRedis.commands()
                    .hset(
                            key("ada", "marks"),
                            Interaction.toHex(interaction(i + 2).id()),
                            "1.0");
        }

        assertThat(block(stores.marks.pin(tenant, "ada", interaction(0).id(), true)))
                .isEqualTo(Outcome.DONE);
        assertThat(block(stores.marks.pin(tenant, "ada", interaction(1).id(), true)))
                .isEqualTo(Outcome.FULL);
        assertThat(block(stores.marks.rate(tenant, "ada", interaction(0).id(), 1, null))
                        .outcome())
                .as("which is marked already")
                .isEqualTo(Outcome.DONE);
        block(stores.interactions.forget(tenant, "ada", interaction(0).id()));
        assertThat(block(stores.marks.pin(tenant, "ada", interaction(1).id(), true)))
                .isEqualTo(Outcome.DONE);
    }

    @Test
    void aRecordThatDoesNotOpenCanBeForgottenWhileItIsRecent() {
        byte[] foreign = InteractionCodec.encode(
                interaction(7), new Fingerprint(1), Seal.of(Stores.KEYS, "other", "user", Seal.newSalt(), why -> {}));
        block(LINKS.record()
                .send(redis -> redis.rpush(key("ada", "interactions").getBytes(), foreign)));

        assertThat(block(stores.interactions.one(tenant, "ada", interaction(7).id())))
                .isNull();
        assertThat(block(
                        stores.interactions.forget(tenant, "ada", interaction(7).id())))
                .isTrue();
        assertThat(TestRedis.commands().exists(key("ada", "interactions"))).isZero();
    }

    private Page page(Long before, int limit) {
        return block(stores.interactions.page(tenant, "ada", before, limit));
    }

    private void freeze(String conversation, long revision) {
        Snapshot block = Memories.snapshot(revision, new byte[] {'b'});
        block(stores.memory.freeze(tenant, "ada", Memories.OWN, conversation, block, true));
    }

    private static List<String> questions(int from, int to) {
        return IntStream.iterate(from, i -> i > to, i -> i - 1)
                .mapToObj(i -> "question " + i)
                .toList();
    }

    private String field(String user, String name) {
        return TestRedis.commands().hget(key(user, "profile"), name);
    }

    private long size(String user, String name) {
        List<byte[]> all = block(LINKS.record()
                .<List<byte[]>>send(redis -> redis.lrange(key(user, name).getBytes(), 0, -1)));
        return all.stream().mapToLong(each -> each.length).sum();
    }

    private String key(String user, String name) {
        return "mnemo:v1:{" + id + ":" + user + "}:" + name;
    }
}
