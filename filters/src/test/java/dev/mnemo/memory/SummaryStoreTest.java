package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Conversation;
import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.ProfileStore.Material;
import dev.mnemo.memory.ProfileStore.Said;
import dev.mnemo.memory.Recalled.Frozen;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.patterns.Patterns;
import dev.mnemo.patterns.Traits;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.SummaryPolicy;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Summaries in a real Redis. */
class SummaryStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");
    private static final RedisLinks LINKS = TestRedis.links();
    private static final TokenCounter TOKENS = new TokenCounter();
    private static final Attempt DONE = Attempt.done(6, AT);
    private static final Profile PROFILE = new Profile("The user likes Kafka.", 5, 1, AT, "m", List.of(1L, 2L));

    private final MemoryStore memory = new MemoryStore(LINKS.recall(), LINKS.record(), Memories.ACCESS);
    private final AccessStore access = new AccessStore(LINKS.record(), Memories.ACCESS);
    private final SummaryStore store = new SummaryStore(LINKS.record(), Memories.ACCESS);
    private final Tenant tenant = Fixtures.tenant(TestRedis.fresh("summary"), Fixtures.memory(2_000, 20));

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void nothingIsKnownOfAnybodyAtFirst() {
        Material material = material();

        assertThat(material.profile()).isNull();
        assertThat(material.last()).isEqualTo(Attempt.NONE);
        assertThat(material.interactions()).isZero();
        assertThat(material.said()).isEmpty();
        assertThat(block(store.get(tenant, "ada"))).isEqualTo(Summary.NONE);
    }

    @Test
    void aProfileIsMadeOfWhatTheUserSaid() {
        remember(6);
        TestRedis.commands().hset(key("marks"), Interaction.toHex(id(2)), "-1.0");

        Material material = material();

        assertThat(material.interactions()).isEqualTo(6);
        assertThat(material.said())
                .extracting(Said::text)
                .containsExactly("question 0", "question 1", "question 3", "question 4", "question 5");
        assertThat(material.said()).extracting(Said::id).contains(id(0)).doesNotContain(id(2));
    }

    @Test
    void whatIsWrittenIsKeptAsLongAsTheUser() {
        remember(6);
        block(store.keep(tenant, "ada", material(), DONE, PROFILE));

        assertThat(material().profile()).isEqualTo(PROFILE);
        assertThat(material().last()).isEqualTo(DONE);
        assertThat(block(store.get(tenant, "ada"))).satisfies(summary -> {
            assertThat(summary.profile()).isEqualTo(PROFILE);
            assertThat(summary.patterns().line()).startsWith("{\"interactions\":5,");
        });
        assertThat(TestRedis.commands().ttl(key("profile"))).isPositive();
    }

    @Test
    void aTryThatWroteNothingLeavesTheProfile() {
        block(store.keep(tenant, "ada", material(), DONE, PROFILE));
        block(store.keep(tenant, "ada", material(), DONE.failed(20, AT), null));

        assertThat(material().profile()).isEqualTo(PROFILE);
        assertThat(material().last()).isEqualTo(DONE.failed(20, AT));
    }

    @Test
    void ofTwoThatWriteAtOnceOneIsKept() {
        Material material = material();
        block(store.keep(tenant, "ada", material, DONE, PROFILE));
        block(store.keep(tenant, "ada", material, Attempt.done(7, AT), null));

        assertThat(material().last()).isEqualTo(DONE);
    }

    @Test
    void whatWasBegunBeforeTheUserWasErasedIsNotKept() {
        remember(6);
        Material material = material();
        block(new UserStore(LINKS.record(), new CallRecords(LINKS.record())).erase(tenant, "ada"));

        block(store.keep(tenant, "ada", material, DONE, PROFILE));

        assertThat(TestRedis.commands().exists(key("profile"))).isZero();
        block(store.keep(tenant, "ada", material(), DONE, PROFILE));
        assertThat(material().profile()).isEqualTo(PROFILE);
    }

    @Test
    void whoeverForgetsAnInteractionForgetsWhatWasWrittenOfIt() {
        InteractionStore interactions = new InteractionStore(LINKS.record(), Memories.ACCESS, Schedulers.immediate());
        remember(6);
        block(store.keep(tenant, "ada", material(), DONE, PROFILE));
        Material before = material();

        assertThat(block(interactions.forget(tenant, "ada", id(2)))).isTrue();
        block(store.keep(tenant, "ada", before, DONE.failed(20, AT), PROFILE));

        assertThat(material().profile()).isNull();
        assertThat(material().last().interactions()).as("it is due again").isZero();
        assertThat(material().interactions()).isEqualTo(6);
        block(interactions.forgetAll(tenant, "ada"));
        assertThat(material().interactions()).isZero();
        assertThat(block(store.get(tenant, "ada"))).isEqualTo(Summary.NONE);
    }

    /** Otherwise each interaction from then on would pay for a profile that is thrown away. */
    @Test
    void whoForgetsBeforeTheFirstProfileGetsOneAllTheSame() {
        InteractionStore interactions = new InteractionStore(LINKS.record(), Memories.ACCESS, Schedulers.immediate());
        Tenant writes = Fixtures.tenant(
                TestRedis.fresh("summary"),
                new Fixtures.Memory().summary(new SummaryPolicy("m", "any")).policy());
        block(Memories.append(memory, writes, "ada", Stores.interaction(1)));
        block(interactions.forgetAll(writes, "ada"));
        Material before = block(store.material(writes, "ada"));
        block(interactions.forgetAll(writes, "ada"));

        block(store.keep(writes, "ada", before, DONE, PROFILE));
        assertThat(block(store.material(writes, "ada")).profile()).isNull();

        block(store.keep(writes, "ada", block(store.material(writes, "ada")), DONE, PROFILE));
        assertThat(block(store.material(writes, "ada")).profile()).isEqualTo(PROFILE);
    }

    @Test
    void aSummaryIsDeletedAndWhatWasBegunBeforeIsNotKept() {
        remember(6);
        Material before = material();
        Opened opened = block(access.open(tenant, "ada"));
        Snapshot snapshot = Memories.snapshot(0, new byte[] {'b'});
        block(memory.freeze(tenant, "ada", Memories.OWN, "c", snapshot, false));
        assertThat(recall()).isInstanceOf(Frozen.class);

        assertThat(block(store.delete(tenant, "ada", AT))).isTrue();

        block(store.keep(tenant, "ada", before, DONE, PROFILE));
        remember(opened, 7);
        assertThat(block(store.get(tenant, "ada"))).isEqualTo(Summary.NONE);
        assertThat(material().interactions()).isZero();
        assertThat(recall()).as("a block that may show it is stale").isInstanceOf(Parts.class);
        assertThat(block(store.delete(tenant, "ada", AT))).isFalse();

        remember(8);
        assertThat(material().interactions()).isEqualTo(8);
    }

    @Test
    void whereTheTenantSealsNothingOfItCanBeReadInRedis() {
        Tenant sealed = sealed();
        Opened opened = block(access.open(sealed, "ada"));
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 6; i++) {
            patterns = patterns.plus(Traits.of(AT, "mulberry", "yes"));
        }
        byte[] stored = Summary.sealed(patterns, opened.own().seal());
        block(memory.remember(sealed, "ada", "", new Memo(new byte[0], "", stored, opened.patternsNumber())));
        block(store.keep(sealed, "ada", block(store.material(sealed, "ada")), DONE, PROFILE));

        String key = "mnemo:v1:{" + sealed.id() + ":ada}:profile";
        assertThat(TestRedis.commands().hgetall(key).toString()).doesNotContain("mulberry", "Kafka");
        assertThat(block(store.material(sealed, "ada")).profile()).isEqualTo(PROFILE);
        assertThat(block(store.get(sealed, "ada")).patterns().line()).contains("mulberry");

        TestRedis.commands().copy(key, key.replace("ada}", "bea}"));
        assertThat(block(store.get(sealed, "bea"))).as("moved to another user").isEqualTo(Summary.NONE);
    }

    private static Tenant sealed() {
        return Fixtures.tenant(
                TestRedis.fresh("sealed"),
                new Fixtures.Memory()
                        .seal(new SealKeys(List.of("k".repeat(32).getBytes(US_ASCII)), false))
                        .policy());
    }

    @Test
    void nobodyIsMadeByADeletion() {
        assertThat(block(store.delete(tenant, "bea", AT))).isFalse();
        assertThat(TestRedis.commands().keys("mnemo:v1:{" + tenant.id() + ":bea}:*"))
                .isEmpty();
    }

    private void remember(int count) {
        for (int i = 0; i < count; i++) {
            remember(block(access.open(tenant, "ada")), i);
        }
    }

    private void remember(Opened opened, int i) {
        Interaction interaction = interaction(i);
        Patterns patterns =
                opened.counted().plus(Traits.of(interaction.at(), interaction.userText(), interaction.assistantText()));
        byte[] record = InteractionCodec.encode(
                interaction, new Fingerprint(i), opened.own().seal());
        byte[] sealed = Summary.sealed(patterns, opened.own().seal());
        block(memory.remember(
                tenant, "ada", opened.own().era(), new Memo(record, "", sealed, opened.patternsNumber())));
    }

    private static Interaction interaction(int i) {
        return Interaction.of(AT.plusSeconds(i), "c", false, "question " + i, "answer " + i, TOKENS);
    }

    private static long id(int i) {
        return interaction(i).id();
    }

    private Recalled recall() {
        return block(memory.recall(tenant, "ada", new Conversation("c", null, false, false, false), false));
    }

    private Material material() {
        return block(store.material(tenant, "ada"));
    }

    private String key(String name) {
        return "mnemo:v1:{" + tenant.id() + ":ada}:" + name;
    }

    private static <T> T block(Mono<T> mono) {
        return mono.blockOptional(PATIENCE).orElse(null);
    }
}
