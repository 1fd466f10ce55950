package dev.mnemo.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.TokenEstimate;
import dev.mnemo.call.TokenEstimate.Shared;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

class SharedRatiosTest {

    private static final RedisLinks LINKS = TestRedis.links();

    private final String tenant = TestRedis.fresh("acme");
    private final String key = "mnemo:v1:{" + tenant + "}:ratios";

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void aNewReplicaHearsWhatOthersHaveLearned() {
        TokenEstimate first = learned("gpt-5", 10, 2);
        exchange(first);
        TokenEstimate second = learned("gpt-5", 0, 0);
        assertThat(second.isNew(tenant)).isTrue();

        exchange(second);

        assertThat(second.isNew(tenant)).isFalse();
        assertThat(second.take(tenant)).isEmpty();
        assertThat(stored("gpt-5")).containsOnly(2);
        assertThat(TestRedis.commands().ttl(key))
                .isGreaterThan(Duration.ofDays(89).toSeconds());
        assertThat(SlotHash.getSlot(key)).isEqualTo(SlotHash.getSlot("mnemo:v1:{" + tenant + "}:leases"));
    }

    @Test
    void whatTwoHaveLearnedIsAddedUpAndOlderCallsWeighLess() {
        exchange(learned("gpt-5", 10, 2));
        exchange(learned("gpt-5", 50, 2));

        // After fifty calls what was there before is worth half.
        assertThat(stored("gpt-5")[0]).isEqualTo(3);
    }

    @Test
    void clientsCannotFillRedisWithNamesOfModels() {
        TokenEstimate estimate = new TokenEstimate();
        List<Shared> many = IntStream.range(0, 300)
                .mapToObj(i -> new Shared("model-" + i, 1, filled(1)))
                .toList();
        estimate.giveBack(tenant, many);

        exchange(estimate);

        assertThat(TestRedis.commands().hlen(key)).isEqualTo(200);
    }

    @Test
    void whatSomebodyElseWroteThereHarmsNobody() {
        TestRedis.commands().hset(key, "gpt-5", "not numbers");
        TestRedis.commands().hset(key, "gpt-4", "1 2 3");
        TestRedis.commands().hset(key, "gpt-3.5", "NaN ".repeat(27).strip());

        exchange(learned("gpt-5", 10, 2));
        exchange(learned("gpt-4", 0, 0));

        assertThat(TestRedis.commands().hlen(key)).isEqualTo(3);
    }

    @Test
    void whileRedisIsAwayNothingIsLost() {
        TestRedis.Own own = new TestRedis.Own();
        RedisLinks links = TestRedis.connected(new RedisLinks(
                RedisAddress.of(own.url()),
                Duration.ofMillis(200),
                HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));
        own.stop();
        TokenEstimate estimate = learned("gpt-5", 10, 2);

        new SharedRatios(estimate, links.record()).exchange().block();

        assertThat(estimate.isNew(tenant)).isTrue();
        Shared kept = estimate.take(tenant).getFirst();
        assertThat(kept.calls()).isEqualTo(10);
        assertThat(kept.sums()).containsOnly(2);
        links.closed().block();
    }

    /** An estimate that has learned from calls, all sums the same. */
    private TokenEstimate learned(String model, int calls, double sum) {
        TokenEstimate estimate = new TokenEstimate();
        estimate.giveBack(tenant, List.of(new Shared(model, calls, filled(sum))));
        return estimate;
    }

    private static double[] filled(double sum) {
        double[] sums = new double[27];
        Arrays.fill(sums, sum);
        return sums;
    }

    private static void exchange(TokenEstimate estimate) {
        new SharedRatios(estimate, LINKS.record()).exchange().block();
    }

    private double[] stored(String model) {
        return Arrays.stream(TestRedis.commands().hget(key, model).split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }
}
