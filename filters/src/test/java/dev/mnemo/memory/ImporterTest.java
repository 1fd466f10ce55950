package dev.mnemo.memory;

import static dev.mnemo.memory.Stores.AT;
import static dev.mnemo.memory.Stores.block;
import static dev.mnemo.memory.Stores.line;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.call.Conversation;
import dev.mnemo.call.Refusal;
import dev.mnemo.memory.Imported.LineError;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A history that is brought is as if it had been recorded then, in a real Redis. */
class ImporterTest {

    private static final RedisLinks LINKS = TestRedis.links();

    private final Stores stores = new Stores(LINKS, Memories.ACCESS);
    private final String id = TestRedis.fresh("brought");
    private final Tenant tenant = Stores.tenant(id, 20, 1_000, null);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void whatComesInAnyOrderStandsInTheOrderOfItsTime() {
        Tenant sealed = Stores.tenant(id, 20, 1_000, Stores.KEYS);
        for (Tenant each : List.of(tenant, sealed)) {
            String user = each == sealed ? "bob" : "ada";
            stores.say(each, user, 300, 400);
            List<Integer> before = numbers(0, 300);
            before.addAll(numbers(390, 410));
            Collections.shuffle(before, new Random(5));

            Imported first = bring(each, user, before.subList(0, 150));
            Imported second = bring(each, user, before.subList(150, 320));

            assertThat(first.imported() + second.imported()).isEqualTo(310);
            assertThat(first.known() + second.known()).isEqualTo(10);
            assertThat(stores.asked(each, user)).containsExactlyElementsOf(questions(409, 0));
            whole(user);
            assertThat(TestRedis.commands().llen(key(user, "interactions"))).isEqualTo(20);
            assertThat(TestRedis.commands().llen(key(user, "archive"))).isLessThan(30);
            stores.say(each, user, 410, 500);
            assertThat(stores.asked(each, user)).containsExactlyElementsOf(questions(499, 0));
        }
    }

    /** Few at a time: they go before, between and behind the segments, into them, and push the oldest out. */
    @Test
    void whatComesLittleByLittleStandsInTheOrderOfItsTime() {
        Tenant small = Stores.tenant(id, 20, 200, null);
        Random random = new Random(11);
        List<Integer> all = numbers(0, 600);
        Collections.shuffle(all, random);
        TreeSet<Integer> there = new TreeSet<>(Comparator.reverseOrder());
        for (int from = 0, to; from < all.size(); from = to) {
            to = Math.min(all.size(), from + 1 + random.nextInt(random.nextInt(10) == 0 ? 90 : 9));
            there.addAll(all.subList(from, to));

            bring(tenant, "ada", all.subList(from, to));
            bring(small, "bob", all.subList(from, to));

            assertThat(stores.asked(tenant, "ada"))
                    .containsExactlyElementsOf(
                            there.stream().map(i -> "question " + i).toList());
            List<String> kept = stores.asked(small, "bob");
            assertThat(kept).hasSizeBetween(Math.min(there.size(), 20 + 200 - 2 * Segment.SIZE), 20 + 200);
            assertThat(kept.subList(0, Math.min(20, there.size())))
                    .containsExactlyElementsOf(
                            there.stream().limit(20).map(i -> "question " + i).toList());
            assertThat(kept)
                    .isSortedAccordingTo(Comparator.comparing(
                            (String question) -> -Integer.parseInt(question.substring("question ".length()))))
                    .doesNotHaveDuplicates();
            whole("ada");
            whole("bob");
        }
    }

    /** What one line costs all others who wait for Redis: with the whole archive written anew it was 25 ms for 9,000. */
    @Test
    void aLineWritesNoMoreOfTheArchiveThanWhereItGoes() {
        TestRedis.Own own = new TestRedis.Own();
        RedisLinks links = TestRedis.connected(new RedisLinks(
                RedisAddress.of(own.url()),
                Duration.ofSeconds(10),
                HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));
        try (RedisClient admin = RedisClient.create(own.url())) {
            RedisCommands<String, String> redis = admin.connect().sync();
            Stores there = new Stores(links, Memories.ACCESS);
            there.bring(
                    tenant,
                    "ada",
                    numbers(0, 900).stream().map(i -> line(2 * i)).toArray(String[]::new));
            for (int between : List.of(-1, 301, 901, 1_301)) {
                redis.configResetstat();

                assertThat(there.bring(tenant, "ada", line(between)).imported()).isOne();

                assertThat(redis.info("commandstats")
                                .lines()
                                .filter(each -> each.matches("cmdstat_(lpush|rpush|linsert|lset|lindex).*"))
                                .mapToInt(each -> Integer.parseInt(each.replaceAll(".*:calls=(\\d+).*", "$1")))
                                .sum())
                        .isBetween(1, 8);
            }
        } finally {
            links.closed().block();
            own.stop();
        }
    }

    @Test
    void theSameTwiceIsKnown() {
        List<Integer> all = numbers(0, 100);
        assertThat(bring(tenant, "ada", all)).isEqualTo(new Imported(100, 0, 0, 0, List.of()));
        List<byte[]> before = stored("ada");

        assertThat(bring(tenant, "ada", all)).isEqualTo(new Imported(0, 100, 0, 0, List.of()));

        assertThat(stored("ada")).usingRecursiveComparison().isEqualTo(before);
        assertThat(stores.bring(tenant, "ada", line(100), line(100), line(3)))
                .isEqualTo(new Imported(1, 2, 0, 0, List.of()));
    }

    /** As many as may send at once, and one more: each leaves its place. */
    @Test
    void whoseLinesDoNotComeWithinAMinuteIsRefused() {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        VirtualTimeScheduler.set(time);
        try {
            for (int i = 0; i < 7; i++) {
                CompletableFuture<Imported> brought =
                        stores.importer.bring(tenant, "ada", Mono.never()).toFuture();
                for (long end = System.nanoTime() + Stores.PATIENCE.toNanos(); time.getScheduledTaskCount() <= i; ) {
                    assertThat(System.nanoTime()).as("it waits for lines").isLessThan(end);
                    LockSupport.parkNanos(1_000_000);
                }

                time.advanceTimeBy(Duration.ofSeconds(59));
                assertThat(brought).isNotDone();
                time.advanceTimeBy(Duration.ofSeconds(1));

                assertThat(brought)
                        .failsWithin(Stores.PATIENCE)
                        .withThrowableThat()
                        .havingCause()
                        .satisfies(why -> assertThat(((Refusal) why).status()).isEqualTo(408));
            }
        } finally {
            VirtualTimeScheduler.reset();
        }
        assertThat(stores.bring(tenant, "ada", line(1)).imported()).isEqualTo(1);
    }

    @Test
    void whoSendsSlowlyKeepsNobodyFromImportingButOnlySoManySend() {
        List<Disposable> slow = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            CountDownLatch asked = new CountDownLatch(1);
            slow.add(stores.importer
                    .bring(tenant, "ada", Mono.<byte[]>never().doOnSubscribe(sends -> asked.countDown()))
                    .subscribe());
            assertThat(awaited(asked)).isTrue();
        }
        assertThat(stores.bring(tenant, "bob", line(1)).imported()).isOne();

        slow.add(stores.importer.bring(tenant, "ada", Mono.never()).subscribe());
        assertThatThrownBy(() -> stores.bring(tenant, "bob", line(2)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(503));

        slow.forEach(Disposable::dispose);
        assertThat(stores.bring(tenant, "bob", line(2)).imported()).isOne();
    }

    @Test
    void thePlaceIsFreeWhenTheAnswerComes() {
        assertThat(block(oneInTheAnswerOfTheOther(8)).any()).isFalse();
    }

    private Mono<Imported> oneInTheAnswerOfTheOther(int more) {
        Mono<byte[]> nothing = Mono.just(new byte[0]).publishOn(Schedulers.fromExecutor(Thread::startVirtualThread));
        return stores.importer.bring(tenant, "ada", nothing).doOnNext(answer -> {
            if (more > 0) {
                block(oneInTheAnswerOfTheOther(more - 1));
            }
        });
    }

    @Test
    void oneAtATimeFillsSegmentsAsWell() {
        numbers(0, 70).reversed().forEach(i -> stores.bring(tenant, "ada", line(i)));
        numbers(0, 70).forEach(i -> stores.bring(tenant, "bob", line(i)));

        assertThat(stores.asked(tenant, "ada")).containsExactlyElementsOf(questions(69, 0));
        assertThat(stores.asked(tenant, "bob")).containsExactlyElementsOf(questions(69, 0));
        assertThat(TestRedis.commands().llen(key("ada", "archive"))).isLessThanOrEqualTo(4);
        assertThat(TestRedis.commands().llen(key("bob", "archive"))).isLessThanOrEqualTo(4);
        whole("ada");
        whole("bob");
    }

    @Test
    void whatTheTenantDoesNotKeepIsToldAndNotKept() {
        Tenant recentOnly = Stores.tenant(id, 20, 0, null);
        stores.say(recentOnly, "ada", 100, 115);

        assertThat(bring(recentOnly, "ada", numbers(0, 50))).isEqualTo(new Imported(5, 0, 45, 0, List.of()));
        assertThat(stores.asked(recentOnly, "ada")).hasSize(20).endsWith("question 45");

        Tenant small = Stores.tenant(id, 20, 64, null);
        stores.say(small, "bob", 200, 300);
        assertThat(stores.asked(small, "bob")).hasSize(100);
        assertThat(bring(small, "bob", numbers(0, 150)).beyond()).isEqualTo(150);
        assertThat(bring(small, "carl", numbers(0, 200))).isEqualTo(new Imported(84, 0, 116, 0, List.of()));
        assertThat(stores.asked(small, "carl")).containsExactlyElementsOf(questions(199, 116));
        whole("bob");
        whole("carl");
    }

    /** As where a tenant's file lists the wrong key for an hour. */
    @Test
    void whatDoesNotOpenJustNowIsNotLost() {
        Tenant sealed = Stores.tenant(id, 20, 1_000, Stores.KEYS);
        SealKeys others = new SealKeys(List.of("s".repeat(32).getBytes(UTF_8)), true);
        Tenant without = Stores.tenant(id, 20, 1_000, others);
        stores.say(sealed, "ada", 10, 30);

        assertThat(stores.bring(without, "ada", line(1)).imported())
                .as("nothing moves for it")
                .isOne();
        List<byte[]> before = stored("ada");
        assertThatThrownBy(() -> stores.bring(without, "ada", line(40)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.status()).isEqualTo(409);
                    assertThat(refusal)
                            .hasMessageContaining(
                                    Interaction.toHex(Stores.interaction(10).id()))
                            .hasMessageContaining(HexFormat.of()
                                    .toHexDigits(Stores.KEYS.keys().getFirst().id()));
                });

        assertThat(stored("ada")).usingRecursiveComparison().isEqualTo(before);
        SealKeys both = new SealKeys(
                List.of("s".repeat(32).getBytes(UTF_8), "k".repeat(32).getBytes(UTF_8)), true);
        assertThat(stores.bring(Stores.tenant(id, 20, 1_000, both), "ada", line(40))
                        .imported())
                .isOne();
        assertThat(stores.asked(Stores.tenant(id, 20, 1_000, both), "ada"))
                .startsWith("question 40")
                .containsAll(questions(29, 10))
                .hasSize(22);
    }

    @Test
    void turnsThatEndMeanwhileAreKept() {
        for (Tenant each : List.of(tenant, Stores.tenant(id, 20, 0, null))) {
            String user = each == tenant ? "ada" : "bob";
            // With an archive they stand in nobody's way until some of them move; without one each pushes another out.
            int turns = each == tenant ? 60 : 12;
            AtomicInteger steps = new AtomicInteger();
            Scheduler between = Schedulers.fromExecutor(task -> Thread.startVirtualThread(() -> {
                int step = steps.getAndIncrement();
                if (step < turns) {
                    stores.say(each, user, 1_000 + step, 1_001 + step);
                }
                task.run();
            }));
            Importer disturbed = new Importer(
                    LINKS.record(),
                    Memories.ACCESS,
                    new Indexer(null),
                    Stores.TOKENS,
                    between,
                    () -> AT.plus(Duration.ofDays(1)));
            stores.say(each, user, 900, 940);

            Imported imported = IntStream.iterate(0, i -> i < 1_000 && steps.get() < turns + 1, i -> i + 100)
                    .mapToObj(i -> block(disturbed.bring(each, user, lines(numbers(0, i + 100)))))
                    .reduce((first, last) -> last)
                    .orElseThrow();

            assertThat(steps).hasValueGreaterThan(turns);
            List<String> expected = new ArrayList<>(questions(999 + turns, 1_000));
            expected.addAll(questions(939, 900));
            expected.addAll(questions(imported.imported() + imported.known() + imported.beyond() - 1, 0));
            assertThat(stores.asked(each, user))
                    .containsExactlyElementsOf(each == tenant ? expected : expected.subList(0, 20));
            whole(user);
        }
    }

    /** New interactions are for the next conversation: an import in the midst of many must not make all providers' caches cold. */
    @Test
    void conversationsThatGoOnKeepTheirBlocks() {
        for (Tenant each : List.of(tenant, Stores.tenant(id, 20, 0, null))) {
            String user = each == tenant ? "ada" : "bob";
            stores.say(each, user, 10, 40);
            Conversation conversation = new Conversation("c", null, false, false, false);
            Parts parts = (Parts) block(stores.memory.recall(each, user, conversation, false));
            block(stores.memory.freeze(
                    each, user, parts.own(), "c", Memories.snapshot(parts.revision(), new byte[] {'b'}), true));

            bring(each, user, numbers(0, 60));

            assertThat(block(stores.memory.recall(each, user, conversation, false)))
                    .isInstanceOf(Recalled.Frozen.class);
            block(stores.interactions.forget(each, user, Stores.interaction(50).id()));
            assertThat(block(stores.memory.recall(each, user, conversation, false)))
                    .isInstanceOf(Parts.class);
        }
    }

    @Test
    void whatIsForgottenMeanwhileStaysForgotten() {
        stores.say(tenant, "ada", 0, 10);
        // Between reading and writing one goes and another comes: the first, the last and the counts are as they were.
        RedisLink link = TestRedis.interrupted(2, () -> {
            block(stores.interactions.forget(
                    tenant, "ada", Stores.interaction(5).id()));
            stores.bring(tenant, "ada", line(7).replace("question 7", "another"));
        });
        Importer slow = importer(link);

        Imported imported = block(slow.bring(
                tenant,
                "ada",
                Mono.just(line(3).replace("question 3", "one more").getBytes(UTF_8))));

        assertThat(imported.imported()).isOne();
        assertThat(stores.asked(tenant, "ada"))
                .hasSize(11)
                .contains("another", "one more")
                .doesNotContain("question 5");
    }

    /** Each stays 12,000 bytes, however it is packed. */
    private static String large(int i) {
        byte[] bytes = new byte[12_000];
        new Random(i).nextBytes(bytes);
        String text = Base64.getEncoder().encodeToString(bytes);
        return line(i).replace("question", text.substring(8_000)).replace("answer", text.substring(0, 8_000));
    }

    @Test
    void ofLargeOnesAsManyStayRecentAsHaveRoom() {
        String[] lines = IntStream.range(0, 20).mapToObj(ImporterTest::large).toArray(String[]::new);

        assertThat(stores.bring(tenant, "ada", lines).imported()).isEqualTo(20);
        assertThat(size(list("ada", "interactions"))).isBetween(100_000L, ArchiveStore.CROWDED / 2);
        assertThat(stores.asked(tenant, "ada")).hasSize(20);

        Tenant recentOnly = Stores.tenant(id, 20, 0, null);
        Imported imported = stores.bring(recentOnly, "bob", lines);
        assertThat(size(list("bob", "interactions"))).isBetween(40_000L, (long) MemoryStore.MOST);
        assertThat(stores.asked(recentOnly, "bob")).hasSize(imported.imported());
        assertThat(imported.beyond()).isEqualTo(20 - imported.imported());
    }

    @Test
    void theArchiveTakesNoMoreBytesThanItMay() {
        Tenant small = Stores.tenant(id, 1, 64, null);
        long most = ArchiveStore.mostBytes(small.memory());
        String[] lines = IntStream.range(0, 65).mapToObj(ImporterTest::large).toArray(String[]::new);

        Imported imported = stores.bring(small, "ada", lines);

        assertThat(size(list("ada", "archive"))).isBetween(most / 4, most);
        assertThat(imported.beyond()).isPositive().isEqualTo(65 - imported.imported());
        assertThat(stores.asked(small, "ada")).hasSize(imported.imported());
        whole("ada");
    }

    @Test
    void aMarkThatIsThereIsNotReplaced() {
        long first = Stores.interaction(0).id();
        TestRedis.commands().hset(key("ada", "marks"), Interaction.toHex(first), "1.0");
        TestRedis.commands().hset(key("ada", "comments"), Interaction.toHex(first), "good");

        String again = line(0).replace("}", ",\"rating\":-1,\"pinned\":true,\"comment\":\"bad\"}");
        assertThat(stores.bring(tenant, "ada", again).imported()).isOne();

        Kept kept = block(stores.interactions.one(tenant, "ada", first));
        assertThat(kept.mark()).isEqualTo(new Marks.Mark(1, false));
        assertThat(kept.comment()).isEqualTo("good");
    }

    /** As where Redis is full and may evict. */
    @Test
    void anArchiveThatGoesMeanwhileIsNotWrittenInto() {
        bring(tenant, "ada", numbers(0, 60));
        RedisLink link = TestRedis.interrupted(3, () -> TestRedis.commands().del(key("ada", "archive")));

        assertThat(block(importer(link)
                                .bring(
                                        tenant,
                                        "ada",
                                        Mono.just(line(5).replace("question 5", "another")
                                                .getBytes(UTF_8))))
                        .imported())
                .isOne();

        assertThat(stores.asked(tenant, "ada"))
                .hasSize(21)
                .startsWith("question 59")
                .endsWith("another");
        whole("ada");
    }

    /** It moves a segment in and pushes one out: with no recent ones at first, nothing else tells. */
    @Test
    void aFoldMeanwhileIsNotOverwritten() {
        Tenant small = Stores.tenant(id, 20, 64, null);
        bring(small, "ada", numbers(0, 84));
        TestRedis.commands().del(key("ada", "interactions"));
        RedisLink link = TestRedis.interrupted(3, () -> stores.say(small, "ada", 100, 152));

        Mono<byte[]> another =
                Mono.just(line(60).replace("question 60", "another").getBytes(UTF_8));
        assertThat(block(importer(link).bring(small, "ada", another)).imported())
                .isOne();

        assertThat(stores.asked(small, "ada"))
                .startsWith(questions(151, 100).toArray(String[]::new))
                .contains("another")
                .doesNotHaveDuplicates();
    }

    /** An SDK's retry takes one away, and an import brings one: the first, the last and the count are as they were. */
    @Test
    void whatOthersBringMeanwhileIsNotPutBack() {
        stores.say(tenant, "ada", 0, 10);
        Importer slow = interrupted(() -> {
            again("ada", 5, 20);
            stores.bring(tenant, "ada", line(7).replace("question 7", "another"));
        });

        assertThat(block(slow.bring(tenant, "ada", lines(List.of(30)))).imported())
                .isOne();

        assertThat(stores.asked(tenant, "ada"))
                .hasSize(12)
                .contains("another", "question 20", "question 30")
                .doesNotContain("question 5");
        whole("ada");
    }

    @Test
    void norDoesAFoldPutItBack() {
        stores.say(tenant, "ada", 0, 8);
        UserAccess own = stores.open(tenant, "ada");

        block(foldInterrupted(() -> {
                    again("ada", 2, 20);
                    stores.bring(tenant, "ada", line(1).replace("question 1", "another"));
                })
                .fold(tenant, "ada", own, 8));

        assertThat(stores.asked(tenant, "ada"))
                .hasSize(9)
                .contains("another", "question 20")
                .doesNotContain("question 2");
        whole("ada");
    }

    /** Its list is shorter by one, in the midst of what was read. */
    @Test
    void aRetryMeanwhileLosesNothing() {
        List<String> expected = new ArrayList<>(questions(9, 0));
        expected.remove("question 2");
        expected.addFirst("question 20");
        stores.say(tenant, "ada", 0, 10);
        Importer slow = interrupted(() -> again("ada", 2, 20));

        assertThat(block(slow.bring(tenant, "ada", lines(List.of(30)))).imported())
                .isOne();

        assertThat(stores.asked(tenant, "ada"))
                .startsWith("question 30")
                .endsWith(expected.toArray(String[]::new))
                .hasSize(11);
        whole("ada");

        stores.say(tenant, "bob", 0, 10);
        UserAccess own = stores.open(tenant, "bob");
        block(foldInterrupted(() -> again("bob", 2, 20)).fold(tenant, "bob", own, 10));
        assertThat(stores.asked(tenant, "bob")).containsExactlyElementsOf(expected);
        whole("bob");
    }

    private static Importer interrupted(Runnable meanwhile) {
        return importer(TestRedis.interrupted(2, meanwhile));
    }

    private static Importer importer(RedisLink link) {
        return new Importer(
                link,
                Memories.ACCESS,
                new Indexer(null),
                Stores.TOKENS,
                Schedulers.immediate(),
                () -> AT.plus(Duration.ofDays(1)));
    }

    private static ArchiveStore foldInterrupted(Runnable meanwhile) {
        RedisLink link = TestRedis.interrupted(2, meanwhile);
        return new ArchiveStore(link, link, Schedulers.immediate(), Schedulers.immediate());
    }

    /** The request of one is sent once more, and answered otherwise. */
    private void again(String user, int number, int other) {
        block(Memories.append(
                stores.memory,
                tenant,
                user,
                Stores.interaction(other),
                new Interaction.Fingerprint(Stores.interaction(number).id())));
    }

    @Test
    void anImportOfAUserWhoIsErasedMeanwhileBringsNobodyBack() {
        stores.say(tenant, "ada", 0, 10);
        Mono<byte[]> slow = stores.users.erase(tenant, "ada").thenReturn((line(20) + "\n" + line(21)).getBytes(UTF_8));

        assertThatThrownBy(() -> block(stores.importer.bring(tenant, "ada", slow)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(409));
        assertThat(TestRedis.commands().keys(key("ada", "*"))).containsExactly(key("ada", "erased"));
        assertThat(stores.bring(tenant, "ada", line(20)).imported()).isOne();
    }

    @Test
    void aRecordedTurnAndItsLineAreOne() {
        stores.say(tenant, "ada", 0, 40);

        assertThat(bring(tenant, "ada", numbers(0, 40)).known()).isEqualTo(40);
    }

    @Test
    void whatWasExportedComesBackWithItsMarks() {
        String long_ = "x".repeat(10_000);
        Interaction cut = Interaction.of(AT, "c", true, long_, "answer", Stores.TOKENS);
        String exported = "{\"id\":\"" + Interaction.toHex(cut.id()) + "\",\"at\":\"" + AT + "\",\"conversation\":\""
                + Interaction.toHex(cut.conversation()) + "\",\"user\":\"" + cut.userText()
                + "\",\"assistant\":\"answer\",\"partial\":true,\"rating\":-1.0,\"pinned\":true,\"comment\":\"no\"}";

        assertThat(stores.bring(tenant, "ada", exported).imported()).isOne();
        assertThat(stores.bring(tenant, "ada", exported).known()).isOne();

        Kept kept = block(stores.interactions.one(tenant, "ada", cut.id()));
        assertThat(kept.interaction().userText()).isEqualTo(cut.userText());
        assertThat(kept.interaction().partial()).isTrue();
        assertThat(kept.conversation()).isEqualTo(Interaction.toHex(cut.conversation()));
        assertThat(kept.mark()).isEqualTo(new Marks.Mark(-1, true));
        assertThat(kept.comment()).isEqualTo("no");
        stores.say(tenant, "bob", cut);
        assertThat(stores.bring(tenant, "bob", exported).known())
                .as("its fingerprint is that of the whole text")
                .isOne();
    }

    /** An id is the millisecond and 21 bits more, and some of so many are the same. */
    @Test
    void ofLinesOfOneMomentNoneIsLostSilently() {
        Tenant large = Stores.tenant(id, 20, 10_000, null);
        String[] lines = IntStream.range(0, 6_000)
                .mapToObj(i -> line(0).replace("question 0", "question " + i))
                .toArray(String[]::new);

        Imported first = stores.bring(large, "ada", lines);

        List<String> asked = stores.asked(large, "ada");
        assertThat(asked).hasSize(first.imported()).doesNotHaveDuplicates();
        assertThat(first.failed()).isBetween(1, 50).isEqualTo(6_000 - first.imported());
        assertThat(first.errors()).hasSize(first.failed()).allSatisfy(each -> {
            assertThat(each.error()).startsWith("at: another interaction of this moment has its place");
            assertThat(asked).doesNotContain("question " + (each.line() - 1));
        });
        assertThat(stores.bring(large, "ada", lines))
                .isEqualTo(new Imported(0, first.imported(), 0, first.failed(), first.errors()));
        String lost = lines[first.errors().getFirst().line() - 1];
        assertThat(stores.bring(large, "ada", "no", lost, line(7)))
                .as("what is there already has it")
                .isEqualTo(new Imported(
                        1,
                        0,
                        0,
                        2,
                        List.of(
                                stores.bring(large, "bob", "no").errors().getFirst(),
                                new LineError(2, first.errors().getFirst().error()))));
        assertThat(stores.bring(large, "ada", lost.replace("10:00:00Z", "10:00:00.001Z"))
                        .imported())
                .isOne();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "nonsense | not JSON",
                "[] | not an object",
                "{\"at\":\"2026-11-24T10:00:00Z\",\"at\":\"2026-11-24T10:00:00Z\"} | a member twice, at byte",
                "{\"canary is what somebody said, and said at some length\":1} | a member: not known",
                "{\"canary\\u202e\":1} | a member: not known",
                "{\"stars\":1} | stars: not known (expected: some of id, at, conversation, user, assistant, partial, rating,",
                "{} | at: missing",
                "{\"at\":1764500000} | at: not a string (expected: RFC 3339, such as \"2026-11-24T10:00:00Z\")",
                "{\"at\":\"2026-11-24\"} | at: not a time",
                "{\"at\":\"2026-02-30T10:00:00Z\"} | at: not a time",
                "{\"at\":\"1999-12-31T23:59:59Z\"} | at: before the year 2000",
                "{\"at\":\"2027-11-24T10:00:00Z\"} | at: in the future",
                "OK,\"conversation\":7} | conversation: not a string (expected: a string)",
                "OK,\"conversation\":\"c\"} | user: missing",
                "OK,\"conversation\":\"c\",\"user\":\" \"} | user: blank",
                "OK,\"conversation\":\"c\",\"user\":\"u\"} | assistant: missing",
                "OK,\"conversation\":\"c\",\"user\":\"u\",\"assistant\":\"\\ud800\"} | assistant: half of a character",
                "OK,\"conversation\":\"c\",\"user\":\"u\",\"assistant\":\"a\",\"id\":\"0000000000000001\"} | id: not one of that time",
                "OK,\"conversation\":\"c\",\"user\":\"u\",\"assistant\":\"a\",\"rating\":2} | rating: out of range",
                "OK,\"conversation\":\"c\",\"user\":\"u\",\"assistant\":\"a\",\"rating\":\"2\"} | rating: not a number",
                "OK,\"conversation\":\"c\",\"user\":\"u\",\"assistant\":\"a\",\"partial\":1} | partial: neither",
            })
    void aWrongLineIsToldAndHindersNoOther(String wrong, String error) {
        String text = wrong.replace("OK", "{\"at\":\"2026-11-24T10:00:00Z\"");

        Imported imported = stores.bring(tenant, "ada", line(1), "", text, line(2));

        assertThat(imported.imported()).isEqualTo(2);
        assertThat(imported.failed()).isOne();
        assertThat(imported.errors()).singleElement().satisfies(told -> {
            assertThat(told.line()).isEqualTo(3);
            assertThat(told.error()).contains(error).doesNotContain("canary");
        });
    }

    @Test
    void ofManyWrongLinesAHundredAreNamed() {
        String[] lines = new String[150];
        Arrays.fill(lines, "no");

        Imported imported = stores.bring(tenant, "ada", lines);

        assertThat(imported.failed()).isEqualTo(150);
        assertThat(imported.errors())
                .hasSize(100)
                .last()
                .extracting(LineError::line)
                .isEqualTo(100);
        assertThat(imported.any()).isFalse();
        assertThat(stores.bring(tenant, "ada", "").any()).isFalse();
    }

    @Test
    void ofTooManyLinesOneMoreIsFoundAndNotAll() {
        assertThat(ImportLines.split("a\n\nb".getBytes(UTF_8), 3)).hasSize(3);
        assertThat(ImportLines.split("\n".repeat(1_000).getBytes(UTF_8), 3)).hasSize(4);
        assertThat(ImportLines.split("a\nb\nc\nd".getBytes(UTF_8), 3)).hasSize(4);
    }

    @Test
    void tooManyLinesAreRefused() {
        assertThatThrownBy(() -> stores.bring(tenant, "ada", "\n".repeat(Importer.LINES + 1)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(413));
    }

    /** Some tenths of a second on an idle machine; the bound is for a busy one. */
    @Test
    void thousandsOfLinesAreBroughtWithinSeconds() {
        Tenant large = Stores.tenant(id, 20, 10_000, null);
        String words = "Long answers about many things. ".repeat(12);
        String[] lines = IntStream.range(0, 2_000)
                .mapToObj(i -> line(i).replace("answer", words + i))
                .toArray(String[]::new);

        long began = System.nanoTime();
        Imported imported = stores.bring(large, "ada", lines);
        Duration took = Duration.ofNanos(System.nanoTime() - began);

        assertThat(imported.imported()).isEqualTo(2_000);
        assertThat(took).isLessThan(Duration.ofSeconds(15));
        assertThat(stores.interactions.all(large, "ada").count().block(Stores.PATIENCE))
                .isEqualTo(2_000);
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(Stores.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Imported bring(Tenant of, String user, List<Integer> numbers) {
        return block(stores.importer.bring(of, user, lines(numbers)));
    }

    private static Mono<byte[]> lines(List<Integer> numbers) {
        return Mono.just(
                String.join("\n", numbers.stream().map(Stores::line).toList()).getBytes(UTF_8));
    }

    /** Whether the counts in the profile are those of what is there, and no segment is larger than it may be. */
    private void whole(String user) {
        List<byte[]> archive = list(user, "archive");
        assertThat(archive).allSatisfy(each -> assertThat(Segment.count(each)).isBetween(1, Segment.SIZE));
        if (!archive.isEmpty()) {
            assertThat(field(user, "archived"))
                    .isEqualTo(String.valueOf(
                            archive.stream().mapToInt(Segment::count).sum()));
            assertThat(field(user, "archivedBytes")).isEqualTo(String.valueOf(size(archive)));
        }
        assertThat(field(user, "bytes")).isEqualTo(String.valueOf(size(list(user, "interactions"))));
        assertThat(TestRedis.commands().keys(key(user, "*")))
                .allSatisfy(key -> assertThat(TestRedis.commands().ttl(key)).isPositive());
    }

    private static long size(List<byte[]> all) {
        return all.stream().mapToLong(each -> each.length).sum();
    }

    private List<byte[]> stored(String user) {
        List<byte[]> all = new ArrayList<>(list(user, "archive"));
        all.addAll(list(user, "interactions"));
        return all;
    }

    private List<byte[]> list(String user, String name) {
        return block(LINKS.record()
                .<List<byte[]>>send(redis -> redis.lrange(key(user, name).getBytes(UTF_8), 0, -1)));
    }

    private static List<Integer> numbers(int from, int to) {
        return new ArrayList<>(IntStream.range(from, to).boxed().toList());
    }

    private static List<String> questions(int from, int to) {
        return IntStream.iterate(from, i -> i >= to, i -> i - 1)
                .mapToObj(i -> "question " + i)
                .toList();
    }

    private String field(String user, String name) {
        return TestRedis.commands().hget(key(user, "profile"), name);
    }

    private String key(String user, String name) {
        return "mnemo:v1:{" + id + ":" + user + "}:" + name;
    }
}
