package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.TestRedis;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Budgets hold at any concurrency, and what is settled is what was used. */
class MoneyTest {

    private static final Usage USAGE = Usage.of(MNEMO);

    private final AtomicLong used = new AtomicLong();

    @Test
    void ofTwoHundredCallsAtOnceWithRoomForTenExactlyTenReachTheUpstream() throws Exception {
        UPSTREAM.seen.clear();
        String user = TestRedis.fresh("crowd");

        List<Integer> statuses =
                together(200, 100, i -> MNEMO.ask("ten", user, body("m", "x")).statusCode());

        assertThat(statuses).filteredOn(status -> status == 200).hasSize(10);
        assertThat(statuses).filteredOn(status -> status == 429).hasSize(190);
        assertThat(UPSTREAM.seen).hasSize(10);
    }

    @Test
    void afterAThousandCallsOfAllEndingsWhatIsSettledIsWhatWasUsed() throws Exception {
        script();
        long before = USAGE.used("metered", "any", "only");
        Random random = new Random(7);
        String[] models = {
            "plain",
            "plain",
            "plain",
            "streamed",
            "streamed",
            "refused-upstream",
            "left-behind",
            "broken-off",
            "malformed"
        };

        together(1_000, 32, i -> {
            String model;
            synchronized (random) {
                model = models[random.nextInt(models.length)];
            }
            switch (model) {
                case "left-behind" -> leave(body(model, "x"));
                case "malformed" -> MNEMO.ask("metered", "u" + i % 50, "{\"model\":");
                default -> MNEMO.ask("metered", "u" + i % 50, body(model, "x"));
            }
            return 0;
        });

        eventually("nothing is held any more", () -> USAGE.held("metered", "any", "only") == 0);
        assertThat(used.get()).isPositive();
        assertThat(USAGE.used("metered", "any", "only") - before).isEqualTo(used.get());
    }

    /** It was admitted by what it said that it would be. What it was is known afterwards, and counts. */
    @Test
    void anAnswerTenTimesItsEstimateIsChargedAndStopsTheNextCall() {
        String user = TestRedis.fresh("verbose");
        UPSTREAM.on("verbose", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hello"));
            call.chunk("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":10000}}\n\n");
            call.chunk("data: [DONE]\n\n");
            call.end();
        });

        assertThat(MNEMO.ask("lean", user, body("verbose", "x")).statusCode()).isEqualTo(200);
        eventually("it is settled", () -> USAGE.held("lean", user, "only") == 0);
        assertThat(USAGE.used("lean", user, "only")).isEqualTo(10_007);

        UPSTREAM.seen.clear();
        HttpResponse<String> next = MNEMO.ask("lean", user, body("verbose", "x"));
        assertThat(next.statusCode()).isEqualTo(429);
        assertThat(next.headers().firstValue("RateLimit").orElseThrow()).startsWith("\"only\";r=0;t=");
        assertThat(UPSTREAM.seen).isEmpty();
        assertThat(USAGE.used("lean", user, "only"))
                .as("what is refused costs nothing")
                .isEqualTo(10_007);
        assertThat(MNEMO.ask("lean", TestRedis.fresh("other"), body("m", "x")).statusCode())
                .isEqualTo(200);
    }

    /** Each writes down what it says that it used, before it says so. */
    private void script() {
        UPSTREAM.on("plain", call -> {
            int tokens = tokens();
            call.json(200, ScriptedUpstream.answer("Hi.", tokens, 3));
        });
        UPSTREAM.on("streamed", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hel"));
            call.chunk(ScriptedUpstream.delta("lo") + usage(tokens()) + "data: [DONE]\n\n");
            call.end();
        });
        UPSTREAM.on("refused-upstream", call -> call.json(400, "{\"error\":{\"message\":\"no\"}}"));
        UPSTREAM.on("left-behind", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hel") + usage(tokens()));
            call.untilPeerCloses();
        });
        UPSTREAM.on("broken-off", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hel") + usage(tokens()));
            call.socket().close();
        });
    }

    private int tokens() {
        int input = 10 + (int) (used.get() % 17);
        used.addAndGet(input + 3);
        return input;
    }

    private static String usage(int input) {
        return "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":" + input + ",\"completion_tokens\":3}}\n\n";
    }

    /** Reads until the usage has passed, then hangs up. */
    private static void leave(String body) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", MNEMO.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer metered-key\r\n"
                                    + "X-Mnemo-User: leaver\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            StringBuilder read = new StringBuilder();
            while (read.indexOf("completion_tokens\":3}}\n\n") < 0) {
                int next = in.read();
                assertThat(next).as("the answer goes on: %s", read).isNotNegative();
                read.append((char) next);
            }
        }
    }

    private interface Call<T> {
        T number(int i) throws Exception;
    }

    private static <T> List<T> together(int calls, int atOnce, Call<T> call) throws Exception {
        List<Callable<T>> work = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            int number = i;
            work.add(() -> call.number(number));
        }
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
            for (Future<T> result : threads.invokeAll(work)) {
                results.add(result.get());
            }
        }
        return results;
    }
}
