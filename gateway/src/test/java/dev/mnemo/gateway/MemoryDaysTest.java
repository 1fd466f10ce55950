package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.Keys;
import dev.mnemo.redis.TestRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is injected, kept and recorded where a conversation is more than a list of messages. */
class MemoryDaysTest {

    private final String user = TestRedis.fresh("ada");

    @BeforeEach
    void somethingIsKnown() {
        UPSTREAM.seen.clear();
        prefer("direct");
    }

    @Test
    void aThreadThatOpenAiKeepsGetsItsBlockOnce() throws Exception {
        answers("chain-1", Talk.response("resp_A", "One."));
        assertThat(context(ask(Talk.RESPONSES, "{\"model\":\"chain-1\",\"input\":\"First\"}")))
                .contains("preferences=1");
        assertThat(upstreamBody()).contains("direct");
        frozen("t:response:resp_A");
        answers("chain-2", Talk.response("resp_B", "Two."));

        HttpResponse<String> second =
                ask(Talk.RESPONSES, "{\"model\":\"chain-2\",\"previous_response_id\":\"resp_A\",\"input\":\"Second\"}");

        assertThat(context(second)).isEqualTo("tokens=0, preferences=1, interactions=0, snapshot=?1");
        assertThat(upstreamBody())
                .isEqualTo("{\"model\":\"chain-2\",\"previous_response_id\":\"resp_A\",\"input\":\"Second\"}");
        frozen("t:response:resp_B");
        // A chain that goes on is known for a day: its next call uses this name, however long its user thinks.
        String next = "mnemo:v1:{acme:" + user + "}:snapshot:" + Keys.encoded("t:response:resp_B");
        assertThat(TestRedis.commands().ttl(next)).isGreaterThan(80_000);
        prefer("florid");
        ask(Talk.RESPONSES, "{\"model\":\"chain-2\",\"previous_response_id\":\"resp_B\",\"input\":\"Third\"}");
        assertThat(upstreamBody()).contains("florid").doesNotContain("First");
    }

    @Test
    void aConversationThatOpenAiKeepsGetsItsBlockOnce() throws Exception {
        answers("kept", Talk.response("resp_K", "Yes."));
        String body =
                "{\"model\":\"kept\",\"conversation\":{\"id\":\"conv_1\"},\"input\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        ask(Talk.RESPONSES, body);
        assertThat(upstreamBody()).contains("direct");
        frozen("t:conversation:conv_1");

        assertThat(context(ask(Talk.RESPONSES, body))).contains("tokens=0, preferences=1");
        assertThat(upstreamBody()).isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '\"previous_response_id\":\"resp_L1\",', t:response:resp_L1",
        "'\"conversation\":\"conv_L\",', '\"conversation\":\"conv_L\",', t:conversation:conv_L"
    })
    void aToolLoopInAThreadThatOpenAiKeepsIsOneInteraction(String first, String then, String name) throws Exception {
        answers(
                "chain-call",
                "{\"id\":\"resp_L1\",\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"w\",\"arguments\":\"{}\"}]}");
        ask(Talk.RESPONSES, "{\"model\":\"chain-call\"," + first + "\"input\":\"What is the weather?\"}");
        frozen(name);
        answers("chain-done", Talk.response("resp_L2", "Sunny."));

        ask(
                Talk.RESPONSES,
                "{\"model\":\"chain-done\"," + then
                        + "\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"sun\"}]}");

        eventually("it is recorded", () -> TestRedis.commands().llen(interactions()) == 1);
        UPSTREAM.seen.clear();
        ask(Talk.RESPONSES, "{\"model\":\"chain-done\",\"input\":\"Another talk\"}");
        assertThat(upstreamBody()).contains("What is the weather?").contains("Sunny.");
    }

    @Test
    void whatIsNotToBeRecordedDoesNotWaitInAThreadEither() {
        answers(
                "chain-read",
                "{\"id\":\"resp_R1\",\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"function_call\",\"call_id\":\"c\"}]}");

        MNEMO.send(Talk.RESPONSES
                .call(MNEMO, "acme", user, "{\"model\":\"chain-read\",\"input\":\"Between us\"}")
                .header("X-Mnemo-Memory", "read"));

        frozen("t:response:resp_R1");
        String key = "mnemo:v1:{acme:" + user + "}:snapshot:" + Keys.encoded("t:response:resp_R1");
        assertThat(TestRedis.commands().get(key)).doesNotContain("Between us");
    }

    @Test
    void aBlockThatTheProviderDidNotTakeIsSentAgain() throws Exception {
        UPSTREAM.on("kept-500", call -> call.json(500, "{\"error\":{\"message\":\"no\"}}"));
        String body = "{\"model\":\"kept-500\",\"conversation\":\"conv_2\",\"input\":\"Hi\"}";
        MNEMO.send(Talk.RESPONSES.call(MNEMO, "acme", user, body));
        assertThat(upstreamBody()).contains("direct");

        MNEMO.send(Talk.RESPONSES.call(MNEMO, "acme", user, body));

        assertThat(upstreamBody()).contains("direct");
    }

    @Test
    void whatTheProviderKeepsClosedIsLeftAlone() throws Exception {
        String thread =
                "{\"model\":\"thread\",\"max_tokens\":9,\"thread\":{\"type\":\"continue\",\"previous_message_id\":\"msg_1\"},\"messages\":[{\"role\":\"user\",\"content\":\"Go on\"}]}";
        answers("thread", Talk.ANTHROPIC.answer("On."));
        assertThat(context(ask(Talk.ANTHROPIC, thread))).isEqualTo("tokens=0, reason=\"opaque\"");
        assertThat(upstreamBody()).isEqualTo(thread);
        String cached =
                "{\"labels\":{\"model\":\"cached\"},\"cachedContent\":\"cachedContents/1\",\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}";
        answers("cached", Talk.GEMINI.answer("Hi."));
        assertThat(context(ask(Talk.GEMINI, cached))).isEqualTo("tokens=0, reason=\"opaque\"");
        assertThat(upstreamBody()).isEqualTo(cached);
    }

    @Test
    void signedThinkingKeepsTheBlockThatItWasSignedWith() throws Exception {
        UPSTREAM.on("fable", call -> call.json(200, Talk.ANTHROPIC.answer("Hm.")));
        HttpRequest.Builder first = signed("fable", "", "think-" + user);
        MNEMO.send(first);
        String before = upstreamBody();
        prefer("florid");

        HttpResponse<String> next = MNEMO.send(signed("fable", THOUGHT, "think-" + user));

        assertThat(context(next)).contains("preferences=1").contains("snapshot=?1");
        String after = upstreamBody();
        assertThat(after.substring(0, after.indexOf("Ponder")))
                .isEqualTo(before.substring(0, before.indexOf("Ponder")))
                .contains("direct");
    }

    @Test
    void signedThinkingWithoutItsBlockGetsNone() throws Exception {
        UPSTREAM.on("fable", call -> call.json(200, Talk.ANTHROPIC.answer("Hm.")));

        HttpResponse<String> answer = MNEMO.send(signed("fable", THOUGHT, "lost-" + user));

        assertThat(context(answer)).isEqualTo("tokens=0, reason=\"signed\"");
        assertThat(upstreamBody()).doesNotContain("direct");
    }

    @Test
    void signedThinkingIsRefusedRatherThanSentWithoutItsBlock() throws Exception {
        MNEMO.put("lean", user, "{\"style\":\"" + "direct and thorough ".repeat(10) + "\"}");
        UPSTREAM.on("fable", call -> call.json(200, Talk.ANTHROPIC.answer("Hm.")));
        String conversation = "think-" + user;
        MNEMO.send(signed("lean", "fable", "", conversation, 9));
        assertThat(upstreamBody()).contains("thorough");
        settled("lean");
        // Where there is no block to keep, a call goes with what room there is.
        assertThat(context(MNEMO.send(signed("lean", "fable", THOUGHT, "lost-" + user, 9))))
                .isEqualTo("tokens=0, reason=\"signed\"");
        upstreamBody();
        settled("lean");

        // There is room for the call, and not for the block beside it.
        HttpResponse<String> refused = MNEMO.send(signed("lean", "fable", THOUGHT, conversation, 1_040));

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("signed thinking needs");
        assertThat(UPSTREAM.seen).isEmpty();
    }

    private static void settled(String tenant) {
        String leases = "mnemo:v1:{" + tenant + "}:leases";
        eventually("nothing is held", () -> TestRedis.commands().zcard(leases) == 0);
    }

    @Test
    void aSignedPromptThatIsTooLongIsToldAsItIs() throws Exception {
        UPSTREAM.on(
                "fable-full",
                call -> call.json(
                        new String(call.body(), StandardCharsets.UTF_8).contains("signature") ? 400 : 200,
                        new String(call.body(), StandardCharsets.UTF_8).contains("signature")
                                ? "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long\"}}"
                                : Talk.ANTHROPIC.answer("Hm.")));
        String conversation = "full-" + user;
        MNEMO.send(signed("acme", "fable-full", "", conversation, 9));
        UPSTREAM.seen.clear();

        HttpResponse<String> told = MNEMO.send(signed("acme", "fable-full", THOUGHT, conversation, 9));

        assertThat(told.statusCode()).isEqualTo(400);
        assertThat(told.body()).contains("prompt is too long");
        assertThat(UPSTREAM.seen).hasSize(1);
    }

    private static final String THOUGHT =
            ",{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"…\",\"signature\":\"c2ln\"},{\"type\":\"text\",\"text\":\"Hm.\"}]},{\"role\":\"user\",\"content\":\"And?\"}";

    private HttpRequest.Builder signed(String model, String more, String conversation) {
        return signed("acme", model, more, conversation, 9);
    }

    private HttpRequest.Builder signed(String tenant, String model, String more, String conversation, int answer) {
        String body = "{\"model\":\"" + model + "\",\"max_tokens\":" + answer
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Ponder\"}" + more + "]}";
        return Talk.ANTHROPIC.call(MNEMO, tenant, user, body).header("X-Mnemo-Conversation", conversation);
    }

    @Test
    void aToolLoopIsOneInteraction() {
        String question =
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"<system-reminder>be good</system-reminder>\"},{\"type\":\"text\",\"text\":\"What is the weather?\"}]}";
        String call =
                ",{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"I look.\"},{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"w\",\"input\":{}}]}"
                        + ",{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":\"secret tool output\"}]}";
        UPSTREAM.on("loop-1", exchange -> exchange.json(200, """
                {"id":"m","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"deep thought","signature":"x"},{"type":"text","text":"I look."},{"type":"tool_use","id":"t1","name":"w","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":9,"output_tokens":9}}"""));
        UPSTREAM.on("loop-2", exchange -> exchange.json(200, Talk.ANTHROPIC.answer("Sunny.")));
        String start = "\",\"max_tokens\":9,\"messages\":[" + question;

        ask(Talk.ANTHROPIC, "{\"model\":\"loop-1" + start + "]}");
        ask(Talk.ANTHROPIC, "{\"model\":\"loop-2" + start + call + "]}");

        eventually("one is recorded", () -> TestRedis.commands().llen(interactions()) == 1);
        UPSTREAM.seen.clear();
        UPSTREAM.on("later", exchange -> exchange.json(200, Talk.ANTHROPIC.answer("Yes.")));
        ask(
                Talk.ANTHROPIC,
                "{\"model\":\"later\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Anything else?\"}]}");
        String sent = lastUpstreamBody();
        assertThat(sent)
                .contains("What is the weather?")
                .contains("Sunny.")
                .doesNotContain("be good")
                .doesNotContain("deep thought")
                .doesNotContain("secret tool output")
                .doesNotContain("I look.");
    }

    @Test
    void anAgentsAgentHasNoUser() throws Exception {
        for (String header : List.of("X-Claude-Code-Agent-Id", "X-Parent-Session-Id", "x-openai-subagent")) {
            UPSTREAM.seen.clear();
            UPSTREAM.on("sub", call -> call.json(200, Talk.ANTHROPIC.answer("Done.")));
            HttpResponse<String> answer = MNEMO.send(Talk.ANTHROPIC
                    .call(MNEMO, "acme", user, Talk.ANTHROPIC.request("sub", List.of("Search the code")))
                    .header(header, "a1"));

            assertThat(context(answer)).isEqualTo("tokens=0, reason=\"off\"");
            assertThat(upstreamBody()).doesNotContain("direct");
        }
        UPSTREAM.on("main", call -> call.json(200, Talk.ANTHROPIC.answer("Yes.")));
        ask(Talk.ANTHROPIC, Talk.ANTHROPIC.request("main", List.of("For the record")));
        eventually(
                "the main agent's call is recorded", () -> TestRedis.commands().llen(interactions()) == 1);
    }

    @Test
    void aCutAnswerIsKeptWithAMarkOrDropped() {
        ScriptedUpstream.Script cut = call -> {
            call.events();
            call.chunk(ScriptedUpstream.delta("Half an ans"));
            call.socket().close();
        };
        UPSTREAM.on("half", cut);
        MNEMO.ask("acme", user, Mnemo.body("half", "Tell me"));
        MNEMO.ask("dropping", user, Mnemo.body("half", "Tell me"));
        MNEMO.ask("dropping", user, Mnemo.body("gpt-4o", "Tell me more"));
        eventually("kept", () -> TestRedis.commands().llen(interactions()) == 1);
        String dropping = "mnemo:v1:{dropping:" + user + "}:interactions";
        eventually("the whole one is recorded", () -> TestRedis.commands().llen(dropping) > 0);
        assertThat(TestRedis.commands().llen(dropping)).isEqualTo(1);
        UPSTREAM.seen.clear();

        MNEMO.ask("acme", user, Mnemo.body("gpt-4o", "What did you say?"));

        assertThat(lastUpstreamBody()).contains("Half an ans").contains("cut off");
    }

    @Test
    void aCountSeesTheBlockAndLeavesNoTrace() throws Exception {
        UPSTREAM.on("counted", call -> call.json(200, "{\"input_tokens\":2095}"));
        String body = Talk.ANTHROPIC.request("counted", List.of("How many?"));

        HttpResponse<String> count = MNEMO.send(MNEMO.to("/v1/messages/count_tokens")
                .header("x-api-key", "acme-key")
                .header("X-Mnemo-User", user)
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(count.body()).isEqualTo("{\"input_tokens\":2095}");
        String counted = upstreamBody();
        UPSTREAM.on("counted", call -> call.json(200, Talk.ANTHROPIC.answer("Three.")));
        assertThat(context(ask(Talk.ANTHROPIC, body))).contains("snapshot=?0");
        assertThat(upstreamBody()).isEqualTo(counted).contains("direct");
    }

    private void prefer(String tone) {
        MNEMO.put("acme", user, "{\"tone\":\"" + tone + "\"}");
    }

    private HttpResponse<String> ask(Talk talk, String body) {
        HttpResponse<String> answer = MNEMO.send(talk.call(MNEMO, "acme", user, body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static void answers(String model, String json) {
        UPSTREAM.on(model, call -> call.json(200, json));
    }

    private static String context(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Mnemo-Context").orElseThrow();
    }

    private void frozen(String conversation) {
        String key = "mnemo:v1:{acme:" + user + "}:snapshot:" + Keys.encoded(conversation);
        eventually(conversation + " is known", () -> TestRedis.commands().exists(key) == 1);
    }

    private String interactions() {
        return "mnemo:v1:{acme:" + user + "}:interactions";
    }

    private static String upstreamBody() throws InterruptedException {
        return new String(UPSTREAM.seen.take().body(), StandardCharsets.UTF_8);
    }

    private static String lastUpstreamBody() {
        return new String(List.copyOf(UPSTREAM.seen).getLast().body(), StandardCharsets.UTF_8);
    }
}
