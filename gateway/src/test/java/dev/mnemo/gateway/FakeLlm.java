package dev.mnemo.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An LLM that knows nothing, in every dialect: it says what system prompt it was given and what the user said. */
final class FakeLlm implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final FakeDialect GEMINI = new FakeGemini();

    private final DisposableServer server;

    private FakeLlm(DisposableServer server) {
        this.server = server;
    }

    static FakeLlm start(int port) {
        return new FakeLlm(HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .route(FakeLlm::routes)
                .bindNow(Duration.ofSeconds(5)));
    }

    int port() {
        return server.port();
    }

    private static void routes(HttpServerRoutes routes) {
        FakeDialect responses = new FakeOpenAiResponses();
        FakeDialect anthropic = new FakeAnthropic();
        chat(routes, "/v1/chat/completions", new FakeOpenAiChat());
        chat(routes, "/v1/responses", responses);
        chat(routes, "/v1/messages", anthropic);
        chat(routes, "/api/chat", new FakeOllama());
        count(routes, "/v1/responses/input_tokens", responses);
        count(routes, "/v1/messages/count_tokens", anthropic);
        routes.post("/{version}/models/{call}", FakeLlm::gemini);
        routes.get(
                "/v1/models",
                (in, out) -> json(
                        out,
                        "{\"object\":\"list\",\"data\":[{\"id\":\"fake\",\"object\":\"model\",\"type\":\"model\",\"display_name\":\"Fake\"}]}"));
    }

    private static void chat(HttpServerRoutes routes, String path, FakeDialect dialect) {
        routes.post(
                path,
                (in, out) -> called(
                        in,
                        call -> answer(
                                out, dialect, FakeAnswer.to(dialect, call, model(call)), dialect.streams(call))));
    }

    private static void count(HttpServerRoutes routes, String path, FakeDialect dialect) {
        routes.post(
                path,
                (in, out) -> called(
                        in,
                        call -> json(
                                out,
                                dialect.counted(FakeAnswer.to(dialect, call, model(call))
                                        .input()))));
    }

    /** Its path names the model, and what is to be done. */
    private static Mono<Void> gemini(HttpServerRequest in, HttpServerResponse out) {
        String[] named = in.param("call").split(":", 2);
        return called(in, call -> {
            FakeAnswer answer = FakeAnswer.to(GEMINI, call, named[0]);
            return named[1].equals("countTokens")
                    ? json(out, GEMINI.counted(answer.input()))
                    : answer(out, GEMINI, answer, named[1].equals("streamGenerateContent"));
        });
    }

    private static Mono<Void> called(HttpServerRequest in, Function<JsonNode, Mono<Void>> answer) {
        return in.receive().aggregate().asString().flatMap(body -> answer.apply(JSON.readTree(body)));
    }

    private static String model(JsonNode call) {
        return call.path("model").asString("fake");
    }

    private static Mono<Void> answer(HttpServerResponse out, FakeDialect dialect, FakeAnswer answer, boolean stream) {
        if (!stream) {
            return json(out, dialect.whole(answer));
        }
        return out.header(HttpHeaderNames.CONTENT_TYPE, dialect.streamType())
                .sendString(Flux.fromIterable(dialect.pieces(answer)).delayElements(Duration.ofMillis(10)))
                .then();
    }

    private static Mono<Void> json(HttpServerResponse out, String body) {
        return out.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .sendString(Mono.just(body))
                .then();
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(1));
    }
}
