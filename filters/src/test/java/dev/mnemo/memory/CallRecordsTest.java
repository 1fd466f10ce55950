package dev.mnemo.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Calls;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmCall;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/** What calls were given, in a real Redis. */
class CallRecordsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RedisLinks LINKS = TestRedis.links();
    private static final Ending ENDED = Calls.ended(200, Outcome.COMPLETE, 30, 4);

    private final CallRecords calls = new CallRecords(LINKS.record());
    private final Recorder recorder =
            Memories.recorder(LINKS, calls, () -> Instant.parse("2026-11-25T10:00:00.123456Z"));
    private final Tenant tenant = Fixtures.tenant(TestRedis.fresh("calls"), MemoryPolicy.DEFAULT);
    private final Tenant other = Fixtures.tenant(TestRedis.fresh("calls"), MemoryPolicy.DEFAULT);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void isKeptForAsLongAsTheTenantWants() {
        LlmCall call = recorded("ada");

        JsonNode told = get(tenant, call);

        assertThat(told.toString()).isEqualTo("""
                {"call":"%s","at":"2026-11-25T10:00:00.123Z","user":"ada","dialect":"openai-chat","model":"m","upstream":"fake",\
                "conversation":"%s","outcome":"complete","status":200,"usage":{"input":30,"output":4},"cap":0}""".formatted(call.id(), CallRecords.conversation(call)));
        assertThat(TestRedis.commands().ttl("mnemo:v1:{" + tenant.id() + "/" + call.id() + "}:call"))
                .isBetween(7 * 86_400L - 60, 7 * 86_400L);
        assertThat(get(other, call)).isNull();
    }

    @Test
    void theNewestFiveHundredOfAUserAreKeptAndOthersGoSeveralAtOnce() {
        LlmCall first = recorded("ada");
        LlmCall eves = recorded("eve");
        Flux.range(1, 530).flatMap(i -> recorder.record(turn("ada"), ENDED), 50).blockLast(PATIENCE);
        assertThat(get(tenant, first)).isNotNull();

        LlmCall last = recorded("ada");

        assertThat(get(tenant, first)).isNull();
        assertThat(get(tenant, last)).isNotNull();
        assertThat(get(tenant, eves)).isNotNull();
        assertThat(TestRedis.commands().llen("mnemo:v1:{" + tenant.id() + ":ada}:calls"))
                .isEqualTo(500);
        assertThat(TestRedis.commands().keys("mnemo:v1:{" + tenant.id() + "/*}:call"))
                .hasSize(501);
    }

    @Test
    void aRatingIsKeptWithItAndNoLongerThanIt() {
        LlmCall call = recorded("ada");
        String key = "mnemo:v1:{" + tenant.id() + "/" + call.id() + "}:call";
        TestRedis.commands().expire(key, 1_000);
        long before = TestRedis.commands().strlen(key);

        assertThat(calls.rate(tenant, call.id(), -0.5).block(PATIENCE)).isEmpty();
        assertThat(calls.rate(tenant, call.id(), 0.25).block(PATIENCE)).hasValue(-0.5);

        assertThat(get(tenant, call).path("rating").asDouble()).isEqualTo(0.25);
        assertThat(get(tenant, call).path("call").asString()).isEqualTo(call.id());
        assertThat(TestRedis.commands().strlen(key)).as("still packed").isLessThan(before + 30);
        assertThat(TestRedis.commands().ttl(key)).isBetween(900L, 1_000L);
        assertThat(calls.rate(other, call.id(), 1).blockOptional(PATIENCE)).isEmpty();
    }

    @Test
    void ofRatingsAtOnceOneIsTheFirstAndEachOtherTakesAnothersPlace() {
        LlmCall call = recorded("ada");

        List<OptionalDouble> replaced = Flux.range(0, 40)
                .flatMap(i -> calls.rate(tenant, call.id(), i / 40.0), 40)
                .collectList()
                .block(PATIENCE);

        double last = get(tenant, call).path("rating").asDouble();
        assertThat(replaced).hasSize(40).filteredOn(OptionalDouble::isEmpty).hasSize(1);
        assertThat(replaced.stream().flatMapToDouble(OptionalDouble::stream).boxed())
                .as("each but the last was replaced once")
                .doesNotHaveDuplicates()
                .doesNotContain(last);
    }

    @Test
    void aRatingDoesNotBringBackWhatIsErasedMeanwhile() {
        LlmCall call = recorded("ada");
        CallRecords slow = new CallRecords(TestRedis.interrupted(
                1,
                () -> new UserStore(LINKS.record(), calls).erase(tenant, "ada").block(PATIENCE)));

        assertThat(slow.rate(tenant, call.id(), 0.5).blockOptional(PATIENCE)).isEmpty();

        assertThat(get(tenant, call)).isNull();
    }

    @Test
    void erasingAUserRemovesThem() {
        LlmCall call = recorded("ada");
        LlmCall eves = recorded("eve");

        new UserStore(LINKS.record(), calls).erase(tenant, "ada").block(PATIENCE);

        assertThat(get(tenant, call)).isNull();
        assertThat(get(tenant, eves)).isNotNull();
    }

    @Test
    void anErasureThatBreaksOffCanBeSentAgainAndLeavesNothingForEver() {
        LlmCall call = recorded("ada");
        RedisLink breaks = TestRedis.interrupted(0, () -> {
            throw new IllegalStateException("broken off");
        });
        String orphans = "mnemo:v1:{" + tenant.id() + ":ada}:orphans";

        assertThatThrownBy(() -> new UserStore(LINKS.record(), new CallRecords(breaks))
                        .erase(tenant, "ada")
                        .block(PATIENCE))
                .hasMessageContaining("broken off");
        assertThat(get(tenant, call)).isNotNull();
        assertThat(TestRedis.commands().lrange(orphans, 0, -1)).containsExactly(call.id());
        assertThat(TestRedis.commands().ttl(orphans)).isBetween(2 * 86_400L - 60, 2 * 86_400L);

        new UserStore(LINKS.record(), calls).erase(tenant, "ada").block(PATIENCE);

        assertThat(get(tenant, call)).isNull();
        assertThat(TestRedis.commands().exists(orphans)).isZero();
    }

    @Test
    void norIsWhatIsWrittenJustWhenItsUserIsErased() {
        AtomicInteger steps = new AtomicInteger();
        // The first step makes the record; before the second the user's salt and era are known.
        Scheduler between = Schedulers.fromExecutor(task -> Thread.startVirtualThread(() -> {
            if (steps.getAndIncrement() == 1) {
                new UserStore(LINKS.record(), calls).erase(tenant, "ada").block(PATIENCE);
            }
            task.run();
        }));
        Recorder slow = new Recorder(
                Memories.store(LINKS),
                Memories.access(LINKS),
                new ArchiveStore(LINKS.recall(), LINKS.record(), between, between),
                calls,
                new Indexer(null),
                null,
                new TokenCounter(),
                between,
                between,
                () -> Instant.parse("2026-11-25T10:00:00Z"));
        Turn turn = turn("ada");

        slow.record(turn, ENDED).block(PATIENCE);

        assertThat(steps).hasValueGreaterThan(1);
        assertThat(get(tenant, turn.call())).isNull();
        assertThat(TestRedis.commands().keys("mnemo:v1:{" + tenant.id() + ":ada}:*"))
                .containsExactly("mnemo:v1:{" + tenant.id() + ":ada}:erased");
    }

    @Test
    void whatTheUsersListDoesNotNameIsNotKept() {
        TestRedis.commands().set("mnemo:v1:{" + tenant.id() + ":ada}:calls", "no list");
        Turn turn = turn("ada");

        assertThatThrownBy(() -> recorder.record(turn, ENDED).block(PATIENCE)).hasMessageContaining("WRONGTYPE");

        assertThat(get(tenant, turn.call())).isNull();
    }

    private LlmCall recorded(String user) {
        Turn turn = turn(user);
        recorder.record(turn, ENDED).block(PATIENCE);
        return turn.call();
    }

    private Turn turn(String user) {
        return new Turn(Calls.streamed(tenant, "m"), user, false);
    }

    private JsonNode get(Tenant of, LlmCall call) {
        return calls.get(of, call.id()).block(PATIENCE);
    }
}
