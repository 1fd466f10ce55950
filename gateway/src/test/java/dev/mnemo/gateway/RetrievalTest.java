package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import io.lettuce.core.RedisURI;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was said long ago comes back when it fits what is asked now; what is stored can be sealed. */
class RetrievalTest {

    /** With a history in each tenant, which is made once. */
    private static final String USER = TestRedis.fresh("ada");

    @BeforeAll
    static void muchWasSaidLongAgo() {
        for (String tenant : List.of("archived", "turning")) {
            remember(tenant, "My daughter's name is Ophelia.", "A lovely name.");
            remember(tenant, "I am allergic to walnuts.", "Noted, no walnuts.");
            smallTalk(tenant, 36);
        }
    }

    @BeforeEach
    void nothingIsSeen() {
        UPSTREAM.seen.clear();
    }

    @ParameterizedTest
    @EnumSource
    void whatFitsTheFirstWordsStandsInTheBlockOfTheConversation(Talk talk) throws Exception {
        String question = "What is my daughter called again, " + talk + "?";
        HttpResponse<String> first = ask("archived", talk, List.of(question), "Ophelia.");

        String sent = upstreamBody();
        assertThat(sent).contains("Ophelia", "Be terse.").doesNotContain("weather number 3 ");
        String block = block(sent);
        ask("archived", talk, List.of(question, "Ophelia.", "And the weather number 3?"), "Fine.");
        assertThat(block(upstreamBody())).as("frozen").isEqualTo(block);
        assertThat(context(first)).contains("snapshot=?0");
    }

    @ParameterizedTest
    @EnumSource
    void whatFitsTheLastWordsStandsBehindThemWhereATenantWantsThat(Talk talk) throws Exception {
        ask("turning", talk, List.of("Hello there"), "Hi.");
        upstreamBody();
        ask("turning", talk, List.of("Hello there", "Hi.", "What is my daughter called?"), "Ophelia.");
        String second = upstreamBody();
        ask(
                "turning",
                talk,
                List.of("Hello there", "Hi.", "What is my daughter called?", "Ophelia.", "Can I eat walnuts?"),
                "No.");
        String third = upstreamBody();

        assertThat(second.indexOf("Ophelia")).isGreaterThan(second.indexOf("What is my daughter called?"));
        assertThat(third.substring(third.indexOf("Can I eat walnuts?"))).contains("allergic");
        assertThat(third.substring(0, third.indexOf("Can I eat walnuts?")))
                .as("nothing changes before the last words")
                .doesNotContain("lovely", "allergic");
    }

    /** It may be megabytes: whatever waits behind it on the same connection waits for all of them. */
    @Test
    void anArchiveIsReadOnAConnectionThatNoCallWaitsForOtherwise() throws Exception {
        List<String> commands = new ArrayList<>();
        try (Socket monitor =
                new Socket("127.0.0.1", RedisURI.create(MNEMO.redis()).getPort())) {
            monitor.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(monitor.getInputStream(), StandardCharsets.ISO_8859_1));
            assertThat(lines.readLine()).isEqualTo("+OK");
            for (int i = 0; i < 20; i++) {
                ask("archived", Talk.CHAT, List.of("What is my daughter called, number " + i + "?"), "Ophelia.");
            }
            TestRedis.commands().echo("that was all of " + USER);
            for (String line = lines.readLine(); !line.contains("that was all of " + USER); line = lines.readLine()) {
                commands.add(line);
            }
        }

        assertThat(connections(commands, "\"lrange\" \"" + "mnemo:v1:{archived:" + USER + "}:archive\""))
                .isNotEmpty()
                .doesNotContainAnyElementsOf(connections(commands, "\"evalsha\""));
    }

    /** Of whoever sent such a command; what scripts do has no connection of its own. */
    private static Set<String> connections(List<String> commands, String command) {
        String sent = command.toLowerCase(Locale.ROOT);
        return commands.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains(sent) && !line.contains(" lua]"))
                .map(line -> line.substring(line.indexOf('['), line.indexOf(']')))
                .collect(Collectors.toSet());
    }

    @Test
    void noModelReadsWhatIsNeverLookedFor() {
        String said = "My neighbour grows tomatoes behind the house.";
        remember("archived", said, "How nice of your neighbour.");
        remember("sealing", said, "How nice of your neighbour.");

        assertThat(newest("archived")).as("with a vector of 384 bytes").isGreaterThan(500);
        assertThat(newest("sealing")).as("with an archive, and retrieve: off").isLessThan(300);
    }

    /** Bytes of the newest interaction. */
    private static int newest(String tenant) {
        byte[] key = ("mnemo:v1:{" + tenant + ":" + USER + "}:interactions").getBytes(StandardCharsets.US_ASCII);
        return MNEMO.bean(RedisLinks.class)
                .record()
                .<byte[]>send(redis -> redis.lindex(key, -1))
                .blockOptional()
                .orElseThrow()
                .length;
    }

    @Test
    void whatIsStoredOfASealingTenantIsNotToBeReadInRedis() throws Exception {
        MNEMO.put("sealing", USER, "{\"secret\":\"canary-preference\"}");
        remember("sealing", "canary-question", "canary-answer");
        smallTalk("sealing", 34);

        ask("sealing", Talk.CHAT, List.of("What did I ask?"), "That.");
        assertThat(upstreamBody()).contains("canary-preference");

        eventually(
                "the block is frozen",
                () -> !TestRedis.commands()
                        .keys("mnemo:v1:{sealing:" + USER + "}:snapshot:*")
                        .isEmpty());
        List<String> keys = TestRedis.commands().keys("mnemo:v1:{sealing:" + USER + "}:*");
        assertThat(keys).hasSizeGreaterThan(5);
        for (String key : keys) {
            assertThat(new String(TestRedis.commands().dump(key), StandardCharsets.ISO_8859_1))
                    .as(key)
                    .doesNotContain("canary", "weather", "User preferences");
        }
    }

    private static void smallTalk(String tenant, int turns) {
        for (int i = 0; i < turns; i++) {
            remember(tenant, "Tell me about weather number " + i + " in the harbour", "It is like number " + (i - 1));
        }
        UPSTREAM.seen.clear();
    }

    private static void remember(String tenant, String said, String answered) {
        long before = count(tenant);
        ask(tenant, Talk.CHAT, List.of(said), answered);
        eventually("it is recorded", () -> count(tenant) > before);
    }

    private static long count(String tenant) {
        String key = "mnemo:v1:{" + tenant + ":" + USER + "}:profile";
        String number = TestRedis.commands().hget(key, "patterns#");
        return number == null ? 0 : Long.parseLong(number);
    }

    private static HttpResponse<String> ask(String tenant, Talk talk, List<String> said, String answer) {
        String model = "retrieval-" + USER;
        UPSTREAM.on(model, call -> call.json(200, talk.answer(answer)));
        HttpResponse<String> got = MNEMO.send(talk.call(MNEMO, tenant, USER, talk.request(model, said)));
        assertThat(got.statusCode()).as(got.body()).isEqualTo(200);
        return got;
    }

    private static String upstreamBody() throws InterruptedException {
        ScriptedUpstream.Exchange exchange = UPSTREAM.seen.poll(10, TimeUnit.SECONDS);
        return new String(exchange.body(), StandardCharsets.UTF_8);
    }

    private static String block(String body) {
        return body.substring(body.indexOf("<user_context>"), body.indexOf("</user_context>"));
    }

    private static String context(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Mnemo-Context").orElseThrow();
    }
}
