package dev.mnemo.gateway;

import static dev.mnemo.gateway.Mnemo.eventually;
import static dev.mnemo.gateway.Shared.MNEMO;
import static dev.mnemo.gateway.Shared.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Detached;
import dev.mnemo.gateway.OpenApiFile.Operation;
import dev.mnemo.memory.MarkStore;
import dev.mnemo.redis.TestRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.web.reactive.function.server.RouterFunction;

/** {@code docs/openapi.yaml} says of the API what the running gateway does: each path, status, header and member, and no more. */
class OpenApiTest {

    private static final OpenApiFile FILE = OpenApiFile.read();

    /** Of each user's interaction that {@link #someone} has: its time is 2024-05-01T10:00:00Z. */
    private static final String ID = "31e673182001a2b3";

    private static final String CANARY = "canary-" + TestRedis.fresh("x");

    /** Much is known of her, and no call changes it. */
    private static final String ADA = TestRedis.fresh("ada");

    /** Of a tenant that has all there is; more is known of her than there is room for. */
    private static final String EVE = TestRedis.fresh("eve");

    /** Their preferences were changed more often than is kept. */
    private static final String OLD = TestRedis.fresh("old");

    /** Her preferences cannot be read. */
    private static final String DAMAGED = TestRedis.fresh("damaged");

    /** A thousand of her interactions are marked. */
    private static final String MARKED = TestRedis.fresh("marked");

    /** Of more tokens than a tenant of little means has. */
    private static final String LONG =
            "{\"model\":\"m\",\"max_tokens\":5000,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static String call;
    private static String callOfEve;

    @BeforeAll
    static void much() {
        set(
                "whole",
                EVE,
                "PUT",
                IntStream.range(0, 99)
                        .mapToObj(i -> "\"p" + i + "\":\"tide\"")
                        .collect(Collectors.joining(",", "{", "}")));
        UPSTREAM.on(
                "memoir", exchange -> exchange.json(200, Talk.CHAT.answer("The user loves the tide. ".repeat(100))));
        UPSTREAM.on("told-of-eve", exchange -> exchange.json(200, """
                {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"At noon."},"finish_reason":"stop"}],"usage":{"prompt_tokens":30,"prompt_tokens_details":{"cached_tokens":20},"completion_tokens":4,"total_tokens":34}}"""));
        for (int i = 0; i < 10; i++) {
            callOfEve = id(MNEMO.ask(
                    "whole",
                    EVE,
                    Mnemo.body("told-of-eve", "When is the tide at the northern harbour, on day " + i + "?")));
            int turns = i + 1;
            eventually(
                    "it is recorded",
                    () -> TestRedis.commands().llen("mnemo:v1:{whole:" + EVE + "}:interactions") == turns);
        }
        eventually(
                "a profile is written",
                () -> ask("getSummary", 200).by("whole").of(EVE).done().body().contains("written"));
        ask("importInteractions", 200)
                .by("whole")
                .of(EVE)
                .body(IntStream.range(0, 40).mapToObj(OpenApiTest::earlier).collect(Collectors.joining("\n")))
                .done();
        eventually("the call is known", () -> export("whole", EVE).contains(callOfEve));
        ask("postFeedback", 204)
                .by("whole")
                .body("{\"call\":\"" + callOfEve + "\",\"rating\":-1}")
                .done();
        callOfEve = id(MNEMO.ask("whole", EVE, Mnemo.body("told-of-eve", "Is there a lighthouse at the harbour?")));
        eventually("the call is known", () -> export("whole", EVE).contains(callOfEve));
        for (int i = 0; i < 52; i++) {
            set("acme", OLD, "PUT", "{\"n\":" + i + "}");
        }
        String refused = id(MNEMO.ask("lean", ADA, LONG));
        eventually("the call is known", () -> export("lean", ADA).contains(refused));
        ask("postFeedback", 204)
                .by("lean")
                .body("{\"call\":\"" + refused + "\",\"rating\":0,\"comment\":\"why?\"}")
                .done();
    }

    @BeforeAll
    static void something() {
        UPSTREAM.on("canary", exchange -> exchange.json(200, ScriptedUpstream.answer("Hello " + CANARY + ".", 10, 2)));
        set(ADA, "PUT", "{\"tone\":\"" + CANARY + "\",\"n\":1.10}");
        set(ADA, "PATCH", "{\"tone\":null,\"language\":\"Go\"}");
        set(ADA, "PUT", "{\"language\":null}");
        set(ADA, "DELETE", "");
        ask("restoreVersion", 200).of(ADA).done();
        ask("importInteractions", 200)
                .of(ADA)
                .body(line("\"rating\":0.5,\"pinned\":true,\"comment\":\"" + CANARY + "\"") + "\n"
                        + IntStream.range(0, 6).mapToObj(OpenApiTest::earlier).collect(Collectors.joining("\n")))
                .done();
        call = id(MNEMO.ask("acme", ADA, Mnemo.body("canary", "What is the " + CANARY + "?")));
        MNEMO.ask("told", ADA, Mnemo.body("m", "x"));
        eventually("the call is known", () -> export("acme", ADA).contains(call));
        eventually(
                "nothing of it is on its way", () -> MNEMO.bean(Detached.class).running() == 0);
        eventually(
                "it is used",
                () -> ask("getUsageDays", 200)
                        .by("told")
                        .with("user", ADA)
                        .done()
                        .body()
                        .contains("\"calls\":1"));
        TestRedis.commands().hset("mnemo:v1:{acme:" + DAMAGED + "}:profile", Map.of("version", "1", "members", "x"));
        ask("importInteractions", 200).of(MARKED).body(line("")).done();
        TestRedis.commands()
                .hset(
                        "mnemo:v1:{acme:" + MARKED + "}:marks",
                        IntStream.range(0, MarkStore.MOST)
                                .boxed()
                                .collect(Collectors.toMap("7%015x"::formatted, i -> "1.0")));
    }

    private static void set(String user, String method, String body) {
        set("acme", user, method, body);
    }

    private static void set(String tenant, String user, String method, String body) {
        HttpResponse<String> answer = MNEMO.send(MNEMO.to("/mnemo/v1/users/" + user + "/preferences")
                .header("Authorization", "Bearer " + tenant + "-key")
                .method(method, BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }

    private static String line(String more) {
        return "{\"id\":\"" + ID
                + "\",\"at\":\"2024-05-01T10:00:00Z\",\"conversation\":\"c\",\"user\":\"Which " + CANARY
                + " is it?\",\"assistant\":\"The " + CANARY + ".\"" + (more.isEmpty() ? "" : "," + more) + "}";
    }

    private static String earlier(int minute) {
        return "{\"at\":\"2024-05-01T09:%02d:00Z\",\"conversation\":\"c\",\"user\":\"What is the tide at the harbour?\",\"assistant\":\"High.\",\"partial\":true}"
                .formatted(minute);
    }

    private static String id(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Mnemo-Request").orElseThrow();
    }

    private static String export(String tenant, String user) {
        return ask("exportUser", 200).by(tenant).of(user).done().body();
    }

    /** With preferences, and an interaction. */
    private static String someone() {
        String user = TestRedis.fresh("user");
        set(user, "PUT", "{\"tone\":\"direct\"}");
        ask("importInteractions", 200).of(user).body(line("")).done();
        return user;
    }

    /**
     * One call and the status that it has to have.
     *
     * @param user null: {@link #someone} of its own
     */
    private record Asked(
            Operation operation, int status, String tenant, String user, Map<String, String> values, String body) {

        Asked of(String user) {
            return new Asked(operation, status, tenant, user, values, body);
        }

        Asked by(String tenant) {
            return new Asked(operation, status, tenant, user, values, body);
        }

        Asked body(String body) {
            return new Asked(operation, status, tenant, user, values, body);
        }

        Asked with(String name, String value) {
            Map<String, String> more = new TreeMap<>(values);
            more.put(name, value);
            return new Asked(operation, status, tenant, user, more, body);
        }

        HttpResponse<String> sent() {
            Map<String, String> all = new HashMap<>(values);
            boolean inPath = operation.path().contains("{user}");
            String whose = user == null && (inPath || operation.id().equals("postFeedback")) ? someone() : user;
            if (inPath) {
                all.put("user", whose);
            }
            String type = all.getOrDefault("Content-Type", operation.contentType());
            all.remove("Content-Type");
            return MNEMO.send(operation
                    .request(MNEMO, all, type, body == null ? null : body.replace("\"ada\"", "\"" + whose + "\""))
                    .header("Authorization", "Bearer " + tenant + "-key"));
        }

        HttpResponse<String> done() {
            HttpResponse<String> answer = sent();
            assertThat(answer.statusCode()).as(this + ": " + answer.body()).isEqualTo(status);
            return answer;
        }

        @Override
        public String toString() {
            return operation + " " + status + " " + tenant + " " + values + (body == null ? "" : " " + shortened(body));
        }

        private static String shortened(String body) {
            return body.length() > 60 ? body.substring(0, 60) + "…" : body;
        }
    }

    private static Asked ask(String operation, int status) {
        Operation told = FILE.operation(operation);
        Map<String, String> values = told.path().contains("/interactions/{id}") ? Map.of("id", ID) : Map.of();
        String body = told.body();
        return new Asked(
                told, status, "acme", null, values, body == null ? null : body.replace("34419fefa001a2b3", ID));
    }

    /** Each status of each operation that the file has, but those that {@link #ELSEWHERE} has. */
    static Stream<Asked> calls() {
        return Stream.of(
                ask("getPreferences", 200).of(ADA),
                ask("getPreferences", 400).of(" "),
                ask("getPreferences", 404).of(TestRedis.fresh("nobody")),
                ask("getPreferences", 409).of(DAMAGED),
                ask("putPreferences", 200),
                ask("putPreferences", 200).with("If-Match", "\"1\""),
                ask("putPreferences", 400).body("[]"),
                ask("putPreferences", 400).with("If-Match", "1"),
                ask("putPreferences", 412).with("If-Match", "\"7\""),
                ask("putPreferences", 415).with("Content-Encoding", "gzip"),
                ask("putPreferences", 413).body("{\"a\":\"" + "x".repeat(17_000) + "\"}"),
                ask("putPreferences", 413).body("{" + " ".repeat(70_000) + "}"),
                ask("patchPreferences", 200),
                ask("patchPreferences", 200).with("If-Match", "*"),
                ask("patchPreferences", 415)
                        .with("Content-Type", "application/json-patch+json")
                        .body("[]"),
                ask("patchPreferences", 400).body("{\"a\":1,\"a\":2}"),
                ask("patchPreferences", 409).of(DAMAGED),
                ask("patchPreferences", 412).with("If-Match", "\"7\""),
                ask("patchPreferences", 413).body("{\"a\":\"" + "x".repeat(17_000) + "\"}"),
                ask("deletePreferences", 204).with("If-Match", "\"1\""),
                ask("deletePreferences", 204).of(TestRedis.fresh("nobody")),
                ask("deletePreferences", 400).with("If-Match", "W/\"1\""),
                ask("deletePreferences", 412).with("If-Match", "\"7\""),
                ask("listVersions", 200).of(ADA),
                ask("listVersions", 200).of(TestRedis.fresh("nobody")),
                ask("listVersions", 200).of(OLD),
                ask("listVersions", 400).of("a\nb"),
                ask("getVersion", 200).of(ADA),
                ask("getVersion", 400).of(ADA).with("version", "x"),
                ask("getVersion", 404).of(ADA).with("version", "4"),
                ask("getVersion", 404).of(ADA).with("version", "9"),
                ask("restoreVersion", 200).with("If-Match", "\"1\""),
                ask("restoreVersion", 204).of(removed()).with("version", "2"),
                ask("restoreVersion", 400).with("version", "x"),
                ask("restoreVersion", 404).with("version", "9"),
                ask("restoreVersion", 409).of(DAMAGED),
                ask("restoreVersion", 412).with("If-Match", "\"7\""),
                ask("listInteractions", 200).of(ADA),
                ask("listInteractions", 200).of(ADA).with("limit", "2"),
                ask("listInteractions", 200).of(ADA).with("cursor", ID),
                ask("listInteractions", 400).of(ADA).with("limit", "201"),
                ask("listInteractions", 400).of(ADA).with("cursor", "1"),
                ask("listInteractions", 400).of(ADA).with("before", ID),
                ask("importInteractions", 200),
                ask("importInteractions", 200).body(line("") + "\n{}"),
                ask("importInteractions", 400).body(""),
                ask("importInteractions", 400).body("{}"),
                ask("importInteractions", 400).of(" "),
                ask("importInteractions", 413).body("\n".repeat(10_001)),
                ask("importInteractions", 415).with("Content-Type", "application/json"),
                ask("importInteractions", 415).with("Content-Type", "nonsense"),
                ask("importInteractions", 415).with("Content-Encoding", "zstd"),
                ask("deleteInteractions", 204),
                ask("deleteInteractions", 400).of(" "),
                ask("getInteraction", 200).of(ADA),
                ask("getInteraction", 400).of(ADA).with("id", "1"),
                ask("getInteraction", 404).of(ADA).with("id", "0".repeat(16)),
                ask("deleteInteraction", 204),
                ask("deleteInteraction", 400).with("id", "1"),
                ask("deleteInteraction", 404).with("id", "0".repeat(16)),
                ask("pinInteraction", 204),
                ask("pinInteraction", 400).with("id", "1"),
                ask("pinInteraction", 404).with("id", "0".repeat(16)),
                ask("pinInteraction", 409).of(MARKED),
                ask("unpinInteraction", 204),
                ask("unpinInteraction", 204).of(MARKED),
                ask("unpinInteraction", 400).with("id", "1"),
                ask("unpinInteraction", 404).with("id", "0".repeat(16)),
                ask("postFeedback", 204),
                ask("postFeedback", 204).body("{\"call\":\"" + call + "\",\"rating\":0.5}"),
                ask("postFeedback", 400).body("{\"call\":\"" + call + "\",\"rating\":2}"),
                ask("postFeedback", 400).body("{\"call\":\"" + call + "\",\"rating\":1,\"more\":1}"),
                ask("postFeedback", 415).with("Content-Encoding", "gzip"),
                ask("postFeedback", 404).body("{\"call\":\"" + "0".repeat(32) + "\",\"rating\":1}"),
                ask("postFeedback", 404).of(TestRedis.fresh("nobody")),
                ask("postFeedback", 409).of(MARKED),
                ask("postFeedback", 413).body(" ".repeat(17_000)),
                ask("exportUser", 200).of(ADA),
                ask("exportUser", 200).of(TestRedis.fresh("nobody")),
                ask("exportUser", 200).by("told").of(ADA),
                ask("exportUser", 200).by("whole").of(EVE),
                ask("exportUser", 200).by("lean").of(ADA),
                ask("exportUser", 400).of(" "),
                ask("exportUser", 200).of(DAMAGED),
                ask("eraseUser", 200),
                ask("eraseUser", 400).of(" "),
                ask("getCall", 200).with("id", call),
                ask("getCall", 200).by("whole").with("id", callOfEve),
                ask("getCall", 400).with("id", "1"),
                ask("getCall", 404),
                ask("preview", 200).with("X-Mnemo-User", ADA),
                ask("preview", 200).with("X-Mnemo-User", ADA).with("path", "v1/messages/count_tokens"),
                ask("preview", 200).with("X-Mnemo-User", ADA).by("told"),
                ask("preview", 200)
                        .by("whole")
                        .with("X-Mnemo-User", EVE)
                        .body(Mnemo.body("told-of-eve", "Is there a lighthouse at the harbour?")),
                ask("preview", 200).with("X-Mnemo-User", ADA).by("lean").body(LONG),
                ask("preview", 200)
                        .with("X-Mnemo-User", ADA)
                        .with("path", "v1/embeddings")
                        .body("{\"input\":\"Hi\"}"),
                ask("preview", 200).with("X-Mnemo-User", ADA).with("X-Mnemo-Memory", "off"),
                ask("preview", 400).body("{"),
                ask("preview", 400).with("X-Mnemo-Memory", "on"),
                ask("preview", 404).with("path", "mnemo/v1/usage"),
                ask("preview", 413).body("{\"model\":\"" + "x".repeat(8_500_000) + "\"}"),
                ask("preview", 403).by("strict"),
                ask("preview", 415).by("metered").with("Content-Encoding", "br"),
                ask("getSummary", 200).by("whole").of(EVE),
                ask("getSummary", 200).of(TestRedis.fresh("nobody")),
                ask("getSummary", 400).of(" "),
                ask("deleteSummary", 204),
                ask("deleteSummary", 400).of(" "),
                ask("getUsage", 200),
                ask("getUsage", 200).by("told").with("user", ADA),
                ask("getUsage", 200).by("halved").with("user", ""),
                ask("getUsage", 200).by("whole").with("user", EVE),
                ask("getUsage", 400).with("user", " "),
                ask("getUsage", 400).with("usr", "ada"),
                ask("getUsageDays", 200).by("told"),
                ask("getUsageDays", 200)
                        .by("told")
                        .with("by", "day,user,key,model")
                        .with("user", ADA)
                        .with("key", "web"),
                ask("getUsageDays", 200).with("from", "2026-11-01").with("to", "2026-11-24"),
                ask("getUsageDays", 400).with("by", "hour"),
                ask("getUsageDays", 400).with("from", "yesterday"),
                ask("getExperiment", 200),
                ask("getExperiment", 200).by("halved"),
                ask("getExperiment", 400).with("form", "2026-11-01"),
                ask("deleteExperiment", 204),
                ask("deleteExperiment", 400).with("from", "2026-11-01"));
    }

    private static String removed() {
        String user = someone();
        set(user, "DELETE", "");
        return user;
    }

    /** What is not provoked by {@link #calls}, with the test that does. Each 503 is {@link RedisDaysTest}'s. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "importInteractions 409", "dev.mnemo.memory.ImporterTest",
            "preview 429", "dev.mnemo.gateway.ProcessLimitsTest");

    @ParameterizedTest
    @MethodSource("calls")
    void anAnswerIsAsTheFileSays(Asked asked) {
        HttpResponse<String> answer = asked.done();

        assertThat(asked.operation().problems(answer)).isEmpty();
        if (asked.status() >= 400) {
            assertThat(StubLlm.json(answer.body()).path("status").asInt()).isEqualTo(asked.status());
        } else if (!answer.body().contains("\"failed\":1")) {
            // What is taken is what the file says can be sent.
            Map<String, String> values = new HashMap<>(asked.values());
            values.remove("id", ID);
            assertThat(asked.operation().problems(values)).isEmpty();
            assertThat(asked.body() == null ? List.of() : asked.operation().problems(asked.body()))
                    .isEmpty();
        }
    }

    @Test
    void theFileIsOpenApiAndItsExamplesAreRight() {
        assertThat(FILE.problems()).isEmpty();
    }

    @Test
    void eachStatusOfTheFileIsProvoked() throws Exception {
        Set<String> told = new TreeSet<>();
        for (Operation operation : FILE.operations()) {
            operation.statuses().forEach(status -> told.add(operation + " " + status));
        }
        Set<String> provoked = new TreeSet<>(ELSEWHERE.keySet());
        calls().forEach(asked -> provoked.add(asked.operation() + " " + asked.status()));
        FILE.operations()
                .forEach(operation -> List.of(401, 403, 503).forEach(status -> provoked.add(operation + " " + status)));

        assertThat(provoked).containsExactlyElementsOf(told);
        for (String test : ELSEWHERE.values()) {
            assertThat(Class.forName(test)).isNotNull();
        }
    }

    @Test
    void eachMemberOfTheFileIsServed() {
        Set<String> unseen = FILE.members();
        // Each problem looks like that of an import.
        calls().filter(asked -> asked.status() == 200 || asked.operation().id().equals("importInteractions"))
                .forEach(asked -> unseen.removeAll(asked.operation().seen(asked.sent())));

        assertThat(unseen).isEmpty();
    }

    @Test
    void theFileHasThePathsAndMethodsThatAreServed() {
        Map<String, Set<String>> served = new TreeMap<>();
        // A path without a method is one whose other methods are refused.
        Pattern.compile("\\((\\w+) && (/[^)]+)\\)")
                .matcher(MNEMO.bean(RouterFunction.class).toString())
                .results()
                .forEach(route -> served.computeIfAbsent(
                                route.group(2).replace("/**", "/{path}"), path -> new TreeSet<>())
                        .add(route.group(1)));

        assertThat(served).isEqualTo(FILE.methods());
    }

    @Test
    void eachOtherMethodIsToldWithThoseThatAre() {
        FILE.methods().forEach((path, methods) -> {
            Set<String> others = new TreeSet<>(Set.of("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"));
            others.removeAll(methods);
            for (String method : others) {
                HttpResponse<String> answer =
                        MNEMO.send(MNEMO.to(path.replaceAll("\\{\\w+}", "x")).method(method, BodyPublishers.noBody()));

                assertThat(answer.statusCode()).as(method + " " + path).isEqualTo(405);
                assertThat(Set.of(
                                answer.headers().firstValue("Allow").orElse("").split(", ")))
                        .isEqualTo(methods);
                assertThat(FILE.problem(answer)).isEmpty();
            }
        });
    }

    @Test
    void aParameterThatTheFileDoesNotHaveIsRefusedAndNothingIsDone() {
        String before = export("acme", ADA);

        for (Operation operation : FILE.operations()) {
            if (operation.id().equals("preview")) {
                // Its query is the call's own.
                ask("preview", 200).with("confirm", "1").done();
                continue;
            }
            HttpResponse<String> answer =
                    ask(operation.id(), 400).of(ADA).with("confirm", "1").done();

            assertThat(answer.body()).as(operation.id()).contains("mnemo: confirm: not known (expected: ");
            assertThat(operation.query())
                    .as(answer.body())
                    .allSatisfy(name -> assertThat(answer.body()).contains(name));
            assertThat(operation.problems(answer)).isEmpty();
        }

        assertThat(export("acme", ADA)).isEqualTo(before);
    }

    @Test
    void whatIsNoneOfThePathsIsNotFound() {
        for (String path :
                List.of("/mnemo", "/mnemo/v1/nothing", "/mnemo/v2/usage", "/mnemo/v1/users", "/mnemo/v1/usage/")) {
            HttpResponse<String> answer = MNEMO.send(MNEMO.to(path).GET());

            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).contains("expected: a path of docs/openapi.yaml, without a slash at its end");
            assertThat(FILE.problem(answer)).isEmpty();
        }
    }

    @Test
    void eachOperationNeedsAKeyThatMay() {
        for (Operation operation : FILE.operations()) {
            for (String key : List.of("", "nobodys-key", "chatonly-key")) {
                var request = operation.request(MNEMO, Map.of(), operation.contentType(), operation.body());
                HttpResponse<String> answer =
                        MNEMO.send(key.isEmpty() ? request : request.header("Authorization", "Bearer " + key));

                assertThat(answer.statusCode())
                        .as(operation + " with " + key)
                        .isEqualTo(key.startsWith("chatonly") ? 403 : 401);
                assertThat(operation.problems(answer)).as(operation.id()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Authorization, Bearer acme-key", "x-api-key, acme-key", "api-key, acme-key", "x-goog-api-key, acme-key"
    })
    void aKeyIsTakenFromEachOfItsHeaders(String header, String value) {
        for (Operation operation : List.of(FILE.operation("getUsage"), FILE.operation("getExperiment"))) {
            HttpResponse<String> answer =
                    MNEMO.send(operation.request(MNEMO, Map.of(), null, null).header(header, value));

            assertThat(answer.statusCode()).isEqualTo(200);
        }
        assertThat(FILE.credentials()).contains(header.toLowerCase(Locale.ROOT));
    }

    @Test
    void anotherTenantSeesAndChangesNothing() {
        String before = export("acme", ADA);
        assertThat(before).contains(CANARY).contains(call);

        for (Operation operation : FILE.operations()) {
            HttpResponse<String> answer =
                    ask(operation.id(), 0).by("globex").of(ADA).sent();

            assertThat(answer.statusCode()).as(operation.id()).isIn(operation.statuses());
            assertThat(answer.body()).as(operation.id()).doesNotContain(CANARY, call);
        }

        assertThat(export("acme", ADA)).isEqualTo(before);
    }
}
