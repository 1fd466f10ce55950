package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.tenant.Tenant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An upstream that speaks every dialect, and knows each tenant by its credential. */
final class ProfileUpstream {

    private static final String TORN = "torn";
    private static final String STUCK = "stuck";

    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final Map<String, List<String>> asked = new ConcurrentHashMap<>();
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((request, response) ->
                    request.receive().aggregate().asString().flatMap(body -> answer(request, body, response)))
            .bindNow();

    /**
     * @param status 0: none ever
     */
    record Reply(int status, String text, @Nullable String retryAfter) {

        static Reply said(String text) {
            return new Reply(200, text, null);
        }

        static Reply status(int status) {
            return new Reply(status, "", null);
        }

        static Reply limited(int seconds) {
            return new Reply(429, "", String.valueOf(seconds));
        }

        static Reply never() {
            return status(0);
        }

        /** An answer of which nothing more comes after its first half; its connection is closed, or is not. */
        static Reply half(boolean closed) {
            return new Reply(200, closed ? TORN : STUCK, null);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    void answer(Tenant tenant, Reply reply) {
        replies.put(tenant.id(), reply);
    }

    /** Three lines for each call: method and path, headers, body. The credential is shown as SECRET. */
    List<String> asked(Tenant tenant) {
        return List.copyOf(asked.getOrDefault(tenant.id(), List.of()));
    }

    void close() {
        server.disposeNow();
    }

    private Mono<Void> answer(HttpServerRequest request, String body, HttpServerResponse response) {
        Map<String, String> headers = new TreeMap<>();
        String tenant = "";
        for (String name : List.of("authorization", "x-api-key", "x-goog-api-key", "api-key")) {
            String value = request.requestHeaders().get(name);
            if (value != null) {
                tenant = value.substring(value.indexOf(' ') + 1);
                headers.put(name, value.replace(tenant, "SECRET"));
            }
        }
        for (String name : List.of("content-type", "anthropic-version", "accept", "user-agent", "accept-encoding")) {
            String value = request.requestHeaders().get(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        List<String> call = new ArrayList<>(
                List.of(request.method() + " " + request.uri(), headers.toString(), body.replace("\\n", "\\n\n")));
        asked.computeIfAbsent(tenant, t -> new CopyOnWriteArrayList<>()).addAll(call);
        Reply reply = replies.get(tenant);
        if (reply.status() == 0) {
            return Mono.never();
        }
        response.status(reply.status()).header("content-type", "application/json");
        if (reply.retryAfter() != null) {
            response.header("retry-after", reply.retryAfter());
        }
        String said = reply.status() == 200 ? said(request.uri(), reply.text()) : "{\"error\":{\"message\":\"no\"}}";
        if (reply.text().equals(TORN) || reply.text().equals(STUCK)) {
            Mono<ByteBuf> rest = reply.text().equals(TORN) ? Mono.error(new IOException("torn")) : Mono.never();
            ByteBuf half = Unpooled.copiedBuffer(said.substring(0, said.length() / 2), UTF_8);
            return response.send(Flux.concat(Mono.just(half), rest), each -> true)
                    .then();
        }
        return response.sendString(Mono.just(said)).then();
    }

    private static String said(String path, String text) {
        return switch (path) {
            case "/v1/chat/completions" ->
                "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                        + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":700,\"completion_tokens\":20}}";
            case "/v1/messages" ->
                "{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\""
                        + text
                        + "\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":700,\"output_tokens\":20}}";
            case "/api/chat" ->
                "{\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"done\":true,"
                        + "\"done_reason\":\"stop\",\"prompt_eval_count\":700,\"eval_count\":20}";
            default ->
                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + text
                        + "\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":700,"
                        + "\"candidatesTokenCount\":20}}";
        };
    }
}
