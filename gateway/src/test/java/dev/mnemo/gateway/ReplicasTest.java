package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.gateway.Crowd.Answer;
import dev.mnemo.redis.TestRedis;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Four gateways, each a process of its own, hold to one limit as if they were one. */
class ReplicasTest {

    private static final int REPLICAS = 4;
    private static final int EACH = 256;
    private static final int CALLS = REPLICAS * EACH;

    private static final List<String> SMALL = List.of("-Xmx128m", "-XX:MaxDirectMemorySize=64m");

    /** Tenants whose hour ends a few seconds after another's. */
    private static final int EDGES = 80;

    private static final int STEP = 5;

    private static final long BEGAN = Instant.now().getEpochSecond();

    private static final TestRedis.Own REDIS = new TestRedis.Own();
    private static final ScriptedUpstream UPSTREAM = new ScriptedUpstream();
    private static final List<Replica> GATEWAYS = new ArrayList<>();
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static Path tenants;
    private static Usage usage;

    @BeforeAll
    static void begin() throws Exception {
        tenants = Mnemo.directory(tenants());
        for (int i = 0; i < REPLICAS; i++) {
            GATEWAYS.add(another());
        }
        for (Replica gateway : GATEWAYS) {
            gateway.started();
        }
        usage = Usage.of(GATEWAYS.getFirst());
        List<Answer> warm = Crowd.ask(GATEWAYS, 8, i -> Crowd.chat("warm", null, body("m", "x")));
        assertThat(warm).extracting(Answer::status).containsOnly(200);
    }

    private static Replica another() throws IOException {
        // A cold process on a busy machine must not take its own slowness for a Redis that is away.
        return Replica.begin(
                tenants,
                REDIS.url(),
                SMALL,
                "mnemo.redis.timeout=20s",
                "mnemo.budget.lease=" + LEASE.toSeconds() + "s");
    }

    @AfterAll
    static void end() {
        GATEWAYS.forEach(Replica::close);
        REDIS.stop();
        UPSTREAM.close();
    }

    private static Map<String, String> tenants() {
        Map<String, String> tenants = new HashMap<>();
        tenants.put("warm", tenant("warm", "requests: 1M, per: tenant, every: month"));
        tenants.put("hundred", tenant("hundred", "requests: 100, per: tenant, every: month"));
        tenants.put("minute", tenant("minute", "requests: 100, per: tenant, every: minute"));
        tenants.put("ten", tenant("ten", "requests: 10, per: user, every: month"));
        // A call that asks for an answer of 1,000 tokens must have these and a few for its prompt: 64 fit, and never
        // 65.
        tenants.put("tokens", tenant("tokens", "tokens: 64900, per: tenant, every: month"));
        tenants.put("prompts", tenant("prompts", "input-tokens: 20000, per: tenant, every: month"));
        // An answer of 1,000 tokens is a dollar, and prompts are free: 64 fit.
        tenants.put(
                "dollars",
                tenant("dollars", "usd: 64, per: tenant, every: month")
                        + "models: [{name: \"*\", price: {input: 0, output: 1000}}]\n");
        tenants.put("parallel", tenant("parallel", "in-flight: 32, per: tenant"));
        tenants.put(
                "killed",
                Mnemo.tenant("killed", UPSTREAM.port(), """
                        budgets:
                          limits:
                            - {name: only, per: tenant, tokens: 100M, every: month}
                            - {name: parallel, per: tenant, in-flight: 8}
                        """)
                        .replace("idle: 1s", "idle: 60s")
                        .replace("total: 10s", "total: 60s"));
        tenants.put("cold", tenant("cold", "requests: 100, per: tenant, every: month"));
        tenants.put("flushed", tenant("flushed", "tokens: 100M, per: tenant, every: month"));
        for (int i = 0; i < EDGES; i++) {
            int ends = (int) ((BEGAN + (long) i * STEP) % 3_600);
            String zone = ZoneOffset.ofTotalSeconds(3_600 - ends).toString();
            tenants.put(
                    "edge" + i, tenant("edge" + i, "requests: 50, per: tenant, every: hour, zone: \"" + zone + "\""));
        }
        return tenants;
    }

    private static String tenant(String id, String limit) {
        // A thousand connections at once may overflow the queue of those who wait, and are tried again after a second.
        return Mnemo.tenant(id, UPSTREAM.port(), "budgets: {limits: [{name: only, " + limit + "}]}")
                .replace("connect: 1s", "connect: 10s")
                .replace("first-byte: 2s", "first-byte: 30s")
                .replace("total: 10s", "total: 60s");
    }

    @Test
    void aThousandCallsOverFourReplicasAdmitExactlyWhatFits() throws Exception {
        UPSTREAM.seen.clear();

        List<Answer> answers = Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("hundred", "u" + i, body("m", "x")));

        assertThat(Crowd.statuses(answers)).isEqualTo(Map.of(200, 100L, 429, CALLS - 100L));
        assertThat(UPSTREAM.seen).hasSize(100);
        settled("hundred", "any", 100);
    }

    /** What noMinuteWheneverItBeginsHasMoreThanItsLimit promises of one ledger. */
    @Test
    void aMinuteOfAThousandCallsOverFourReplicasHasNoMoreThanItsLimit() throws Exception {
        List<Answer> answers = Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("minute", "u" + i, body("m", "x")));

        assertThat(answers).filteredOn(Answer::admitted).hasSize(100);
        assertThat(answers).filteredOn(Answer::refused).hasSize(CALLS - 100);
    }

    @Test
    void eachUserOfAThousandCallsOverFourReplicasHasExactlyItsOwnLimit() throws Exception {
        int users = 8;

        List<Answer> answers = Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("ten", "u" + i % users, body("m", "x")));

        assertThat(Crowd.statuses(answers)).isEqualTo(Map.of(200, users * 10L, 429, CALLS - users * 10L));
        for (int user = 0; user < users; user++) {
            settled("ten", "u" + user, 10);
        }
    }

    /** None has ended while others ask, so that nothing is given back; then all has been given back but what was used. */
    @Test
    void aThousandCallsOverFourReplicasHoldExactlyTheTokensThatFit() throws Exception {
        CountDownLatch refused = new CountDownLatch(CALLS - 64);
        UPSTREAM.on("slow", call -> {
            refused.await(30, TimeUnit.SECONDS);
            call.json(200, ScriptedUpstream.answer("Hi.", 5, 2));
        });
        String body = "{\"model\":\"slow\",\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

        List<Answer> answers = Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("tokens", null, body), answer -> {
            if (answer.refused()) {
                refused.countDown();
            }
        });

        assertThat(Crowd.statuses(answers)).isEqualTo(Map.of(200, 64L, 429, CALLS - 64L));
        settled("tokens", "any", 64 * 7);
    }

    @Test
    void aThousandCallsOverFourReplicasHoldExactlyTheDollarsThatFit() throws Exception {
        CountDownLatch refused = new CountDownLatch(CALLS - 64);
        UPSTREAM.on("dear", call -> {
            refused.await(30, TimeUnit.SECONDS);
            call.json(200, ScriptedUpstream.answer("Hi.", 5, 2));
        });
        String body = "{\"model\":\"dear\",\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

        List<Answer> answers = Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("dollars", null, body), answer -> {
            if (answer.refused()) {
                refused.countDown();
            }
        });

        assertThat(Crowd.statuses(answers)).isEqualTo(Map.of(200, 64L, 429, CALLS - 64L));
        eventually("nothing is held any more", () -> usage.held("dollars", "any", "only") == 0);
    }

    /** How many that is, the estimate says; that there are neither more nor fewer is the ledger's affair. */
    @Test
    void aThousandCallsOverFourReplicasHoldAsManyPromptsAsFit() throws Exception {
        CountDownLatch decided = new CountDownLatch(CALLS);
        CountDownLatch go = new CountDownLatch(1);
        UPSTREAM.on("long", call -> {
            decided.countDown();
            go.await(30, TimeUnit.SECONDS);
            call.json(200, ScriptedUpstream.answer("Hi.", 5, 2));
        });
        AtomicLong held = new AtomicLong();
        Thread.ofVirtual().start(() -> {
            try {
                decided.await();
                held.set(usage.held("prompts", "any", "only"));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                go.countDown();
            }
        });
        String body = body("long", "x".repeat(1_000));

        List<Answer> answers = Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("prompts", null, body), answer -> {
            if (answer.refused()) {
                decided.countDown();
            }
        });

        long admitted = answers.stream().filter(Answer::admitted).count();
        assertThat(admitted).isBetween(1L, CALLS - 1L);
        assertThat(Crowd.statuses(answers)).isEqualTo(Map.of(200, admitted, 429, CALLS - admitted));
        assertThat(held.get() % admitted).as("each holds as much").isZero();
        assertThat(held.get()).isLessThanOrEqualTo(20_000);
        assertThat(held.get() + held.get() / admitted).as("one more").isGreaterThan(20_000);
        settled("prompts", "any", admitted * 5);
    }

    @Test
    void aThousandCallsOverFourReplicasAreNeverMoreInFlightThanMayBe() throws Exception {
        CountDownLatch refused = new CountDownLatch(CALLS - 32);
        AtomicInteger flying = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        UPSTREAM.on("flying", call -> {
            most.accumulateAndGet(flying.incrementAndGet(), Math::max);
            refused.await(30, TimeUnit.SECONDS);
            flying.decrementAndGet();
            call.json(200, ScriptedUpstream.answer("Hi.", 5, 2));
        });

        List<Answer> answers =
                Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("parallel", null, body("flying", "x")), answer -> {
                    if (answer.refused()) {
                        refused.countDown();
                    }
                });

        assertThat(Crowd.statuses(answers)).isEqualTo(Map.of(200, 32L, 429, CALLS - 32L));
        assertThat(most.get()).isEqualTo(32);
        eventually("all have landed", () -> usage.held("parallel", "any", "only") == 0);
        assertThat(Crowd.ask(GATEWAYS, 8, i -> Crowd.chat("parallel", null, body("m", "x"))))
                .as("there is room again, and for as many")
                .extracting(Answer::status)
                .containsOnly(200);
    }

    /**
     * As long as a replica lives, its streams keep what they hold, though they last longer than the lease. When it is gone,
     * their places are free again within the lease; what they had reserved counts as used, for nobody knows better. The one
     * that is started in its place finds it so.
     */
    @Test
    void aReplicaKilledInMidStreamLeavesNoHoldBehindItsLease() throws Exception {
        UPSTREAM.on("endless", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Once"));
            call.untilPeerCloses();
        });
        String endless =
                "{\"model\":\"endless\",\"stream\":true,\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        List<Socket> streams = new ArrayList<>();
        Replica doomed = GATEWAYS.getLast();
        try {
            for (int i = 0; i < 8; i++) {
                streams.add(Crowd.open(doomed, Crowd.chat("killed", null, endless), "Once"));
            }
            long held = usage.held("killed", "any", "only");
            assertThat(held).isGreaterThan(8 * 1_000L);
            long longer = System.nanoTime() + LEASE.plus(LEASE.dividedBy(2)).toNanos();
            while (System.nanoTime() < longer) {
                assertThat(next().status()).as("no place is free").isEqualTo(429);
                assertThat(usage.held("killed", "any", "only")).isEqualTo(held);
            }

            doomed.kill();
            long killed = System.nanoTime();
            Replica next = another();
            GATEWAYS.set(REPLICAS - 1, next);
            int waited = 0;
            while (next().refused()) {
                waited++;
                assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(LEASE.plusSeconds(3));
            }

            assertThat(waited).as("a lease is not over at once").isPositive();
            eventually(
                    "nothing is held any more",
                    () -> usage.held("killed", "any", "only") == 0 && usage.held("killed", "any", "parallel") == 0);
            assertThat(usage.used("killed", "any", "only")).isEqualTo(held + 12);

            next.started();
            Usage itsOwn = Usage.of(next);
            assertThat(next(next).status()).isEqualTo(200);
            eventually(
                    "its first call is settled",
                    () -> itsOwn.held("killed", "any", "only") == 0 && itsOwn.held("killed", "any", "parallel") == 0);
            assertThat(itsOwn.used("killed", "any", "only")).isEqualTo(held + 24);
        } finally {
            // Other tests ask it as well.
            GATEWAYS.getLast().started();
            for (Socket stream : streams) {
                stream.close();
            }
        }
    }

    /** One call of the tenant whose replica dies, by another replica; it costs 12 tokens. */
    private static Answer next() throws Exception {
        return next(GATEWAYS.getFirst());
    }

    private static Answer next(Replica gateway) throws Exception {
        return Crowd.ask(List.of(gateway), 1, i -> Crowd.chat("killed", null, body("m", "x")))
                .getFirst();
    }

    /** A counter that is missing is begun by whoever comes first, and only by that one; so is a script that is not known. */
    @Test
    void fourReplicasRacingOnAnEmptyRedisCountOnce() throws Exception {
        empty();

        List<Answer> answers = Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("cold", null, body("m", "x")));

        assertThat(Crowd.statuses(answers)).isEqualTo(Map.of(200, 100L, 429, CALLS - 100L));
        settled("cold", "any", 100);
    }

    /** What was held before is not known any more, what was used is told by each call that ends. */
    @Test
    void aRedisThatIsEmptiedUnderLoadCountsEachCallThatEndsOnce() throws Exception {
        CountDownLatch some = new CountDownLatch(CALLS / 3);
        CountDownLatch emptied = new CountDownLatch(1);
        AtomicLong used = new AtomicLong();
        UPSTREAM.on("across", call -> {
            some.countDown();
            emptied.await();
            int input = 5 + call.body().length % 7;
            used.addAndGet(input + 2);
            call.json(200, ScriptedUpstream.answer("Hi.", input, 2));
        });
        Thread.ofVirtual().start(() -> {
            try {
                some.await();
                empty();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                emptied.countDown();
            }
        });

        List<Answer> answers =
                Crowd.ask(GATEWAYS, EACH, i -> Crowd.chat("flushed", null, body("across", "x".repeat(i % 5))));

        assertThat(Crowd.statuses(answers)).containsOnlyKeys(200);
        settled("flushed", "any", used.get());
    }

    /** Of the calls before the edge and of those after it, each has its own window, on all replicas alike. */
    @Test
    void atTheEdgeOfAnHourFourReplicasBeginTheNextWindowTogether() throws Exception {
        long soon = Instant.now().getEpochSecond() + 1 - BEGAN;
        String tenant = "edge" + Math.ceilDiv(soon, STEP);
        AtomicBoolean after = new AtomicBoolean();
        AtomicInteger early = new AtomicInteger();
        AtomicInteger late = new AtomicInteger();

        int asked = Crowd.loop(GATEWAYS, 16, i -> Crowd.chat(tenant, null, body("m", "x")), answer -> {
            boolean fresh = answer.resets() > 30;
            if (answer.admitted()) {
                (fresh ? late : early).incrementAndGet();
            } else if (fresh) {
                after.set(true);
            }
            return !after.get();
        });

        assertThat(List.of(early.get(), late.get()))
                .as("admitted on both sides of the edge, of %d calls", asked)
                .containsExactly(50, 50);
        settled(tenant, "any", 50);
    }

    private static void settled(String tenant, String user, long used) {
        eventually("nothing is held any more", () -> usage.held(tenant, user, "only") == 0);
        assertThat(usage.used(tenant, user, "only")).isEqualTo(used);
    }

    private static void empty() {
        RedisClient client = RedisClient.create(REDIS.url());
        try (var connection = client.connect()) {
            connection.sync().flushall();
            connection.sync().scriptFlush();
        } finally {
            client.shutdown();
        }
    }
}
