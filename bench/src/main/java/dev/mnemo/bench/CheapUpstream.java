package dev.mnemo.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

/** An LLM that costs next to nothing: the same short answer to everything. */
public final class CheapUpstream {

    static final int INPUT = 400;
    static final int OUTPUT = 50;

    private static final byte[] ANSWER = """
            {"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}""".formatted(
                    "A short answer of two hundred bytes, as a model would give it. "
                            .repeat(4)
                            .substring(0, 200),
                    INPUT,
                    OUTPUT,
                    INPUT + OUTPUT)
            .getBytes(StandardCharsets.UTF_8);

    private CheapUpstream() {}

    /** The argument is the port. */
    public static void main(String[] args) {
        ByteBuf answer =
                Unpooled.unreleasableBuffer(Unpooled.directBuffer(ANSWER.length).writeBytes(ANSWER));
        HttpServer.create()
                .host("127.0.0.1")
                .port(Integer.parseInt(args[0]))
                .handle((request, response) -> request.receive()
                        .then()
                        .thenMany(response.header("Content-Type", "application/json")
                                .header("Content-Length", String.valueOf(ANSWER.length))
                                .send(Mono.fromSupplier(answer::duplicate))))
                .bindNow()
                .onDispose()
                .block();
    }
}
