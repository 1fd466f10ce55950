package dev.mnemo.autoconfigure;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.mnemo.redis.TestRedis;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Somebody else's Spring Cloud Gateway, which has the jar and a few lines of YAML, and knows nothing of Mnemo. */
class ForeignGatewayTest {

    private static final String CHAT = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

    private static final WireMockServer LLM =
            new WireMockServer(WireMockConfiguration.options().dynamicPort());

    @TempDir
    static Path directory;

    private static ConfigurableApplicationContext gateway;

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class TheirGateway {}

    @BeforeAll
    static void start() throws Exception {
        LLM.start();
        Path tenants = Files.createDirectory(directory.resolve("tenants"));
        Files.writeString(tenants.resolve("foreign.yaml"), """
                keys: [{id: web, sha256: "%s", may: [chat, memory]}]
                upstreams: [{name: llm, speaks: [openai], url: "http://127.0.0.1:%d", credential: s}]
                budgets: {limits: [{name: month, per: tenant, tokens: 100M, every: month}]}
                """.formatted(sha256("foreign-key"), LLM.port()));
        Path yaml =
                Files.writeString(directory.resolve("their.yaml"), """
                server.port: 0
                mnemo:
                  tenants: %s
                  redis.url: %s
                spring.cloud.gateway.server.webflux.routes:
                  - id: chat
                    uri: http://127.0.0.1:1
                    predicates: [Path=/v1/**]
                    filters: [Llm, "AddResponseHeader=X-Theirs, yes", "AddRequestHeader=X-Also-Theirs, yes"]
                  - id: budgeted
                    uri: http://127.0.0.1:1
                    predicates: [Path=/budgeted/**]
                    filters: [StripPrefix=1, LlmBudget]
                  - id: personal
                    uri: http://127.0.0.1:1
                    predicates: [Path=/personal/**]
                    filters: [StripPrefix=1, LlmPersonalize]
                  - id: known
                    uri: http://127.0.0.1:1
                    predicates: [Path=/known/**]
                    filters: [StripPrefix=1, LlmIdentify]
                  - id: other
                    uri: http://127.0.0.1:%d
                    predicates: [Path=/other/**]
                """.formatted(tenants, TestRedis.url(), LLM.port()));
        gateway = new SpringApplicationBuilder(TheirGateway.class)
                .run(
                        "--spring.config.location=" + yaml.toUri(),
                        "--logging.level.root=warn",
                        "--spring.reactor.netty.shutdown-quiet-period=0s");
        TestRedis.connected(gateway.getBean(dev.mnemo.redis.RedisLinks.class));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        LLM.stop();
    }

    @BeforeEach
    void answer() {
        LLM.resetAll();
        LLM.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Content-Type", "application/json")
                        .withBody("{}")));
    }

    @Test
    void aRouteWithLlmHasTheWholeLineAndKeepsItsOwnFilters() throws Exception {
        String user = TestRedis.fresh("ada");
        HttpResponse<String> set = send(
                to("/mnemo/v1/users/" + user + "/preferences").PUT(BodyPublishers.ofString("{\"tone\":\"direct\"}")));
        assertThat(set.statusCode()).isEqualTo(200);

        HttpResponse<String> answer = send(chat("/v1/chat/completions", user));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Mnemo-Context").orElseThrow()).contains("preferences=1");
        assertThat(answer.headers().firstValue("RateLimit")).isPresent();
        assertThat(answer.headers().firstValue("X-Theirs")).hasValue("yes");
        assertThat(seen().getHeader("X-Also-Theirs")).isEqualTo("yes");
        assertThat(seen().getBodyAsString()).contains("direct");
    }

    @Test
    void aSingleDoorIsThatPartOfTheLine() throws Exception {
        String user = TestRedis.fresh("ada");
        send(to("/mnemo/v1/users/" + user + "/preferences").PUT(BodyPublishers.ofString("{\"tone\":\"direct\"}")));

        HttpResponse<String> budgeted = send(chat("/budgeted/v1/chat/completions", user));
        assertThat(budgeted.headers().firstValue("RateLimit")).isPresent();
        assertThat(seen().getBodyAsString()).isEqualTo(CHAT);

        HttpResponse<String> personal = send(chat("/personal/v1/chat/completions", user));
        assertThat(personal.headers().firstValue("RateLimit")).isEmpty();
        assertThat(seen().getBodyAsString()).contains("direct");

        HttpResponse<String> known = send(chat("/known/v1/chat/completions", user));
        assertThat(known.statusCode()).isEqualTo(200);
        assertThat(known.headers().firstValue("RateLimit")).isEmpty();
        assertThat(seen().getBodyAsString()).isEqualTo(CHAT);
    }

    @Test
    void aRouteWithoutIsLeftAlone() throws Exception {
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(uri("/other/thing")).GET());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("x-mnemo"));
    }

    private static String sha256(String text) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                        .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static com.github.tomakehurst.wiremock.verification.LoggedRequest seen() {
        return LLM.getAllServeEvents().getFirst().getRequest();
    }

    private static HttpRequest.Builder chat(String path, String user) {
        return to(path).header("X-Mnemo-User", user).POST(BodyPublishers.ofString(CHAT));
    }

    private static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer foreign-key")
                .header("Content-Type", "application/json");
    }

    private static URI uri(String path) {
        return URI.create(
                "http://127.0.0.1:" + gateway.getEnvironment().getRequiredProperty("local.server.port") + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }
}
