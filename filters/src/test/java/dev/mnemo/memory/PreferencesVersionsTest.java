package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mnemo.Fixtures;
import dev.mnemo.memory.PreferencesStore.Change;
import dev.mnemo.memory.Version.Edit;
import dev.mnemo.memory.Version.Kind;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.node.ObjectNode;

/** What the preferences were, in a real Redis. */
class PreferencesVersionsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");
    private static final RedisLinks LINKS = TestRedis.links();
    private static final TokenCounter TOKENS = new TokenCounter();

    private final PreferencesStore store = new PreferencesStore(
            LINKS.record(), Memories.access(LINKS), TOKENS, Schedulers.parallel(), InstantSource.fixed(AT));
    private final Tenant tenant = Fixtures.tenant(TestRedis.fresh("versions"), Fixtures.memory(2_000, 20));

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void eachChangeIsAVersion() {
        assertThat(versions()).isEmpty();

        put("{\"a\":1}", "web");
        block(store.patch(tenant, "ada", json("{\"b\":2}"), null, "backend"));
        block(store.delete(tenant, "ada", null, "web"));
        block(store.restore(tenant, "ada", 2, null, "web"));

        assertThat(versions())
                .containsExactly(
                        new Version(4, new Edit(Kind.RESTORE, 2, "web", AT), List.of("\"a\":1", "\"b\":2")),
                        new Version(3, new Edit(Kind.DELETE, 0, "web", AT), null),
                        new Version(2, new Edit(Kind.PATCH, 0, "backend", AT), List.of("\"a\":1", "\"b\":2")),
                        new Version(1, new Edit(Kind.PUT, 0, "web", AT), List.of("\"a\":1")));
        assertThat(block(store.get(tenant, "ada")))
                .isEqualTo(
                        new Preferences(4, true, block(store.get(tenant, "ada")).members()))
                .satisfies(now -> assertThat(now.json()).isEqualTo("{\"a\":1,\"b\":2}"));
        assertThat(TestRedis.commands().ttl(key()))
                .isCloseTo(TestRedis.commands().ttl(profile()), within(1L));
    }

    @Test
    void whatIsRefusedIsNoVersion() {
        put("{\"a\":1}", "web");

        assertThat(block(store.put(tenant, "ada", json("{}"), 7L, "web"))).isEqualTo(new Change.Conflict(1));
        assertThat(block(store.restore(tenant, "ada", 1, 7L, "web"))).isEqualTo(new Change.Conflict(1));
        assertThatThrownBy(() -> block(store.restore(tenant, "ada", 9, null, "web")))
                .isInstanceOfSatisfying(
                        PreferencesProblem.class,
                        problem -> assertThat(problem.status()).isEqualTo(404))
                .hasMessage("version 9: not kept (expected: 1 to 1)");

        assertThat(versions()).hasSize(1);
    }

    @Test
    void whatChangesNothingIsNoVersion() {
        put("{\"a\":1}", "web");
        Preferences first = block(store.get(tenant, "ada"));

        assertThat(block(store.put(tenant, "ada", json("{ \"a\": 1 }"), null, "backend")))
                .isEqualTo(new Change.Done(first));
        assertThat(block(store.put(tenant, "ada", json("{\"a\":1}"), 1L, "web")))
                .isEqualTo(new Change.Done(first));
        assertThat(block(store.put(tenant, "ada", json("{\"a\":1}"), 2L, "web")))
                .isEqualTo(new Change.Conflict(1));
        assertThat(block(store.patch(tenant, "ada", json("{\"b\":null}"), null, "web")))
                .isEqualTo(new Change.Done(first));
        assertThat(versions()).hasSize(1);
        assertThat(TestRedis.commands().hget(profile(), "revision")).isEqualTo("1");

        block(store.delete(tenant, "ada", null, "web"));
        assertThat(block(store.delete(tenant, "ada", null, "web")))
                .isEqualTo(new Change.Done(new Preferences(2, false, List.of())));
        assertThat(block(store.delete(tenant, "ada", 1L, "web"))).isEqualTo(new Change.Conflict(2));
        assertThat(versions()).hasSize(2);

        block(store.delete(tenant, "nobody", null, "web"));
        assertThat(TestRedis.commands().keys("mnemo:v1:{" + tenant.id() + ":nobody}:*"))
                .isEmpty();
    }

    @Test
    void aRemovalCanBeRestoredToo() {
        put("{\"a\":1}", "web");
        block(store.delete(tenant, "ada", null, "web"));
        put("{\"a\":2}", "web");

        Change change = block(store.restore(tenant, "ada", 2, 3L, "web"));

        assertThat(change).isEqualTo(new Change.Done(new Preferences(4, false, List.of())));
        assertThat(block(store.get(tenant, "ada")).present()).isFalse();
        assertThat(versions().getFirst().members()).isNull();
    }

    @Test
    void fiftyMergesAtOnceAreFiftyVersionsEachAppliedToTheOneBefore() {
        Flux.range(0, 50)
                .flatMap(i -> store.patch(tenant, "ada", json("{\"k" + i % 7 + "\":" + i + "}"), null, "key-" + i), 50)
                .blockLast(PATIENCE);

        List<Version> versions = versions().reversed();
        assertThat(versions)
                .extracting(Version::number)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 50).boxed().toList());
        assertThat(versions).extracting(version -> version.edit().author()).doesNotHaveDuplicates();
        ObjectNode document = PreferencesDocument.parse(json("{}"));
        Version before = null;
        for (Version version : versions) {
            ObjectNode patch = (ObjectNode) version.since(before).patch();
            int i = Integer.parseInt(version.edit().author().substring("key-".length()));
            assertThat(patch).isEqualTo(PreferencesDocument.parse(json("{\"k" + i % 7 + "\":" + i + "}")));
            PreferencesDocument.merge(document, patch);
            assertThat(document).hasToString(version.json());
            before = version;
        }
        assertThat(block(store.get(tenant, "ada")).json()).isEqualTo(document.toString());
    }

    @Test
    void theNewestFiftyAreKept() {
        IntStream.rangeClosed(1, 53).forEach(i -> put("{\"a\":" + i + "}", "web"));

        assertThat(versions()).hasSize(50);
        assertThat(versions().getFirst().json()).isEqualTo("{\"a\":53}");
        assertThat(versions().getLast().number()).isEqualTo(4);
        assertThat(versions().getLast().since(null).whole()).isTrue();
    }

    @Test
    void bytesAreCappedToo() {
        Random random = new Random(5);
        byte[] noise = new byte[7_500];
        for (int i = 0; i < 36; i++) {
            random.nextBytes(noise);
            put("{\"a\":\"" + HexFormat.of().formatHex(noise) + "\"}", "web");
        }

        List<Version> versions = versions();
        assertThat(versions.getFirst().number()).isEqualTo(36);
        assertThat(versions).hasSizeBetween(30, 35);
        assertThat(TestRedis.commands().lrange(key(), 0, -1).size()).isEqualTo(versions.size());
        assertThat(TestRedis.commands().memoryUsage(key())).isLessThan(256 * 1024 * 5 / 4);
    }

    @Test
    void whatIsErasedInBetweenIsNotBroughtBack() {
        put("{\"a\":1}", "web");
        put("{\"a\":2}", "web");
        AtomicBoolean erased = new AtomicBoolean();
        PreferencesStore slow = new PreferencesStore(
                LINKS.record(),
                Memories.access(LINKS),
                TOKENS,
                Schedulers.fromExecutor(task -> {
                    if (erased.compareAndSet(false, true)) {
                        TestRedis.commands().del(key(), profile());
                    }
                    task.run();
                }),
                InstantSource.fixed(AT));

        assertThatThrownBy(() -> block(slow.restore(tenant, "ada", 1, null, "web")))
                .hasMessage("version 1: not kept (none is)");

        assertThat(erased).isTrue();
        assertThat(TestRedis.commands().exists(key(), profile())).isZero();
    }

    @Test
    void norIsItBroughtBackWhereSomethingElseWasSetSince() {
        PreferencesStore slow = new PreferencesStore(
                LINKS.record(),
                Memories.access(LINKS),
                TOKENS,
                Schedulers.fromExecutor(task -> Thread.startVirtualThread(() -> {
                    erase(tenant);
                    put("{\"other\":1}", "web");
                    task.run();
                })),
                InstantSource.fixed(AT));

        put("{\"canary\":1}", "web");
        assertThatThrownBy(() -> block(slow.patch(tenant, "ada", json("{\"b\":1}"), null, "web")))
                .hasMessageContaining("others changed them each time");
        assertThat(versions()).hasSize(1).noneMatch(version -> version.json().contains("canary"));

        TestRedis.commands().del(key(), profile());
        put("{\"canary\":1}", "web");
        long number = versions().getFirst().number();
        assertThatThrownBy(() -> block(slow.restore(tenant, "ada", number, null, "web")))
                .hasMessageStartingWith("version " + number + ": not kept");
        assertThat(versions())
                .noneMatch(version -> String.valueOf(version.json()).contains("canary"));
    }

    @Test
    void whatIsSetAfterAnErasureHasAVersionThatNoErasedDocumentHad() {
        put("{\"canary\":1}", "web");
        put("{\"canary\":2}", "web");
        erase(tenant);
        // Again, as whoever does not hear that it is done.
        erase(tenant);

        for (long old = 1; old <= 3; old++) {
            assertThat(block(store.put(tenant, "ada", json("{}"), old, "web"))).isEqualTo(new Change.Conflict(0));
        }
        block(store.patch(tenant, "ada", json("{\"other\":1}"), null, "web"));

        assertThat(versions()).extracting(Version::number).containsExactly(3L);
        assertThat(block(store.put(tenant, "ada", json("{}"), 2L, "web"))).isEqualTo(new Change.Conflict(3));
        assertThat(block(store.put(tenant, "ada", json("{}"), 3L, "web"))).isInstanceOf(Change.Done.class);
        erase(tenant);
        put("{}", "web");
        assertThat(versions()).extracting(Version::number).containsExactly(5L);
    }

    @Test
    void whoIsErasedAfterSettingSomethingIsRememberedAgain() {
        put("{\"a\":1}", "web");
        erase(tenant);
        Stores stores = new Stores(LINKS, Memories.ACCESS);

        stores.say(tenant, "ada", 0, 2);

        assertThat(stores.asked(tenant, "ada")).containsExactly("question 1", "question 0");
    }

    @Test
    void whatIsSealedForAUserWhoIsErasedMeanwhileIsSealedAnew() {
        Tenant sealed = Stores.tenant(tenant.id(), 20, 0, Stores.KEYS);
        for (boolean merged : List.of(false, true)) {
            block(store.delete(sealed, "ada", null, "web"));
            erase(sealed);
            // It has a salt, and no version to tell by.
            block(Memories.access(LINKS).open(sealed, "ada"));
            AtomicBoolean erased = new AtomicBoolean();
            RedisLink link = TestRedis.interrupted(merged ? 2 : 1, () -> {
                erase(sealed);
                erased.set(true);
            });
            PreferencesStore slow = new PreferencesStore(
                    link,
                    new AccessStore(link, Memories.ACCESS),
                    TOKENS,
                    Schedulers.immediate(),
                    InstantSource.fixed(AT));

            Change change = block(
                    merged
                            ? slow.patch(sealed, "ada", json("{\"a\":1}"), null, "web")
                            : slow.put(sealed, "ada", json("{\"a\":1}"), null, "web"));

            assertThat(erased).isTrue();
            assertThat(change).isInstanceOf(Change.Done.class);
            assertThat(block(store.get(sealed, "ada")).json()).isEqualTo("{\"a\":1}");
            assertThat(block(store.versions(sealed, "ada"))).hasSize(1);
        }
    }

    private static void erase(Tenant of) {
        new UserStore(LINKS.record(), new CallRecords(LINKS.record()))
                .erase(of, "ada")
                .block(PATIENCE);
    }

    private Change put(String json, String author) {
        return block(store.put(tenant, "ada", json(json), null, author));
    }

    private List<Version> versions() {
        return block(store.versions(tenant, "ada"));
    }

    private String key() {
        return "mnemo:v1:{" + tenant.id() + ":ada}:versions";
    }

    private String profile() {
        return "mnemo:v1:{" + tenant.id() + ":ada}:profile";
    }

    private static byte[] json(String json) {
        return json.getBytes(UTF_8);
    }

    private static <T> T block(Mono<T> mono) {
        return mono.blockOptional(PATIENCE).orElseThrow();
    }
}
