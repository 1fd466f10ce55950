package dev.mnemo.call;

import com.github.luben.zstd.ZstdInputStream;
import dev.mnemo.dialect.ContentCoding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Reads a request's body once, whole, under a cap that also holds for what it unpacks to. Thread-safe. */
final class BodyReader {

    /** From here on a body is unpacked and scanned beside the event loop: a megabyte takes about two milliseconds. */
    static final int LARGE = 256 * 1024;

    /** So many times its size a body takes while it is read, scanned and measured: texts are decoded, copied and hashed. */
    static final long WORK = 4;

    /** By so much a packed body grows at once. */
    private static final int STEP = 64 * 1024;

    /** The server tells a body's error twice: when it happens, and when the exchange ends. Once is enough. */
    private static final Context TOLD_ONCE =
            Context.of("reactor.onErrorDropped.local", (Consumer<Throwable>) again -> {});

    private final int limit;

    /**
     * @param limit in bytes
     */
    BodyReader(int limit) {
        this.limit = limit;
    }

    /**
     * The body as JSON bytes; cancelling releases what was read so far.
     *
     * @param take takes memory for so many bytes, or throws a refusal; all is given back at the call's end
     * @return one array, or a {@link Refusal}: 413 when it is larger than the cap, 400 when it is absent or does not
     *     unpack
     */
    Mono<byte[]> read(ServerHttpRequest request, LongConsumer take) {
        long length = request.getHeaders().getContentLength();
        if (length > limit) {
            return Mono.error(tooLarge());
        }
        if (length > 0) {
            take.accept(WORK * length);
        }
        // A call whose coding is not known was passed through before it came here.
        ContentCoding coding = Objects.requireNonNullElse(
                ContentCoding.of(request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING)), ContentCoding.IDENTITY);
        boolean plain = coding == ContentCoding.IDENTITY;
        Flux<DataBuffer> body = request.getBody();
        Mono<byte[]> raw = DataBufferUtils.join(length < 0 ? body.map(piece -> taken(piece, take)) : body, limit)
                .contextWrite(TOLD_ONCE)
                .map(BodyReader::bytes)
                .onErrorMap(DataBufferLimitException.class, e -> tooLarge())
                .switchIfEmpty(
                        Mono.error(() -> Refusal.badRequest("invalid_json", "body: empty (expected: a JSON object)")));
        if (plain && length >= 0 && length < LARGE) {
            return raw;
        }
        return raw.flatMap(bytes -> bytes.length < LARGE && plain
                ? Mono.just(bytes)
                : Mono.fromCallable(() -> unpacked(bytes, coding, take)).subscribeOn(Schedulers.parallel()));
    }

    private static DataBuffer taken(DataBuffer piece, LongConsumer take) {
        try {
            take.accept(WORK * piece.readableByteCount());
            return piece;
        } catch (Refusal refused) {
            DataBufferUtils.release(piece);
            throw refused;
        }
    }

    private static byte[] bytes(DataBuffer joined) {
        byte[] bytes = new byte[joined.readableByteCount()];
        joined.read(bytes);
        DataBufferUtils.release(joined);
        return bytes;
    }

    private byte[] unpacked(byte[] bytes, ContentCoding coding, LongConsumer take) {
        if (coding == ContentCoding.IDENTITY) {
            return bytes;
        }
        try (InputStream packed = new ByteArrayInputStream(bytes);
                InputStream in =
                        coding == ContentCoding.GZIP ? new GZIPInputStream(packed) : new ZstdInputStream(packed)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(STEP);
            for (byte[] step = in.readNBytes(STEP); step.length > 0; step = in.readNBytes(STEP)) {
                if (out.size() + step.length > limit) {
                    throw tooLarge();
                }
                take.accept(WORK * step.length);
                out.writeBytes(step);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw Refusal.badRequest(
                    "invalid_content_encoding",
                    "body: not " + coding.name().toLowerCase(Locale.ROOT) + " (expected: what Content-Encoding says)");
        }
    }

    private Refusal tooLarge() {
        return Refusal.of(
                413,
                "request_too_large",
                "body: larger than " + limit + " bytes (expected: at most that, also unpacked)");
    }
}
