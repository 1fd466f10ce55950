package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.budget.BudgetGate;
import dev.mnemo.budget.InMemoryLedger;
import dev.mnemo.budget.RedisLedger;
import dev.mnemo.budget.UsageBook;
import dev.mnemo.budget.UsageBook.Standing;
import dev.mnemo.budget.UsageRow;
import dev.mnemo.call.Detached;
import dev.mnemo.call.OwnCalls;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.memory.ProfileStore.Material;
import dev.mnemo.memory.ProfileStore.Said;
import dev.mnemo.memory.ProfileUpstream.Reply;
import dev.mnemo.metrics.BudgetMetrics;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Price;
import dev.mnemo.tenant.Secret;
import dev.mnemo.tenant.SummaryPolicy;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import dev.mnemo.upstream.Breakers;
import dev.mnemo.upstream.OwnClient;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;

/** Profiles that an upstream writes, paid for through a real Redis. */
class ProfileWriterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant SAID = Instant.parse("2026-11-24T10:00:00Z");
    private static final RedisLinks LINKS = TestRedis.links();
    private static final TokenCounter TOKENS = new TokenCounter();
    private static final ProfileUpstream LLM = new ProfileUpstream();
    private static final Path GOLDEN = Path.of("src/test/resources/profile");

    private final Store store = new Store();
    private final Queue<String> outcomes = new ConcurrentLinkedQueue<>();
    private final Detached detached = new Detached(1_000);
    private final UsageBook book = new UsageBook(LINKS.record(), Instant::now);
    private volatile Instant now = Instant.now();
    private final ProfileWriter writer = writer(Duration.ofSeconds(20), 4);

    @AfterAll
    static void close() {
        LLM.close();
        LINKS.closed().block();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void eachDialectIsAskedInItsOwnWords(Protocol protocol) throws IOException {
        Tenant tenant = tenant(protocol, model(protocol), LLM.url());
        LLM.answer(tenant, Reply.said("The user likes <b>Kafka</b>."));
        Profile before = new Profile("The user is \"new\".", 5, 3, SAID, "m", List.of(4L));
        store.give(
                "ada",
                new Material(
                        "9",
                        before,
                        Seal.NONE,
                        Attempt.NONE,
                        10,
                        List.of(
                                new Said(4, SAID, "known already"),
                                new Said(5, SAID, "How do I set up Kafka?"),
                                new Said(
                                        6,
                                        SAID,
                                        "Der Schlüssel ist sk-live-51H8xkdpqzYTRe2pQ7vbn \uD83D\uDE00\n</said>"))));

        trigger(tenant, "ada");

        String name = protocol.name().toLowerCase(java.util.Locale.ROOT);
        golden(name + ".txt", String.join("\n", LLM.asked(tenant)) + "\n");
        assertThat(outcomes).containsExactly("written");
        Profile written = store.written("ada");
        assertThat(written)
                .isEqualTo(new Profile(
                        "The user likes Kafka .",
                        TOKENS.count("{\"profile\":\"The user likes Kafka .\"}") + 1,
                        4,
                        written.at(),
                        model(protocol),
                        List.of(5L, 6L)));
        assertThat(store.kept("ada").era()).isEqualTo("9");
        assertThat(rows(tenant)).singleElement().satisfies(row -> {
            assertThat(row.name()).isEqualTo(new UsageRow.Name("maintenance", model(protocol), null));
            assertThat(row.used().calls()).isEqualTo(1);
            assertThat(row.used().input()).isEqualTo(700);
            assertThat(row.used().output()).isEqualTo(20);
        });
    }

    private static String model(Protocol protocol) {
        return switch (protocol) {
            case OPENAI -> "gpt-5.4-mini";
            case ANTHROPIC -> "claude-haiku-4-5";
            case GEMINI -> "gemini-3.5-flash";
            case OLLAMA -> "llama3.2:3b";
        };
    }

    @Test
    void onlyTheTenantAndMaintenancePay() {
        Limit[] limits = {
            limit("t", Scope.TENANT, 100_000),
            limit("m", Scope.MAINTENANCE, 100_000),
            limit("k", Scope.KEY, 1),
            limit("u", Scope.USER, 1)
        };
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url(), limits);
        LLM.answer(tenant, Reply.said("Something."));
        store.give("ada", material(10));

        trigger(tenant, "ada");

        assertThat(outcomes).containsExactly("written");
        assertThat(standing(tenant, "t")).isEqualTo(720);
        assertThat(standing(tenant, "m")).isEqualTo(720);
        assertThat(standing(tenant, "k")).isZero();
        assertThat(standing(tenant, "u")).isZero();
    }

    @Test
    void withoutRoomNothingIsSentAndItIsTriedAgain() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url(), limit("m", Scope.MAINTENANCE, 1_500));
        LLM.answer(tenant, Reply.said("Something."));
        store.give("ada", material(10));
        trigger(tenant, "ada");
        store.give("bea", material(10));
        trigger(tenant, "bea");

        assertThat(outcomes).containsExactly("written", "denied");
        assertThat(LLM.asked(tenant)).hasSize(3);
        assertThat(standing(tenant, "m")).isEqualTo(720);
        assertThat(store.kept("bea").attempt().isDue(10, now.plus(Attempt.APART)))
                .isTrue();
        assertThat(store.kept("bea").written()).isNull();
    }

    @Test
    void aModelWithoutAPriceIsNotAskedWhereDollarsAreCounted() {
        Limit dollars = new Limit(
                "usd", Scope.MAINTENANCE, Unit.USD, 1_000_000, Window.DAY, ZoneOffset.UTC, List.of(), 80, false);
        Tenant tenant = tenant(Protocol.OPENAI, "nobody-knows-it", LLM.url(), dollars);
        store.give("ada", material(10));

        trigger(tenant, "ada");

        assertThat(outcomes).containsExactly("denied");
        assertThat(LLM.asked(tenant)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 422})
    void aWrongCallIsNotRepeated(int status) {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.status(status));
        store.give("ada", material(10));

        trigger(tenant, "ada");
        later(tenant, "ada", Duration.ofHours(5));
        trigger(tenant, "ada");

        assertThat(outcomes).containsExactly("refused");
        assertThat(LLM.asked(tenant)).hasSize(3);
        assertThat(rows(tenant))
                .singleElement()
                .satisfies(row -> assertThat(row.used().input()).isZero());
    }

    @Test
    void whatFailsIsTriedOnceMore() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.status(503));
        store.give("ada", material(10));

        trigger(tenant, "ada");
        trigger(tenant, "ada");
        assertThat(LLM.asked(tenant)).hasSize(3);
        for (int i = 0; i < 4; i++) {
            later(tenant, "ada", Duration.ofMinutes(10));
            trigger(tenant, "ada");
        }

        assertThat(outcomes).containsExactly("failed", "failed");
        assertThat(LLM.asked(tenant)).hasSize(6);
    }

    @Test
    void whatFailsHereOpensNoBreakerForClients() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.status(500));
        for (int i = 0; i < 30; i++) {
            store.give("user" + i, material(10));
            trigger(tenant, "user" + i);
        }

        assertThat(LLM.asked(tenant)).hasSize(90);
    }

    @Test
    void anUpstreamThatIsNotThereFails() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", "http://127.0.0.1:1");
        store.give("ada", material(10));

        trigger(tenant, "ada");

        assertThat(outcomes).containsExactly("failed");
        assertThat(store.kept("ada").attempt().failures()).isEqualTo(1);
    }

    @Test
    void anUpstreamThatHasTooMuchIsLeftAloneByAllUsersOfItsTenant() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        Tenant other = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.limited(1_800));
        LLM.answer(other, Reply.said("Something."));
        store.give("ada", material(10));
        store.give("bea", material(10));

        trigger(tenant, "ada");
        later(tenant, "ada", Duration.ofMinutes(29));
        trigger(tenant, "bea");
        trigger(tenant, "ada");
        assertThat(LLM.asked(tenant)).hasSize(3);
        trigger(other, "bea");
        assertThat(LLM.asked(other)).hasSize(3);

        store.give("bea", material(10));
        LLM.answer(tenant, Reply.said("Something."));
        later(tenant, "ada", Duration.ofMinutes(2));
        trigger(tenant, "ada");

        assertThat(outcomes).containsExactly("limited", "written", "written");
    }

    @Test
    void aSilentUpstreamIsNotWaitedForLongerThanAMinute() {
        ProfileWriter impatient = writer(Duration.ofMillis(300), 4);
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url(), limit("m", Scope.MAINTENANCE, 100_000));
        LLM.answer(tenant, Reply.never());
        store.give("ada", material(10));

        trigger(impatient, tenant, "ada");

        assertThat(outcomes).containsExactly("failed");
        assertThat(standing(tenant, "m")).isZero();
    }

    /** Too long, cut off, or stuck half-way. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anAnswerThatBeganIsPaidForThoughItIsNotReadToItsEnd(int how) {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url(), limit("m", Scope.MAINTENANCE, 100_000));
        LLM.answer(tenant, how == 0 ? Reply.said("long ".repeat(400_000)) : Reply.half(how == 1));
        store.give("ada", material(10));

        trigger(writer(Duration.ofMillis(how == 2 ? 500 : 20_000), 4), tenant, "ada");

        assertThat(outcomes).containsExactly("failed");
        assertThat(store.kept("ada").written()).isNull();
        assertThat(rows(tenant)).singleElement().satisfies(row -> {
            assertThat(row.used().input()).isGreaterThan(100);
            assertThat(row.used().output()).isEqualTo(ProfilePrompt.ANSWER_TOKENS);
            assertThat(standing(tenant, "m"))
                    .isEqualTo(row.used().input() + row.used().output());
        });
    }

    @Test
    void ofFiftyTriggersInTwoReplicasOneCalls() {
        ProfileWriter replica = writer(Duration.ofSeconds(20), 50);
        ProfileWriter another = writer(Duration.ofSeconds(20), 50);
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.said("Something."));
        store.give("ada", material(10));

        IntStream.range(0, 50)
                .parallel()
                .forEach(i -> (i % 2 == 0 ? replica : another).recorded(tenant, "ada", 10, Attempt.NONE));
        detached.drained().block(PATIENCE);

        assertThat(outcomes).containsExactly("written");
        assertThat(LLM.asked(tenant)).hasSize(3);
    }

    /** A call that ended late asks for what another replica has written meanwhile, and its lock is over. */
    @Test
    void whatIsWrittenByNowIsNotPaidForTwice() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.said("Something."));
        store.give("ada", material(10));
        trigger(tenant, "ada");
        later(tenant, "ada", Duration.ofMinutes(3));

        writer.recorded(tenant, "ada", 10, Attempt.NONE);
        detached.drained().block(PATIENCE);

        assertThat(outcomes).containsExactly("written");
        assertThat(LLM.asked(tenant)).hasSize(3);
    }

    @Test
    void anUpstreamThatWantsADayIsLeftAloneForAnHour() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.limited(86_400));
        store.give("ada", material(10));
        trigger(tenant, "ada");
        LLM.answer(tenant, Reply.said("Something."));

        later(tenant, "ada", Duration.ofMinutes(59));
        trigger(tenant, "ada");
        assertThat(outcomes).containsExactly("limited");

        later(tenant, "ada", Duration.ofMinutes(2));
        trigger(tenant, "ada");
        assertThat(outcomes).containsExactly("limited", "written");
    }

    @Test
    void aReplicaHasRoomForSoMany() {
        ProfileWriter small = writer(Duration.ofSeconds(20), 2);
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.never());
        for (int i = 0; i < 5; i++) {
            store.give("user" + i, material(10));
            small.recorded(tenant, "user" + i, 10, Attempt.NONE);
        }
        assertThat(outcomes).containsExactly("busy", "busy", "busy");

        small.stop();
        detached.drained().block(PATIENCE);
        assertThat(outcomes).containsExactly("busy", "busy", "busy", "stopped", "stopped");

        small.recorded(tenant, "user4", 10, Attempt.NONE);
        detached.drained().block(PATIENCE);
        assertThat(outcomes).hasSize(5);
    }

    @Test
    void aModelThatHasNothingToSayWritesNothing() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        LLM.answer(tenant, Reply.said(" None. "));
        store.give("ada", material(10));

        trigger(tenant, "ada");

        assertThat(outcomes).containsExactly("empty");
        assertThat(store.kept("ada").written()).isNull();
        assertThat(store.kept("ada").attempt().isDue(10, now.plus(Duration.ofDays(1))))
                .isFalse();
    }

    @Test
    void whereNobodyWritesNothingHappens() {
        Tenant tenant = tenant(Protocol.OPENAI, "m", LLM.url());
        Tenant silent = dev.mnemo.Fixtures.tenant(tenant.id(), MemoryPolicy.DEFAULT);
        store.give("ada", material(10));

        writer.recorded(silent, "ada", 10, Attempt.NONE);
        writer.recorded(tenant, "ada", 9, Attempt.NONE);
        detached.drained().block(PATIENCE);

        assertThat(outcomes).isEmpty();
        assertThat(LLM.asked(tenant)).isEmpty();
    }

    private void trigger(Tenant tenant, String user) {
        trigger(writer, tenant, user);
    }

    private void trigger(ProfileWriter by, Tenant tenant, String user) {
        Material material = store.of(user);
        by.recorded(tenant, user, material.interactions(), material.last());
        detached.drained().block(PATIENCE);
    }

    /** Time passes, and with it the lock, which keeps Redis' time. */
    private void later(Tenant tenant, String user, Duration time) {
        now = now.plus(time);
        TestRedis.commands().del("mnemo:v1:{" + tenant.id() + ":" + user + "}:writing");
    }

    private ProfileWriter writer(Duration total, int most) {
        TokenEstimate estimate = new TokenEstimate();
        BudgetMetrics deaf = new BudgetMetrics(new SimpleMeterRegistry());
        BudgetGate gate = new BudgetGate(
                new RedisLedger(LINKS.budget(), Duration.ofSeconds(30)),
                new InMemoryLedger(() -> now, Duration.ofDays(1)),
                estimate,
                () -> now,
                deaf);
        OwnClient client = new OwnClient(HttpClient.create(), new Breakers(new Unseen()), total);
        return new ProfileWriter(
                store,
                new ProfileLock(LINKS.record()),
                new OwnCalls(gate, client, estimate, System::nanoTime),
                TOKENS,
                detached,
                Schedulers.boundedElastic(),
                () -> now,
                (tenant, outcome) -> outcomes.add(outcome),
                most);
    }

    private static final class Unseen implements Breakers.Listener {

        @Override
        public void created(Breakers.Name name, CircuitBreaker breaker) {
            // Nobody looks.
        }

        @Override
        public void gone(Breakers.Name name) {
            // Nobody looks.
        }
    }

    /** Keeps what is given for each user, as the real one does. */
    private static final class Store implements ProfileStore {

        private final Map<String, Material> materials = new ConcurrentHashMap<>();
        private final Map<String, Kept> kept = new ConcurrentHashMap<>();

        record Kept(String era, Attempt attempt, @Nullable Profile written) {}

        void give(String user, Material material) {
            materials.put(user, material);
        }

        Material of(String user) {
            return materials.get(user);
        }

        Kept kept(String user) {
            return kept.get(user);
        }

        Profile written(String user) {
            return kept(user).written();
        }

        @Override
        public Mono<Material> material(Tenant tenant, String user) {
            return Mono.just(of(user));
        }

        @Override
        public Mono<Void> keep(Tenant tenant, String user, Material of, Attempt attempt, @Nullable Profile written) {
            return Mono.fromRunnable(() -> {
                kept.put(user, new Kept(of.era(), attempt, written));
                materials.computeIfPresent(
                        user,
                        (name, m) -> new Material(
                                m.era(),
                                written == null ? m.profile() : written,
                                m.seal(),
                                attempt,
                                m.interactions(),
                                m.said()));
            });
        }
    }

    private static Material material(int interactions) {
        List<Said> said = new ArrayList<>();
        for (int i = 0; i < interactions; i++) {
            said.add(new Said(100 + i, SAID, "How do I do thing " + i + "?"));
        }
        return new Material("", null, Seal.NONE, Attempt.NONE, interactions, said);
    }

    private long standing(Tenant tenant, String limit) {
        List<Standing> all = book.standing(tenant, "ada").block(PATIENCE);
        return all.stream()
                .filter(standing -> standing.limit().name().equals(limit))
                .mapToLong(standing -> standing.used() + standing.held())
                .sum();
    }

    private List<UsageRow> rows(Tenant tenant) {
        return book.day(tenant.id(), book.today()).collectList().block(PATIENCE);
    }

    private static Limit limit(String name, Scope per, long tokens) {
        return new Limit(name, per, Unit.TOKENS, tokens, Window.MONTH, ZoneOffset.UTC, List.of(), 80, false);
    }

    /** The secret is the tenant's name, so that the upstream knows whose call it is. */
    private static Tenant tenant(Protocol protocol, String model, String url, Limit... limits) {
        String id = TestRedis.fresh("profile");
        MemoryPolicy memory =
                new Fixtures.Memory().summary(new SummaryPolicy(model, "llm")).policy();
        return new Tenant(
                id,
                id,
                List.of(new ApiKey("web", "0".repeat(64), Set.of(ApiKey.Permission.CHAT))),
                null,
                List.of(),
                true,
                List.of(new Upstream(
                        "llm",
                        Set.of(protocol),
                        URI.create(url),
                        new Secret(id),
                        List.of("*"),
                        Upstream.Timeouts.DEFAULT)),
                memory,
                new BudgetPolicy(1_000, false, 100, 100, (Price) null, List.of(limits)),
                List.of());
    }

    private static void golden(String name, String text) throws IOException {
        Path file = GOLDEN.resolve(name);
        if (Boolean.getBoolean("docs.update")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, text);
        }
        assertThat(text).as("%s (write it with -Ddocs.update=true)", file).isEqualTo(Files.readString(file, UTF_8));
    }
}
