package dev.mnemo.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An OpenAI-shaped LLM that knows nothing: it says what system prompt it was given and what the user said. */
final class FakeLlm implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final DisposableServer server;

    private FakeLlm(DisposableServer server) {
        this.server = server;
    }

    static FakeLlm start(int port) {
        return new FakeLlm(HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .route(
                        routes -> routes.post("/v1/chat/completions", FakeLlm::chat)
                                .get(
                                        "/v1/models",
                                        (request, response) -> json(
                                                response,
                                                JSON.readTree(
                                                        "{\"object\":\"list\",\"data\":[{\"id\":\"fake\",\"object\":\"model\"}]}"))))
                .bindNow(Duration.ofSeconds(5)));
    }

    int port() {
        return server.port();
    }

    private static Publisher<Void> chat(HttpServerRequest request, HttpServerResponse response) {
        return request.receive().aggregate().asString().flatMap(body -> {
            JsonNode call = JSON.readTree(body);
            String answer = answer(call);
            long prompt = call.get("messages").toString().length() / 4;
            ObjectNode usage = JSON.createObjectNode()
                    .put("prompt_tokens", prompt)
                    .put("completion_tokens", words(answer).size())
                    .put("total_tokens", prompt + words(answer).size());
            return call.path("stream").asBoolean(false)
                    ? stream(response, call, answer, usage)
                    : whole(response, call, answer, usage);
        });
    }

    private static String answer(JsonNode call) {
        StringBuilder told = new StringBuilder();
        String said = "";
        for (JsonNode message : call.get("messages")) {
            String role = message.path("role").asString("");
            if (role.equals("system") || role.equals("developer")) {
                told.append(text(message.get("content"))).append('\n');
            } else if (role.equals("user")) {
                said = text(message.get("content"));
            }
        }
        String system = told.isEmpty() ? "I was given no system prompt.\n" : "My system prompt is:\n" + told;
        return system + "\nYou said: " + said;
    }

    private static String text(JsonNode content) {
        if (content == null || content.isString()) {
            return content == null ? "" : content.asString();
        }
        List<String> parts = new ArrayList<>();
        content.forEach(part -> parts.add(part.path("text").asString("")));
        return String.join("\n", parts);
    }

    private static Mono<Void> whole(HttpServerResponse response, JsonNode call, String answer, ObjectNode usage) {
        ObjectNode choice = JSON.createObjectNode().put("index", 0).put("finish_reason", "stop");
        choice.putObject("message").put("role", "assistant").put("content", answer);
        ObjectNode body = head(call, "chat.completion");
        body.putArray("choices").add(choice);
        body.set("usage", usage);
        return json(response, body);
    }

    private static Mono<Void> stream(HttpServerResponse response, JsonNode call, String answer, ObjectNode usage) {
        List<String> events = new ArrayList<>();
        for (String word : words(answer)) {
            ObjectNode choice = JSON.createObjectNode().put("index", 0);
            choice.putObject("delta").put("content", word);
            events.add(event(call, choice));
        }
        ObjectNode last = JSON.createObjectNode().put("index", 0).put("finish_reason", "stop");
        last.putObject("delta");
        events.add(event(call, last));
        if (call.path("stream_options").path("include_usage").asBoolean(false)) {
            ObjectNode chunk = head(call, "chat.completion.chunk");
            chunk.putArray("choices");
            chunk.set("usage", usage);
            events.add("data: " + chunk + "\n\n");
        }
        events.add("data: [DONE]\n\n");
        return response.sse()
                .sendString(Flux.fromIterable(events).delayElements(Duration.ofMillis(10)))
                .then();
    }

    private static String event(JsonNode call, ObjectNode choice) {
        ObjectNode chunk = head(call, "chat.completion.chunk");
        chunk.putArray("choices").add(choice);
        return "data: " + chunk + "\n\n";
    }

    private static ObjectNode head(JsonNode call, String object) {
        return JSON.createObjectNode()
                .put("id", "chatcmpl-fake")
                .put("object", object)
                .put("created", 1_790_000_000)
                .put("model", call.path("model").asString("fake"));
    }

    /** The answer in pieces that add up to it. */
    private static List<String> words(String answer) {
        return List.of(answer.split("(?<=\\s)(?=\\S)"));
    }

    private static Mono<Void> json(HttpServerResponse response, JsonNode body) {
        return response.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .sendString(Mono.just(body.toString()))
                .then();
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(1));
    }
}
