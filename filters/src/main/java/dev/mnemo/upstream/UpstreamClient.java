package dev.mnemo.upstream;

import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.tenant.Upstream.Timeouts;
import dev.mnemo.upstream.AnswerIntake.PromptTooLong;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;

/**
 * Calls upstreams over a bounded pool, with a timeout for each phase and a breaker in front. It sends a call once: a
 * generation is never repeated. What was refused because of our own block is sent again without it: nothing was generated.
 * Thread-safe.
 */
public final class UpstreamClient {

    private static final int SMALL = 16 * 1024;

    private final HttpClient plain;
    private final Breakers breakers;
    private final AnswerIntake answers;
    private final Map<Phases, HttpClient> clients = new ConcurrentHashMap<>();

    /** What distinguishes one client from another; tenants share the rest. */
    private record Phases(Duration connect, Duration firstByte) {}

    /**
     * @param plain with its pool and event loops; timeouts are added for each upstream
     * @param tapFailed told when a tap stops reading an answer
     */
    public UpstreamClient(HttpClient plain, Breakers breakers, Consumer<Throwable> tapFailed) {
        this.plain = plain;
        this.breakers = breakers;
        this.answers = new AnswerIntake(tapFailed);
    }

    /**
     * Sends the call, and writes the answer to it when its headers have come.
     *
     * @return completes with the answer's headers; a {@link Refusal} when none came. Cancelling it closes the connection.
     */
    Mono<Void> send(LlmCall call, ServerWebExchange exchange) {
        Timeouts timeouts = call.upstream().timeouts();
        Permit permit = Permit.acquire(breakers.of(call), timeouts.firstByte().toNanos() / 4);
        if (permit == null) {
            return Mono.error(UpstreamFailures.leftAlone(call.upstream().name()));
        }
        call.sent();
        return attempt(call, exchange, permit)
                .onErrorResume(PromptTooLong.class, e -> {
                    call.withdrawBlock();
                    return attempt(call, exchange, permit);
                })
                .doOnCancel(permit::abandoned)
                .onErrorMap(e -> failed(call, permit, e));
    }

    private Mono<Void> attempt(LlmCall call, ServerWebExchange exchange, Permit permit) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        return client(call.upstream().timeouts())
                .request(HttpMethod.valueOf(request.getMethod().name()))
                .uri(UpstreamUrl.of(call.upstream(), request.getURI()))
                .send((head, out) -> body(call, request, head, out))
                .responseConnection((head, connection) -> answers.begin(call, response, head, connection, permit))
                .then();
    }

    private HttpClient client(Timeouts timeouts) {
        return clients.computeIfAbsent(
                new Phases(timeouts.connect(), timeouts.firstByte()),
                phases -> plain.option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                Math.toIntExact(phases.connect().toMillis()))
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .responseTimeout(phases.firstByte())
                        .disableRetry(true)
                        .followRedirect(false));
    }

    private static Publisher<Void> body(
            LlmCall call, ServerHttpRequest request, HttpClientRequest head, NettyOutbound out) {
        io.netty.handler.codec.http.HttpHeaders headers = head.requestHeaders();
        headers.remove("user-agent").remove("accept");
        UpstreamHeaders.write(call, request.getHeaders(), headers::add);
        if (call.dialect().reads()) {
            SplicedBody body = call.body();
            headers.set("content-length", body.length());
            return out.send(Mono.fromSupplier(() -> buffer(body)));
        }
        long length = request.getHeaders().getContentLength();
        if (length < 0 && !request.getHeaders().containsHeader(HttpHeaders.TRANSFER_ENCODING)) {
            return out;
        }
        if (length >= 0) {
            headers.set("content-length", length);
        }
        return out.send(request.getBody().map(NettyDataBufferFactory::toByteBuf));
    }

    /** A small body is copied into one piece: a system call for several costs more. */
    private static ByteBuf buffer(SplicedBody body) {
        return body.length() <= SMALL
                ? Unpooled.wrappedBuffer(body.toBytes())
                : Unpooled.wrappedBuffer(body.slices().toArray(ByteBuffer[]::new));
    }

    private static Refusal failed(LlmCall call, Permit permit, Throwable e) {
        if (e instanceof Refusal) {
            // The client's own body has failed it: it stopped coming.
            permit.spared();
            call.end(Outcome.CLIENT_GONE);
        } else {
            permit.failed(e);
            call.end(Outcome.UPSTREAM_FAILED);
        }
        return UpstreamFailures.refusal(call.upstream().name(), e);
    }
}
