package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.TestRedis;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a provider has cached stays what it was: a block is frozen for its conversation, in each dialect. */
class ConversationsTest {

    private static final int TURNS = 20;

    private final String user = TestRedis.fresh("ada");

    @BeforeEach
    void forgetWhatTheUpstreamSaw() {
        UPSTREAM.seen.clear();
    }

    @ParameterizedTest
    @EnumSource
    void twentyTurnsBeginWithTheSameBytes(Talk talk) throws Exception {
        prefer("direct");

        List<String> sent = converse(talk, turn -> {});

        assertThat(sent.getFirst()).contains("\\\"tone\\\":\\\"direct\\\"");
        eachContinues(sent);
    }

    @ParameterizedTest
    @EnumSource
    void achangeOfPreferencesBeginsThemAnewOnce(Talk talk) throws Exception {
        prefer("direct");

        List<String> sent = converse(talk, turn -> {
            if (turn == 11) {
                prefer("florid");
            }
        });

        eachContinues(sent.subList(0, 10));
        eachContinues(sent.subList(10, TURNS));
        assertThat(sent.get(9)).contains("direct");
        assertThat(sent.get(10)).contains("florid").doesNotContain("direct");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSaidElsewhereWaitsForTheNextConversation(Talk talk) throws Exception {
        prefer("direct");

        List<String> sent = converse(talk, turn -> {
            if (turn == 6 || turn == 18) {
                sayElsewhere(talk, "Something else entirely, number " + turn);
            }
        });

        eachContinues(sent);
        assertThat(String.join("", sent)).doesNotContain("Something else entirely");
        UPSTREAM.seen.clear();
        ask(talk, "other-model", List.of("A new conversation"));
        assertThat(upstreamBody()).contains("Something else entirely, number 18");
    }

    @ParameterizedTest
    @EnumSource
    void twoConversationsMayBeginWithTheSameWords(Talk talk) throws Exception {
        prefer("direct");
        List<String> first = new ArrayList<>(List.of("Hi"));
        answers(talk, "twin-" + talk, "First answer");
        ask(talk, "twin-" + talk, first);
        String one = upstreamBody();
        recorded(1);
        answers(talk, "twin-" + talk, "Second answer");
        ask(talk, "twin-" + talk, List.of("Hi"));
        upstreamBody();
        sayElsewhere(talk, "Something else");
        ask(talk, "twin-" + talk, List.of("Hi"));
        String three = upstreamBody();
        assertThat(three).isNotEqualTo(one).contains("Something else");

        ask(talk, "twin-" + talk, List.of("Hi", "First answer", "Go on"));

        assertThat(upstreamBody()).startsWith(withoutEnd(one));
    }

    @Test
    void aUserOfTwoDialectsIsOneUser() throws Exception {
        answers(Talk.ANTHROPIC, "claude-morning", "Use a slice.");
        ask(Talk.ANTHROPIC, "claude-morning", List.of("How do I keep a list in Go?"));
        recorded(1);
        answers(Talk.GEMINI, "gem-noon", "Use sort.Slice.");
        ask(Talk.GEMINI, "gem-noon", List.of("How do I sort it?"));
        recorded(2);
        UPSTREAM.seen.clear();

        for (Talk talk : List.of(Talk.CHAT, Talk.RESPONSES, Talk.OLLAMA)) {
            ask(talk, "night", List.of("And at night with " + talk + "?"));
            assertThat(upstreamBody())
                    .contains("How do I keep a list in Go?")
                    .contains("Use a slice.")
                    .contains("Use sort.Slice.");
        }
    }

    /** Says turn after turn as a client does that repeats everything; what reached the upstream. */
    private List<String> converse(Talk talk, IntConsumer before) throws Exception {
        String model = "turns-" + talk;
        List<String> said = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        for (int turn = 1; turn <= TURNS; turn++) {
            before.accept(turn);
            UPSTREAM.seen.clear();
            said.add("Question " + turn);
            answers(talk, model, "Answer " + turn);
            ask(talk, model, said);
            said.add("Answer " + turn);
            sent.add(upstreamBody());
        }
        return sent;
    }

    /** Each body is the one before, but for its end, and what is new. */
    private static void eachContinues(List<String> sent) {
        for (int i = 1; i < sent.size(); i++) {
            assertThat(sent.get(i)).startsWith(withoutEnd(sent.get(i - 1)));
        }
    }

    /** The list of messages stands last in what these clients send. */
    private static String withoutEnd(String body) {
        assertThat(body).endsWith("]}");
        return body.substring(0, body.length() - 2);
    }

    private void prefer(String tone) {
        MNEMO.put("acme", user, "{\"tone\":\"" + tone + "\"}");
    }

    private void sayElsewhere(Talk talk, String words) {
        long before = TestRedis.commands().llen(interactions());
        ask(talk, "elsewhere", List.of(words));
        recorded(before + 1);
        UPSTREAM.seen.clear();
    }

    private void recorded(long interactions) {
        eventually("it is recorded", () -> TestRedis.commands().llen(interactions()) >= interactions);
    }

    private String interactions() {
        return "mnemo:v1:{acme:" + user + "}:interactions";
    }

    private static void answers(Talk talk, String model, String text) {
        UPSTREAM.on(model, call -> call.json(200, talk.answer(text)));
    }

    private HttpResponse<String> ask(Talk talk, String model, List<String> said) {
        if (model.equals("elsewhere") || model.equals("other-model") || model.equals("night")) {
            answers(talk, model, "Noted.");
        }
        HttpResponse<String> answer = MNEMO.send(talk.call(MNEMO, "acme", user, talk.request(model, said)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static String upstreamBody() throws InterruptedException {
        return new String(UPSTREAM.seen.take().body(), StandardCharsets.UTF_8);
    }
}
