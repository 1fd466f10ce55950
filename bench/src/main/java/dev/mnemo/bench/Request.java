package dev.mnemo.bench;

import static dev.mnemo.bench.WireFormat.words;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A call that says something new each time, so that recording it is real work. Immutable. */
final class Request {

    /** Stands for a number that is a new one in each call. */
    static final String NEW = "0000000";

    private static final String LAST = "Turn " + NEW + ": " + words("And what comes after that? ", 170);
    private static final String USER = "X-Mnemo-User: ";
    private static final AtomicLong COUNTER = new AtomicLong(1_000_000);

    private final WireFormat format;
    private final String tenant;
    private final String headers;
    private final String body;
    private final byte[] bytes;
    private final int[] places;
    private final List<Request> others;

    private Request(WireFormat format, String tenant, String headers, String body) {
        this(format, tenant, headers, body, List.of());
    }

    private Request(WireFormat format, String tenant, String headers, String body, List<Request> others) {
        this.format = format;
        this.tenant = tenant;
        this.headers = headers;
        this.body = body;
        String text = "POST " + format.path() + " HTTP/1.1\r\nHost: bench\r\n" + format.credential() + tenant
                + "-key\r\nContent-Type: application/json\r\nUser-Agent: bench/1\r\n"
                + (headers.contains(USER) ? "" : USER + "ada\r\n") + headers + "Content-Length: " + body.length()
                + "\r\n\r\n" + body;
        this.bytes = text.getBytes(StandardCharsets.US_ASCII);
        this.places = places(text);
        this.others = others;
    }

    /** One of about 1 KB, by the user ada of the tenant, in a conversation that goes on. */
    static Request of(WireFormat format, String tenant) {
        return new Request(
                format, tenant, "Accept: application/json\r\nX-Mnemo-Conversation: bench\r\n", format.request(0, LAST));
    }

    /** The same call with a system text that is so many bytes longer. */
    Request longer(int bytes) {
        return body(format.request(bytes, LAST));
    }

    /** The same chat call, but its answer is to come as a stream, with usage at its end. */
    Request streamed() {
        return headers(headers.replace("application/json", "text/event-stream"))
                .body(body.replaceFirst("\\{", "{\"stream\":true,\"stream_options\":{\"include_usage\":true},"));
    }

    /**
     * The same with other headers than {@code Accept} and the conversation's.
     *
     * @param headers each with its line's end
     */
    Request headers(String headers) {
        return new Request(format, tenant, headers, body);
    }

    /** The same call with another body, in ASCII. */
    Request body(String body) {
        return new Request(format, tenant, headers, body);
    }

    /** Calls that take turns; of one tenant and format. */
    static Request oneOf(List<Request> others) {
        Request first = others.getFirst();
        return new Request(first.format, first.tenant, first.headers, first.body, others);
    }

    /** The same call by another user. */
    Request user(String user) {
        return headers(USER + user + "\r\n" + headers.replaceAll(USER + ".*\r\n", ""));
    }

    WireFormat format() {
        return format;
    }

    String tenant() {
        return tenant;
    }

    /** Whether Mnemo is to record it. */
    boolean recorded() {
        return !headers.contains("X-Mnemo-Memory: ");
    }

    /** The bytes of one more call. */
    byte[] next() {
        long count = COUNTER.incrementAndGet();
        return others.isEmpty()
                ? numbered(count)
                : others.get((int) (count % others.size())).numbered(count);
    }

    private byte[] numbered(long count) {
        byte[] next = bytes.clone();
        byte[] number = Long.toString(count).getBytes(StandardCharsets.US_ASCII);
        for (int place : places) {
            System.arraycopy(number, 0, next, place, number.length);
        }
        return next;
    }

    private static int[] places(String text) {
        return Pattern.compile(NEW)
                .matcher(text)
                .results()
                .mapToInt(MatchResult::start)
                .toArray();
    }
}
