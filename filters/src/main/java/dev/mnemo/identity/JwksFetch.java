package dev.mnemo.identity;

import io.netty.channel.ChannelOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;

/**
 * Fetches a key set from where a tenant's file says, by HTTP or from a file: at most 1 MB, within a time, and never from
 * where a redirect leads. Thread-safe; cancelling closes the connection.
 */
public final class JwksFetch implements Function<URI, Mono<byte[]>> {

    private static final int MOST_BYTES = 1_000_000;

    private final HttpClient http;
    private final Duration within;

    /**
     * @param http with its event loops; follows no redirects
     * @param within for the whole of it
     */
    public JwksFetch(HttpClient http, Duration within) {
        this.http = http.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(within.toMillis()))
                .followRedirect(false)
                .disableRetry(true)
                .headers(headers -> headers.set("Accept", "application/jwk-set+json, application/json"));
        this.within = within;
    }

    @Override
    public Mono<byte[]> apply(URI source) {
        return "file".equals(source.getScheme()) ? file(source) : overHttp(source);
    }

    private Mono<byte[]> overHttp(URI source) {
        return http.get()
                .uri(source)
                .response((response, body) -> {
                    int status = response.status().code();
                    return status == 200
                            ? body.asByteArray()
                                    .reduceWith(ByteArrayOutputStream::new, JwksFetch::append)
                                    .map(ByteArrayOutputStream::toByteArray)
                            : Mono.error(new IOException("answered " + status));
                })
                .single()
                .timeout(within);
    }

    private static ByteArrayOutputStream append(ByteArrayOutputStream all, byte[] more) {
        if (all.size() + more.length > MOST_BYTES) {
            throw new IllegalStateException("larger than 1 MB");
        }
        all.writeBytes(more);
        return all;
    }

    private Mono<byte[]> file(URI source) {
        return Mono.fromCallable(() -> {
                    Path path = Path.of(source);
                    // Reading a pipe would wait for whoever writes to it.
                    if (Files.exists(path) && !Files.isRegularFile(path)) {
                        throw new IOException("not a file");
                    }
                    try (InputStream in = Files.newInputStream(path)) {
                        return append(new ByteArrayOutputStream(), in.readNBytes(MOST_BYTES + 1))
                                .toByteArray();
                    }
                })
                .subscribeOn(Schedulers.boundedElastic())
                .timeout(within);
    }
}
