package dev.mnemo.upstream;

import dev.mnemo.call.Credential;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.OwnCalls.Received;
import dev.mnemo.call.OwnCalls.Sender;
import dev.mnemo.dialect.AnswerReader;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.tenant.Secret;
import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.timeout.ReadTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Sends the calls that Mnemo makes itself: once, over the same connections as clients' calls, not while their breaker is open,
 * and for no longer than a minute. Thread-safe.
 */
public final class OwnClient implements Sender {

    /** Some thousand tokens are asked for; no answer is longer. */
    private static final int LONGEST = 1024 * 1024;

    private static final String ANTHROPIC_VERSION = "2023-06-01";

    private final HttpClient plain;
    private final Breakers breakers;
    private final Duration total;

    /**
     * @param plain with its pool and event loops
     * @param total that a call may last
     */
    public OwnClient(HttpClient plain, Breakers breakers, Duration total) {
        this.plain = plain;
        this.breakers = breakers;
        this.total = total;
    }

    @Override
    public Mono<Received> send(LlmCall call, String path) {
        return Mono.defer(() -> {
            Upstream upstream = call.upstream();
            // It heeds the breaker and teaches it nothing: what is done beside clients' calls must not refuse them.
            if (breakers.of(call).getState() != CircuitBreaker.State.CLOSED) {
                return Mono.error(UpstreamFailures.leftAlone(upstream.name()));
            }
            call.sent();
            byte[] body = call.body().toBytes();
            Coming coming = new Coming();
            return plain.option(
                            ChannelOption.CONNECT_TIMEOUT_MILLIS,
                            Math.toIntExact(upstream.timeouts().connect().toMillis()))
                    .responseTimeout(total)
                    .disableRetry(true)
                    .followRedirect(false)
                    .headers(headers -> write(call, headers))
                    .post()
                    .uri(UpstreamUrl.of(upstream, URI.create(path)))
                    .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
                    .response((head, content) -> received(call, head, content, coming))
                    .single()
                    .timeout(total, Mono.error(ReadTimeoutException.INSTANCE))
                    .onErrorResume(e -> coming.head == null
                            ? Mono.error(UpstreamFailures.refusal(upstream.name(), e))
                            : Mono.just(coming.brokenOff(coming.head)));
        });
    }

    private static void write(LlmCall call, HttpHeaders headers) {
        headers.set("user-agent", "mnemo")
                .set("accept", "application/json")
                .set("accept-encoding", "identity")
                .set("content-type", "application/json");
        Protocol protocol = call.dialect().protocol();
        if (protocol == Protocol.ANTHROPIC) {
            headers.set("anthropic-version", ANTHROPIC_VERSION);
        }
        Secret secret = call.upstream().credential();
        if (secret != null) {
            String carrier = Credential.carrier(protocol, known(call.upstream()));
            headers.set(carrier, Credential.headerValue(carrier, secret.reveal()));
        }
    }

    /** What a client of this upstream would use: Azure's keys go where no others do. */
    private static String known(Upstream upstream) {
        String host = upstream.url().getHost();
        boolean azure = host != null && host.toLowerCase(Locale.ROOT).endsWith(".azure.com");
        return azure ? "api-key" : "x-goog-api-key";
    }

    private static Mono<Received> received(LlmCall call, HttpClientResponse head, ByteBufFlux content, Coming coming) {
        coming.head = head;
        int status = head.status().code();
        Framing framing = Framing.of(head.responseHeaders().get("content-type", ""));
        AnswerReader reader = AnswerReader.of(call.dialect(), framing);
        return content.doOnNext(buffer -> {
                    if (coming.bytes.addAndGet(buffer.readableBytes()) > LONGEST) {
                        throw new TooLong();
                    }
                    if (status < 300) {
                        reader.accept(buffer.nioBuffer());
                    }
                })
                .then(Mono.fromSupplier(() -> {
                    reader.end();
                    return new Received(status, status < 300 ? reader.answer() : null, retryAfter(head), 0);
                }));
    }

    /** An answer that has begun, and may not come to its end: what the upstream has generated is paid for. */
    private static final class Coming {

        private final AtomicLong bytes = new AtomicLong();
        private volatile @Nullable HttpClientResponse head;

        private Received brokenOff(HttpClientResponse begun) {
            return new Received(begun.status().code(), null, retryAfter(begun), Math.max(1, bytes.get()));
        }
    }

    /** Seconds; a date says the same, and clocks differ. */
    private static @Nullable Duration retryAfter(HttpClientResponse head) {
        String said = head.responseHeaders().get("retry-after", "").strip();
        return said.matches("[0-9]{1,6}") ? Duration.ofSeconds(Long.parseLong(said)) : null;
    }

    /** Of more than a megabyte. Without a stack trace: it is never thrown far. */
    private static final class TooLong extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private TooLong() {
            super("an answer of more than a megabyte", null, false, false);
        }
    }
}
