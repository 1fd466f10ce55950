package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.body;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.TestRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is limited is told so by each answer: what the limits are, and how they stand. */
class RateLimitTest {

    private static final Pattern POLICY =
            Pattern.compile("\"(?<name>[a-z-]+)\";q=(?<q>\\d+)(;qu=\"(?<unit>[a-z]+)\")?;w=(?<w>\\d+)");
    private static final Pattern LEVEL = Pattern.compile("\"(?<name>[a-z-]+)\";r=(?<r>\\d+);t=(?<t>\\d+)");

    private final String user = TestRedis.fresh("told");

    private record Level(long left, long resets) {}

    @BeforeAll
    static void script() {
        UPSTREAM.on("streams", call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Hello"));
            call.chunk("data: [DONE]\n\n");
            call.end();
        });
        UPSTREAM.on("refuses", call -> call.json(400, "{\"error\":{\"message\":\"no\"}}"));
        UPSTREAM.on("fails", call -> call.json(500, "{\"error\":{\"message\":\"oh\"}}"));
        UPSTREAM.on("vanishes", call -> call.socket().close());
    }

    @ParameterizedTest(name = "{index}: {0} {1} {2}")
    @CsvSource({
        "POST, /v1/chat/completions, m, 200",
        "POST, /v1/chat/completions, streams, 200",
        "POST, /v1/chat/completions, refuses, 400",
        "POST, /v1/chat/completions, fails, 500",
        "POST, /v1/chat/completions, vanishes, 502",
        "POST, /v1/embeddings, m, 200",
        "GET, /v1/models, , 200"
    })
    void eachAnswerOfALimitedTenantSaysHowItsLimitsStand(String method, String path, String model, int status) {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to(path)
                .header("Authorization", "Bearer told-key")
                .header("X-Mnemo-User", user)
                .method(method, model == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body(model, "x"))));

        assertThat(answer.statusCode()).isEqualTo(status);
        Map<String, Level> levels = levels(answer);
        assertThat(levels).containsOnlyKeys("whole", "calls");
        assertThat(levels.get("calls").left())
                .as("this call is counted already")
                .isEqualTo(9);
        assertThat(levels.get("whole").left()).isBetween(1L, 100_000_000L);
    }

    @Test
    void theTightestComesFirstAndIsCountedDownToNothing() {
        for (int left = 9; left >= 0; left--) {
            HttpResponse<String> answer = MNEMO.ask("told", user, body("m", "x"));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("RateLimit").orElseThrow()).startsWith("\"calls\";r=" + left + ';');
        }

        HttpResponse<String> refused = MNEMO.ask("told", user, body("m", "x"));

        assertThat(refused.statusCode()).isEqualTo(429);
        Level calls = levels(refused).get("calls");
        assertThat(calls.left()).isZero();
        assertThat(refused.headers().firstValueAsLong("Retry-After"))
                .as("it says twice when to come again, and the same")
                .hasValue(calls.resets());
    }

    @Test
    void whoIsNotLimitedIsToldNothing() {
        HttpResponse<String> answer = MNEMO.ask("acme", user, body("m", "x"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map()).doesNotContainKeys("ratelimit", "ratelimit-policy");
    }

    /** Both headers speak of the same limits, in the same order, and of figures that can be. */
    private static Map<String, Level> levels(HttpResponse<String> answer) {
        assertThat(answer.headers().allValues("RateLimit-Policy")).hasSize(1);
        assertThat(answer.headers().allValues("RateLimit")).hasSize(1);
        String[] policies =
                answer.headers().firstValue("RateLimit-Policy").orElseThrow().split(", ", -1);
        String[] levels = answer.headers().firstValue("RateLimit").orElseThrow().split(", ", -1);
        assertThat(levels).hasSameSizeAs(policies);
        Map<String, Level> all = new HashMap<>();
        for (int i = 0; i < levels.length; i++) {
            Matcher policy = POLICY.matcher(policies[i]);
            Matcher level = LEVEL.matcher(levels[i]);
            assertThat(policy.matches()).as("%s", policies[i]).isTrue();
            assertThat(level.matches()).as("%s", levels[i]).isTrue();
            assertThat(level.group("name")).isEqualTo(policy.group("name"));
            long left = Long.parseLong(level.group("r"));
            long resets = Long.parseLong(level.group("t"));
            assertThat(left).isLessThanOrEqualTo(Long.parseLong(policy.group("q")));
            // A month's window is told as thirty days, and may be a day longer.
            assertThat(resets).isBetween(1L, Long.parseLong(policy.group("w")) + 86_400);
            all.put(level.group("name"), new Level(left, resets));
        }
        return all;
    }
}
