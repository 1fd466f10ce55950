package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.gateway.ScriptedUpstream.Exchange;
import dev.mnemo.redis.TestRedis;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** What a user's interactions have in common comes back in their next conversation, and who pays for its writing. */
class SummaryTest {

    private final String user = TestRedis.fresh("ada");

    @Test
    void afterTenInteractionsAModelWritesAProfileThatTheNextConversationShows() {
        Queue<Exchange> asked = new ConcurrentLinkedQueue<>();
        UPSTREAM.on("diary", call -> {
            asked.add(call);
            call.json(200, Talk.CHAT.answer("The user runs <b>Kafka</b> in Zurich."));
        });
        UPSTREAM.on("chatter", call -> call.json(200, Talk.CHAT.answer("It depends. My tool says: fire.")));
        for (int i = 0; i < 10; i++) {
            int turns = i + 1;
            ask("How do I keep the Kafka topic number " + i + " small?");
            eventually("it is recorded", () -> TestRedis.commands().llen(key("interactions")) == turns);
        }
        eventually("it is written", () -> TestRedis.commands().hexists(key("profile"), "written"));

        assertThat(asked).singleElement().satisfies(call -> {
            assertThat(call.head()).startsWith("POST /v1/chat/completions ").contains("Bearer upstream-secret");
            assertThat(new String(call.body(), StandardCharsets.UTF_8))
                    .contains("Kafka topic number 0", "Kafka topic number 9")
                    .doesNotContain("fire");
        });
        UPSTREAM.seen.clear();
        ask("Something else?");
        assertThat(new String(UPSTREAM.seen.remove().body(), StandardCharsets.UTF_8))
                .contains("The user runs Kafka in Zurich.", "\\\"interactions\\\":10", "\\\"kafka\\\"");

        Usage usage = Usage.of(MNEMO);
        assertThat(usage.used("noted", user, "profiles")).isEqualTo(34);
        eventually("what was asked is settled", () -> usage.used("noted", user, "people") == 11 * 34);
        assertThat(MNEMO.metrics()).contains("mnemo_maintenance_total{outcome=\"written\",tenant=\"noted\"} 1.0");
        HttpResponse<String> days = MNEMO.send(MNEMO.to("/mnemo/v1/usage/days?by=user,model&key=maintenance")
                .header("Authorization", "Bearer noted-key"));
        assertThat(days.body())
                .contains("\"model\":\"diary\"", "\"user\":\"\"", "\"input\":30")
                .doesNotContain(user);
        assertThat(asked).hasSize(1);
    }

    private HttpResponse<String> ask(String words) {
        return MNEMO.ask("noted", user, Mnemo.body("chatter", words));
    }

    private String key(String name) {
        return "mnemo:v1:{noted:" + user + "}:" + name;
    }
}
