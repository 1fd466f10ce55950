package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.CallListener;
import dev.mnemo.call.Detached;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.dialect.Answer;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever breaks, and wherever: what is charged is what was used, once, and nothing stays held. */
class LedgerFaultsTest {

    private static final ScriptedUpstream UPSTREAM = new ScriptedUpstream();
    private static final Map<String, Ending> ENDINGS = new ConcurrentHashMap<>();
    private static Mnemo mnemo;

    @BeforeAll
    static void begin() {
        mnemo = Mnemo.start(
                TestRedis.url(),
                Map.of(
                        "left",
                        Mnemo.tenant("left", UPSTREAM.port(), """
                                budgets:
                                  limits:
                                    - {name: all, per: tenant, tokens: 10000M, every: month}
                                    - {name: own, per: user, tokens: 100M, every: month}
                                    - {name: calls, per: tenant, requests: 1M, every: month}
                                """)
                                .replace("first-byte: 2s", "first-byte: 30s")
                                .replace("idle: 1s", "idle: 30s")
                                .replace("total: 10s", "total: 60s")),
                context -> context.registerBean("endings", CallListener.class, Endings::new),
                "mnemo.redis.timeout=5s");
        TestRedis.connected(mnemo.bean(RedisLinks.class));
    }

    @AfterAll
    static void end() {
        mnemo.close();
        UPSTREAM.close();
    }

    /** Remembers how each user's one call ended, as the gateway saw it. */
    private static final class Endings implements CallListener {

        @Override
        public void ended(LlmCall call, Ending ending) {
            if (call.identified() && call.caller().user() != null) {
                ENDINGS.put(call.caller().user(), ending);
            }
        }

        @Override
        public void settled(LlmCall call, long nanos) {}
    }

    /**
     * One caller that leaves.
     *
     * @param prompt its words' length
     * @param sends of its request's bytes
     * @param steps of its answer that the upstream gives before it waits for the caller to leave: none, the headers, some
     *     words, the usage, the end
     * @param reads of its answer's bytes, if there are as many
     */
    private record Leaver(int number, String user, int prompt, byte[] request, int sends, int steps, int reads) {

        private static final int WORDS = 6;

        /** Headers, words, usage, end. */
        private static final int STEPS = 1 + WORDS + 2;

        static Leaver of(int number, String run, Random random) {
            String user = run + "-" + number;
            int prompt = 1 + random.nextInt(100);
            byte[] request = Crowd.chat("left", user, body("leaving-" + number, "x".repeat(prompt)));
            boolean cutShort = random.nextInt(10) == 0;
            return new Leaver(
                    number,
                    user,
                    prompt,
                    request,
                    cutShort ? random.nextInt(request.length) : request.length,
                    random.nextInt(STEPS + 1),
                    random.nextInt(4) == 0 ? random.nextInt(400) : random.nextInt(2_500));
        }

        boolean asks() {
            return sends == request.length;
        }

        int input() {
            return 1_000_000 + number;
        }

        int output() {
            return 700 + number % 13;
        }

        /** What a provider that was asked would have it cost, once it has said so. */
        long cost() {
            return input() + output();
        }

        String usage() {
            return "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":" + input() + ",\"completion_tokens\":"
                    + output() + "}}\n\n";
        }

        /** As the upstream does. */
        void answer(ScriptedUpstream.Exchange call) throws IOException {
            for (int step = 0; step < steps; step++) {
                if (step == 0) {
                    call.events();
                } else if (step <= WORDS) {
                    call.chunk(ScriptedUpstream.delta("word" + step + ' '));
                } else if (step == WORDS + 1) {
                    call.chunk(usage());
                } else {
                    call.chunk("data: [DONE]\n\n");
                    call.end();
                    return;
                }
            }
            call.untilPeerCloses();
        }

        /** The last that there is to read while the upstream waits; headers come with what follows them. */
        private String last() {
            if (steps <= 1 + WORDS) {
                return "word" + (steps - 1) + " \"},\"finish_reason\":null}]}\n\n";
            }
            return steps < STEPS ? usage() : "\r\n0\r\n\r\n";
        }

        /** Asks, reads so much, and hangs up. Returns what it has read. */
        String leave(CountDownLatch asked) throws Exception {
            StringBuilder read = new StringBuilder();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), mnemo.port())) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream().write(request, 0, sends);
                if (!asks()) {
                    return "";
                }
                if (steps <= 1 && reads % 2 == 0) {
                    asked.await(30, TimeUnit.SECONDS);
                }
                InputStream in = socket.getInputStream();
                byte[] piece = new byte[128];
                for (String last = last(); steps > 1 && read.length() < reads && read.indexOf(last) < 0; ) {
                    int length = in.read(piece, 0, Math.min(piece.length, reads - read.length()));
                    assertThat(length)
                            .as("the answer to %s goes on: %s", this, read)
                            .isPositive();
                    read.append(new String(piece, 0, length, US_ASCII));
                }
            } catch (IOException e) {
                throw new AssertionError(this + " has read: " + read, e);
            }
            return read.toString();
        }
    }

    /** Of one call, what was charged is what its provider said, if it was there to hear it; else what passed, and no less. */
    @Test
    void aThousandCallersThatLeaveAnywherePayWhatTheyUsedAndHoldNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("LedgerFaultsTest, callers that leave: seed " + seed);
        Random random = new Random(seed);
        String run = TestRedis.fresh("l");
        Usage usage = Usage.of(mnemo);
        long allBefore = usage.used("left", "any", "all");
        long callsBefore = usage.used("left", "any", "calls");
        List<Leaver> leavers = new ArrayList<>();
        List<Future<String>> heard = new ArrayList<>();
        Map<String, CountDownLatch> asked = new ConcurrentHashMap<>();
        AtomicInteger talking = new AtomicInteger();
        Semaphore atOnce = new Semaphore(64);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1_000; i++) {
                Leaver leaver = Leaver.of(i, run, random);
                leavers.add(leaver);
                CountDownLatch arrived = new CountDownLatch(1);
                asked.put(leaver.user(), arrived);
                UPSTREAM.on("leaving-" + i, call -> {
                    arrived.countDown();
                    talking.incrementAndGet();
                    try {
                        leaver.answer(call);
                    } finally {
                        talking.decrementAndGet();
                    }
                });
                heard.add(threads.submit(() -> {
                    atOnce.acquire();
                    try {
                        return leaver.leave(arrived);
                    } finally {
                        atOnce.release();
                    }
                }));
            }
        }

        Detached detached = mnemo.bean(Detached.class);
        eventually(
                "every call that arrived has ended",
                () -> leavers.stream().filter(Leaver::asks).allMatch(leaver -> ENDINGS.containsKey(leaver.user())));
        eventually(
                "nothing is held any more",
                () -> detached.running() == 0
                        && usage.held("left", "any", "all") == 0
                        && usage.held("left", "any", "calls") == 0);

        long sum = 0;
        int exact = 0;
        int estimated = 0;
        for (Leaver leaver : leavers) {
            long used = usage.used("left", leaver.user(), "own");
            assertThat(usage.held("left", leaver.user(), "own")).isZero();
            sum += used;
            String read = heard.get(leaver.number()).get();
            Ending ending = ENDINGS.get(leaver.user());
            Answer answer = ending == null ? null : ending.answer();
            boolean told = answer != null && answer.usage() != null;
            if (read.contains(leaver.usage())) {
                assertThat(told).as("what %s heard, the gateway heard", leaver).isTrue();
            }
            if (told) {
                exact++;
                assertThat(used).as("%s", leaver).isEqualTo(leaver.cost());
            } else if (asked.get(leaver.user()).getCount() == 0) {
                estimated++;
                assertThat(used)
                        .as("%s, of which the upstream had the prompt, and it read %s", leaver, read)
                        .isBetween(least(leaver, read), most(leaver));
            } else {
                assertThat(used)
                        .as("%s, which the upstream has not seen", leaver)
                        .isBetween(0L, most(leaver));
            }
        }
        assertThat(exact).isGreaterThan(100);
        assertThat(estimated).isGreaterThan(300);
        assertThat(usage.used("left", "any", "all") - allBefore)
                .as("the tenant's counter is the sum of its users'")
                .isEqualTo(sum);
        long sent = leavers.stream()
                .map(leaver -> ENDINGS.get(leaver.user()))
                .filter(ending -> ending != null && ending.sent())
                .count();
        assertThat(usage.used("left", "any", "calls") - callsBefore).isEqualTo(sent);
        assertThat(detached.failed()).isZero();
        eventually("no upstream is left talking", () -> talking.get() == 0);
    }

    /** The prompt's words and those that have been read, by a ratio that no provider has corrected. */
    private static long least(Leaver leaver, String read) {
        long words = read.split("word\\d \"", -1).length - 1;
        return (long) Math.ceil(0.3 * leaver.prompt()) + (long) (0.3 * 6 * words);
    }

    private static long most(Leaver leaver) {
        return (long) Math.ceil(0.3 * leaver.prompt()) + (long) Math.ceil(0.3 * 6 * Leaver.WORDS);
    }
}
