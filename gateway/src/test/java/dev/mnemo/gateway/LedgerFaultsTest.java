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
import dev.mnemo.redis.FaultyRedis;
import dev.mnemo.redis.FaultyRedis.Mode;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

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
            JsonNode own = usage.limit("left", leaver.user(), "own");
            assertThat(own.get("held").asLong()).isZero();
            long used = own.get("used").asLong();
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
        assertThat(exact).isGreaterThan(40);
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

    /** What becomes of a call whose network to Redis fails anywhere in it. */
    private enum Kind {
        PLAIN,
        STREAMED,
        REFUSED_UPSTREAM,
        /** Leaves at once, and its upstream never answers. */
        IMPATIENT;

        String model() {
            return "faulty-" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** One call of a user of its own, so that it can be said which call was charged what it was not. */
    private record Faulty(String tenant, String user, Kind kind, Mode during) {

        private String words() {
            return body(kind.model(), "x\",\"name\":\"" + user);
        }

        byte[] request() {
            return Crowd.chat(tenant, user, words());
        }

        void ask(Mnemo gateway) throws IOException {
            if (kind != Kind.IMPATIENT) {
                gateway.ask(tenant, user, words());
                return;
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
                socket.getOutputStream().write(request());
            }
        }
    }

    /**
     * Redis hears and is not heard, is late, is gone, or hears late; replies are lost one by one. Calls go on or are refused,
     * as their tenant wants. When it is over, each has been charged what its upstream said, once.
     */
    @Test
    void redisTimeoutsAndSwallowedRepliesNeverChargeTwice() throws Exception {
        long seed = System.nanoTime();
        System.out.println("LedgerFaultsTest, faults of Redis: seed " + seed);
        Random random = new Random(seed);
        String open = TestRedis.fresh("open");
        String shut = TestRedis.fresh("shut");
        Map<String, Long> said = new ConcurrentHashMap<>();
        scriptFaulty(said);
        List<Faulty> calls = new ArrayList<>();
        try (FaultyRedis redis = new FaultyRedis(TestRedis.url(), Duration.ofMillis(150), seed);
                Mnemo gateway = Mnemo.start(
                        redis.url(),
                        Map.of(
                                open,
                                counted(open, "unavailable: allow"),
                                shut,
                                counted(shut, "unavailable: refuse"),
                                "probe",
                                counted("probe", "unavailable: refuse")),
                        context -> context.registerBean("endings", CallListener.class, Endings::new),
                        "mnemo.redis.timeout=100ms")) {
            RedisLinks links = gateway.bean(RedisLinks.class);
            recovered(gateway, links);
            long prompt = costOfAPrompt(gateway, user(9_999, open));
            List<Mode> modes = new ArrayList<>(List.of(Mode.values()));
            modes.set(0, Mode.SWALLOW);
            Collections.shuffle(modes, random);
            for (Mode mode : modes) {
                recovered(gateway, links);
                List<Faulty> round = new ArrayList<>();
                for (int i = 0; i < 120; i++) {
                    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
                    String user = user(calls.size(), open);
                    Faulty call = new Faulty(random.nextBoolean() ? open : shut, user, kind, mode);
                    round.add(call);
                    calls.add(call);
                }
                int from = random.nextInt(40);
                int until = from + 10 + random.nextInt(60);
                AtomicInteger begun = new AtomicInteger();
                together(round, 16, call -> {
                    int number = begun.getAndIncrement();
                    if (number == from) {
                        redis.mode(mode);
                    } else if (number == until) {
                        redis.mode(Mode.PASS);
                    }
                    call.ask(gateway);
                });
                redis.mode(Mode.PASS);
            }
            recovered(gateway, links);

            assertThat(redis.lost()).as("replies that were swallowed").isPositive();
            Usage usage = Usage.of(gateway);
            eventually("every call has ended", () -> calls.stream().allMatch(call -> ENDINGS.containsKey(call.user())));
            for (String tenant : List.of(open, shut)) {
                eventually(
                        "nothing is held by " + tenant,
                        () -> usage.held(tenant, "any", "all") == 0 && usage.held(tenant, "any", "calls") == 0);
                List<Faulty> own = calls.stream()
                        .filter(call -> call.tenant().equals(tenant))
                        .toList();
                eventually(
                        "all is charged to " + tenant,
                        () -> usage.used(tenant, "any", "calls")
                                >= own.stream().filter(LedgerFaultsTest::sent).count());
                assertThat(own)
                        .allSatisfy(call -> assertThat(usage.used(tenant, call.user(), "own"))
                                .as("%s", call)
                                .isEqualTo(cost(call, prompt, said)));
                assertThat(usage.used(tenant, "any", "all"))
                        .isPositive()
                        .isEqualTo(own.stream()
                                .mapToLong(call -> cost(call, prompt, said))
                                .sum());
                assertThat(usage.used(tenant, "any", "calls"))
                        .isEqualTo(own.stream().filter(LedgerFaultsTest::sent).count());
            }
        }
    }

    private static String counted(String tenant, String more) {
        return Mnemo.tenant(tenant, UPSTREAM.port(), """
                budgets:
                  %s
                  limits:
                    - {name: all, per: tenant, tokens: 10000M, every: month}
                    - {name: own, per: user, tokens: 100M, every: month}
                    - {name: calls, per: tenant, requests: 1M, every: month}
                """.formatted(more))
                .replace("first-byte: 2s", "first-byte: 30s")
                .replace("total: 10s", "total: 60s");
    }

    private static boolean sent(Faulty call) {
        Ending ending = ENDINGS.get(call.user());
        return ending != null && ending.sent();
    }

    /** All of the same length, so that by its bytes each prompt is estimated alike. */
    private static String user(int number, String run) {
        return "u%04d-%s".formatted(number, run);
    }

    /** What is charged for a call of which the upstream had the prompt, and nobody had an answer. */
    private static long costOfAPrompt(Mnemo gateway, String user) throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        ScriptedUpstream.Script impatient = ScriptedUpstream.Exchange::untilPeerCloses;
        UPSTREAM.on(Kind.IMPATIENT.model(), call -> {
            arrived.countDown();
            impatient.play(call);
        });
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.getOutputStream().write(new Faulty("probe", user, Kind.IMPATIENT, Mode.PASS).request());
            assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
        }
        Usage usage = Usage.of(gateway);
        eventually("it is settled", () -> ENDINGS.containsKey(user) && usage.held("probe", user, "own") == 0);
        assertThat(usage.used("probe", user, "own")).isPositive();
        return usage.used("probe", user, "own");
    }

    /** What the upstream said; of whom left before, what a prompt costs, if the upstream may have had it. */
    private static long cost(Faulty call, long prompt, Map<String, Long> said) {
        if (call.kind() == Kind.IMPATIENT) {
            return sent(call) ? prompt : 0;
        }
        return said.getOrDefault(call.user(), 0L);
    }

    private static void scriptFaulty(Map<String, Long> said) {
        Pattern name = Pattern.compile("\"name\":\"([^\"]*)\"");
        ToLongFunction<ScriptedUpstream.Exchange> say = call -> {
            Matcher named = name.matcher(new String(call.body(), US_ASCII));
            assertThat(named.find()).isTrue();
            long input = 10 + said.size();
            assertThat(said.put(named.group(1), input + 3)).as("asked twice").isNull();
            return input;
        };
        UPSTREAM.on(Kind.PLAIN.model(), call -> {
            long input = say.applyAsLong(call);
            call.json(200, ScriptedUpstream.answer("Hi.", (int) input, 3));
        });
        UPSTREAM.on(Kind.STREAMED.model(), call -> {
            long input = say.applyAsLong(call);
            call.events();
            call.chunk(ScriptedUpstream.delta("Hel"));
            call.chunk("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":" + input
                    + ",\"completion_tokens\":3}}\n\ndata: [DONE]\n\n");
            call.end();
        });
        UPSTREAM.on(Kind.REFUSED_UPSTREAM.model(), call -> call.json(400, "{\"error\":{\"message\":\"no\"}}"));
        UPSTREAM.on(Kind.IMPATIENT.model(), ScriptedUpstream.Exchange::untilPeerCloses);
    }

    /** Asks until Redis is asked again: a breaker that has opened closes by calls. */
    private static void recovered(Mnemo gateway, RedisLinks links) {
        eventually(
                "Redis is there",
                () -> gateway.ask("probe", "any", body("m", "x")).statusCode() == 200
                        && links.all().stream().allMatch(RedisLink::isUp));
    }

    private interface Ask {
        void ask(Faulty call) throws Exception;
    }

    private static void together(List<Faulty> calls, int atOnce, Ask ask) throws Exception {
        List<Future<?>> asked = new ArrayList<>();
        Semaphore places = new Semaphore(atOnce);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Faulty call : calls) {
                asked.add(threads.submit(() -> {
                    places.acquire();
                    try {
                        ask.ask(call);
                    } finally {
                        places.release();
                    }
                    return 0;
                }));
            }
        }
        for (Future<?> one : asked) {
            one.get();
        }
    }

    /** What frames a prompt, and a token for each word that has been read: no estimate is below it. */
    private static long least(Leaver leaver, String read) {
        return 7 + read.split("word\\d \"", -1).length - 1;
    }

    /** Two tokens a letter, and as much for each word as no tokenizer takes. */
    private static long most(Leaver leaver) {
        return 7 + 2L * leaver.prompt() + 6L * Leaver.WORDS;
    }
}
