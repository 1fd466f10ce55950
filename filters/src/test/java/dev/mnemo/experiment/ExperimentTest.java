package dev.mnemo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Budget;
import dev.mnemo.call.Calls;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.Holdout;
import dev.mnemo.call.LlmCall;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Endpoint;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.dialect.TextUnits;
import dev.mnemo.experiment.Experiment.Findings;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is counted is there again, by day and arm. */
class ExperimentTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RedisLinks LINKS = TestRedis.links();
    private static final OptionalDouble NONE = OptionalDouble.empty();
    private static final LocalDate TODAY = LocalDate.now(java.time.ZoneOffset.UTC);

    private final String id = TestRedis.fresh("experiment");
    private final AtomicReference<Instant> now = new AtomicReference<>(at(TODAY));
    private final Experiment experiment = new Experiment(LINKS.record(), new SameForAll(), now::get);

    @AfterAll
    static void close() {
        LINKS.closed().block(PATIENCE);
    }

    @Test
    void ratingsAreAddedUpByArmAndDay() {
        Tenant tenant = tenant(5_000);
        Flux.range(0, 200)
                .flatMap(i -> experiment.feedback(tenant, "user-" + i % 50, i % 4 == 0 ? -0.5 : 1, NONE), 50)
                .blockLast(PATIENCE);
        now.set(at(TODAY.plusDays(1)));
        rate(tenant, "user-0", 1);

        Findings first = findings(TODAY);
        long heldOut = Stream.iterate(0, i -> i < 50, i -> i + 1)
                .filter(i -> Holdout.of(id, "user-" + i).heldOut(5_000))
                .count();
        assertThat(first.of(Arm.HELD_OUT).of(Sum.RATINGS)).isEqualTo(4 * heldOut);
        assertThat(first.of(Arm.TREATED).of(Sum.RATINGS)).isEqualTo(200 - 4 * heldOut);
        assertThat(first.of(Arm.HELD_OUT).of(Sum.RATING) + first.of(Arm.TREATED).of(Sum.RATING))
                .isEqualTo(150 * 1_000 - 50 * 500);
        assertThat(first.users().get(Arm.HELD_OUT)).isCloseTo(heldOut, within(2L));
        assertThat(first.users().get(Arm.TREATED)).isCloseTo(50 - heldOut, within(2L));
        assertThat(first.shares()).containsExactly(5_000);
        assertThat(first.comparisons()).extracting(Comparison::metric).containsExactly(Metric.values());

        Findings both = findings(TODAY, TODAY.plusDays(1));
        assertThat(both.of(Arm.HELD_OUT).of(Sum.RATINGS) + both.of(Arm.TREATED).of(Sum.RATINGS))
                .isEqualTo(201);
        assertThat(both.users()).as("nobody is two users").isEqualTo(first.users());
    }

    @Test
    void aRatingThatTakesAnothersPlaceIsNotOneMore() {
        Tenant all = tenant(10_000);
        rate(all, "ada", -0.5);
        experiment.feedback(all, "ada", -0.5, OptionalDouble.of(-0.5)).block(PATIENCE);
        experiment.feedback(all, "ada", 1, OptionalDouble.of(-0.5)).block(PATIENCE);

        Totals sums = findings(TODAY).of(Arm.HELD_OUT);

        assertThat(sums.of(Sum.RATINGS)).isEqualTo(1);
        assertThat(sums.of(Sum.RATING)).isEqualTo(1_000);
    }

    @Test
    void anotherShareIsSeen() {
        rate(tenant(500), "ada", 1);
        rate(tenant(1_000), "ada", 1);

        assertThat(findings(TODAY).shares()).containsExactly(500, 1_000);
    }

    @Test
    void whoHoldsNobodyOutCountsNothing() {
        rate(tenant(0), "ada", 1);

        assertThat(TestRedis.commands().exists(key(""))).isZero();
    }

    /** Its users are all without context, whoever is held out. */
    @Test
    void whoGivesNobodyContextCountsNothing() {
        MemoryPolicy none =
                new Fixtures.Memory().holdout(10_000).contextTokens(0).policy();
        rate(Fixtures.tenant(id, none), "ada", 1);

        assertThat(TestRedis.commands().exists(key(""))).isZero();
    }

    @Test
    void aCallThatCountsTokensIsNoCall() {
        for (Endpoint endpoint : List.of(
                Endpoints.post("/v1/messages/count_tokens"),
                Endpoints.post("/v1beta/models/gemini-3.1-pro:countTokens"))) {
            end(Calls.answered(called(endpoint)), Calls.ended(200, Outcome.COMPLETE, 10, 0));
        }
        assertThat(TestRedis.commands().exists(key(""))).isZero();

        end(Calls.answered(called(Endpoints.ANTHROPIC)), Calls.ended(200, Outcome.COMPLETE, 10, 2));
        assertThat(findings(TODAY).of(Arm.HELD_OUT).of(Sum.CALLS)).isEqualTo(1);
    }

    @Test
    void aCallThatAnUpstreamBrokeOffHasFailedThoughItsAnswerHadBegun() {
        end(called(Endpoints.CHAT), new Ending(Outcome.UPSTREAM_FAILED, 0, true, null, 0));
        end(Calls.answered(called(Endpoints.CHAT)), Calls.ended(200, Outcome.UPSTREAM_FAILED, 10, 2));
        end(Calls.answered(called(Endpoints.CHAT)), Calls.ended(200, Outcome.CLIENT_GONE, 10, 2));

        Totals sums = findings(TODAY).of(Arm.HELD_OUT);

        assertThat(sums.of(Sum.CALLS)).isEqualTo(3);
        assertThat(sums.of(Sum.ANSWERED)).isEqualTo(2);
        assertThat(sums.of(Sum.REFUSED)).isEqualTo(2);
        assertThat(sums.of(Sum.INPUT)).isEqualTo(200);
    }

    @Test
    void anAnswerThatCallsToolsIsNoTurn() {
        Answer step = new Answer("", false, null, "tool_calls", null, true, false, true, 0, TextUnits.NONE);
        end(Calls.answered(called(Endpoints.CHAT)), new Ending(Outcome.COMPLETE, 200, true, step, 0));
        end(Calls.answered(called(Endpoints.CHAT)), Calls.ended(200, Outcome.COMPLETE, 10, 2));

        Totals sums = findings(TODAY).of(Arm.HELD_OUT);

        assertThat(sums.of(Sum.ANSWERED)).isEqualTo(2);
        assertThat(sums.of(Sum.TURNS)).isEqualTo(1);
    }

    private LlmCall called(Endpoint endpoint) {
        return Calls.of(endpoint, tenant(10_000), "ada", Endpoints.smallest(endpoint));
    }

    private void end(LlmCall call, Ending ending) {
        experiment.ended(call, ending);
        Calls.atEnd(call, ending).block(PATIENCE);
    }

    @Test
    void aDayIsForgottenAfterAHundred() {
        rate(tenant(10_000), "ada", 1);
        rate(tenant(10_000), "ada", 1);

        assertThat(List.of(key(""), key(":held_out")))
                .allSatisfy(key -> assertThat(TestRedis.commands().expiretime(key))
                        .isEqualTo(at(TODAY.plusDays(100)).getEpochSecond()));
    }

    @Test
    void itBeginsAnew() {
        rate(tenant(10_000), "ada", 1);
        now.set(at(TODAY.plusDays(60)));
        rate(tenant(10_000), "ada", 1);

        experiment.clear(id).block(PATIENCE);

        Findings nothing = findings(TODAY, TODAY.plusDays(60));
        assertThat(nothing.of(Arm.HELD_OUT).of(Sum.RATINGS)).isZero();
        assertThat(nothing.users()).containsEntry(Arm.HELD_OUT, 0L);
        assertThat(nothing.shares()).isEmpty();
    }

    /** The most that a day takes: both arms in all buckets. Some hundred users take 2 KB, and any number 12 KB. */
    @Test
    void aDayIsSmall() {
        Tenant tenant = tenant(5_000);
        Flux.range(0, 700)
                .flatMap(i -> experiment.feedback(tenant, "user-" + i, 1, NONE), 100)
                .blockLast(PATIENCE);

        long totals = Objects.requireNonNull(TestRedis.commands().memoryUsage(key("")));
        long users = Objects.requireNonNull(TestRedis.commands().memoryUsage(key(":treated")));
        assertThat(totals).isLessThan(32_000);
        assertThat(users).isLessThan(16_000);
    }

    private void rate(Tenant tenant, String user, double rating) {
        experiment.feedback(tenant, user, rating, NONE).block(PATIENCE);
    }

    private Findings findings(LocalDate... days) {
        return Objects.requireNonNull(experiment.findings(id, List.of(days)).block(PATIENCE));
    }

    private String key(String name) {
        return "mnemo:v1:{" + id + "}:experiment:" + TODAY + name;
    }

    private Tenant tenant(int share) {
        return Fixtures.tenant(id, new Fixtures.Memory().holdout(share).policy());
    }

    private static Instant at(LocalDate day) {
        return day.atStartOfDay(java.time.ZoneOffset.UTC).toInstant();
    }

    /** Each answer takes as much. */
    private static final class SameForAll implements Budget {

        @Override
        public Mono<Admission> admit(LlmCall call) {
            return Mono.error(new IllegalStateException("no call is made here"));
        }

        @Override
        public Mono<Weighed> weigh(LlmCall call) {
            return Mono.error(new IllegalStateException("no call is made here"));
        }

        @Override
        public Used used(LlmCall call, Ending ending) {
            return new Used(100, 5, 0, 0);
        }
    }
}
