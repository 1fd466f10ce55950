package dev.mnemo.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.Upstream.Timeouts;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** Answers over a pool of one connection. */
class AnswerStreamTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ConnectionProvider one = ConnectionProvider.create("one", 1);
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .handle((request, response) ->
                    response.header("Content-Length", "5").sendString(Mono.just("hello")))
            .bindNow();
    private final HttpClient client =
            HttpClient.create(one).host("127.0.0.1").port(server.port()).disableRetry(true);

    @AfterEach
    void close() {
        one.dispose();
        server.disposeNow();
    }

    @Test
    void whoLeavesAtTheLastByteDoesNotCloseTheConnectionOfTheNextCall() {
        CompletableFuture<String> next = new CompletableFuture<>();

        client.get()
                .responseConnection((head, connection) -> {
                    AnswerStream stream = new AnswerStream(connection, timeouts(), permit());
                    return stream.body(DefaultDataBufferFactory.sharedInstance).doOnNext(buffer -> {
                        next(next);
                        elsewhere(stream, buffer);
                    });
                })
                .blockLast(PATIENCE);

        assertThat(next.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("hello");
    }

    /** Waits for the connection. */
    private void next(CompletableFuture<String> next) {
        client.get()
                .responseSingle((head, body) -> body.asString())
                .subscribe(next::complete, next::completeExceptionally);
    }

    /** As the client's own thread does, which has read it all and closes, before this one sees its end. */
    private static void elsewhere(AnswerStream stream, DataBuffer last) {
        DataBufferUtils.release(last);
        Thread leaving = new Thread(stream::close);
        leaving.start();
        try {
            leaving.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Permit permit() {
        return Objects.requireNonNull(Permit.acquire(CircuitBreaker.ofDefaults("any"), 1));
    }

    private static Timeouts timeouts() {
        return new Timeouts(PATIENCE, PATIENCE, PATIENCE, PATIENCE);
    }
}
