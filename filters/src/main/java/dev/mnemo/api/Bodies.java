package dev.mnemo.api;

import dev.mnemo.call.Refusal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** What requests to the API bring. */
final class Bodies {

    /** The server tells a body's error twice: when it happens, and when the exchange ends. Once is enough. */
    private static final Context TOLD_ONCE =
            Context.of("reactor.onErrorDropped.local", (Consumer<Throwable>) again -> {});

    private Bodies() {}

    /**
     * The whole body; empty bytes where there is none.
     *
     * @param tooLarge what is said of one that is larger than {@code most} bytes
     * @throws Refusal 415 when it is compressed
     */
    static Mono<byte[]> of(ServerRequest request, int most, String tooLarge) {
        for (String coding : request.headers().header(HttpHeaders.CONTENT_ENCODING)) {
            if (!coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
                throw Refusal.of(
                        415,
                        "unsupported_encoding",
                        HttpHeaders.CONTENT_ENCODING + ": not known here (expected: send it uncompressed)");
            }
        }
        return DataBufferUtils.join(request.exchange().getRequest().getBody(), most)
                .contextWrite(TOLD_ONCE)
                .map(Bodies::bytes)
                .defaultIfEmpty(new byte[0])
                .onErrorMap(DataBufferLimitException.class, e -> Refusal.of(413, "too_large", tooLarge));
    }

    /** What kind a body says it is; null where it says none, or nothing that can be read. */
    static @Nullable MediaType type(ServerRequest request) {
        try {
            return request.headers().contentType().orElse(null);
        } catch (InvalidMediaTypeException e) {
            return null;
        }
    }

    private static byte[] bytes(DataBuffer joined) {
        byte[] bytes = new byte[joined.readableByteCount()];
        joined.read(bytes);
        DataBufferUtils.release(joined);
        return bytes;
    }
}
