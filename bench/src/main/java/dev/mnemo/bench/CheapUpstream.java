package dev.mnemo.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An LLM that costs next to nothing: the same short answer to everything, in the path's format, whole or as a stream. */
public final class CheapUpstream {

    /** The answer's header that says how many bytes of a body were sent. */
    static final String RECEIVED = "x-bench-received";

    /** A stream's events, of which each but the first comes after a pause. */
    static final int EVENTS = 4;

    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final String EVENTS_TYPE = "text/event-stream";

    private static final String EVENT = """
            data: {"id":"%d","object":"chat.completion.chunk","created":1790000000,"model":"bench","choices":[{"index":0,"delta":{"content":"A short answer of two hundred bytes, as a model."},"finish_reason":%s}],"usage":null}

            """;
    private static final String LAST =
            """
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"bench","choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}

            data: [DONE]

            """.formatted(WireFormat.INPUT, WireFormat.OUTPUT, WireFormat.INPUT + WireFormat.OUTPUT);

    private CheapUpstream() {}

    /** The argument is the port. */
    public static void main(String[] args) {
        Map<String, ByteBuf> answers = new HashMap<>();
        for (WireFormat format : WireFormat.values()) {
            byte[] answer = format.answer();
            answers.put(
                    format.path(),
                    Unpooled.unreleasableBuffer(
                            Unpooled.directBuffer(answer.length).writeBytes(answer)));
        }
        HttpServer.create()
                .host("127.0.0.1")
                .port(Integer.parseInt(args[0]))
                .handle((request, response) -> request.receive().then().thenMany(answer(request, response, answers)))
                .bindNow()
                .onDispose()
                .block();
    }

    private static Publisher<Void> answer(
            HttpServerRequest request, HttpServerResponse response, Map<String, ByteBuf> answers) {
        response.header(RECEIVED, request.requestHeaders().get("content-length"));
        if (EVENTS_TYPE.equals(request.requestHeaders().get("accept"))) {
            return response.sse().send(events());
        }
        ByteBuf answer = answers.get(request.uri());
        if (answer == null) {
            return response.sendNotFound();
        }
        return response.header("Content-Type", "application/json")
                .header("Content-Length", String.valueOf(answer.readableBytes()))
                .send(Mono.fromSupplier(answer::duplicate));
    }

    /** Each is flushed at once and says when it was written, by the clock that all processes of a machine share. */
    private static Flux<ByteBuf> events() {
        return Mono.just(1)
                .concatWith(Flux.range(2, EVENTS - 1).delayElements(PAUSE))
                .map(i -> i < EVENTS
                        ? EVENT.formatted(System.nanoTime(), "null")
                        : EVENT.formatted(System.nanoTime(), "\"stop\"") + LAST)
                .map(event -> Unpooled.wrappedBuffer(event.getBytes(StandardCharsets.US_ASCII)));
    }
}
