package dev.mnemo.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** One kept connection to a gateway. Of Mnemo it believes only answers that say that the call was personalised. */
final class Client implements AutoCloseable {

    private static final Pattern CONTEXT =
            Pattern.compile("x-mnemo-context: tokens=\\d+, preferences=2,", Pattern.CASE_INSENSITIVE);
    private static final Pattern EVENT = Pattern.compile("\"id\":\"(\\d+)\".*\n\n");
    private static final Pattern CHUNK = Pattern.compile("\r\n[0-9a-f]+\r\n");
    private static final int LINE_END = 2;
    private static final String HEAD_END = "\r\n\r\n";
    private static final String END = "\r\n0\r\n\r\n";

    /**
     * When a streamed answer came, in nanoseconds.
     *
     * @param first from the request to the first byte of the body
     * @param last from the request to the last byte
     * @param delays of each event, from its being written by the upstream to its being read here
     */
    record Streamed(long first, long last, List<Long> delays) {}

    private final boolean personalised;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[16 * 1024];
    private String head = "";

    Client(Gateway gateway) throws IOException {
        personalised = gateway.personalises();
        socket = new Socket("127.0.0.1", gateway.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** Reads one whole answer, and returns how long it took, in nanoseconds. */
    long call(Request request) throws IOException {
        byte[] bytes = request.next();
        long sent = System.nanoTime();
        out.write(bytes);
        int length = head();
        int whole = head.length() + Integer.parseInt(header("content-length"));
        while (length < whole) {
            length += read(length);
        }
        return System.nanoTime() - sent;
    }

    /** Reads one answer as it comes. */
    Streamed stream(Request request) throws IOException {
        byte[] bytes = request.next();
        long sent = System.nanoTime();
        out.write(bytes);
        int length = head();
        int start = head.length();
        while (length == start) {
            length += read(length);
        }
        long now = System.nanoTime();
        long first = now - sent;
        List<Long> delays = new ArrayList<>();
        while (true) {
            for (long written :
                    written(start - LINE_END, length).skip(delays.size()).toArray()) {
                delays.add(now - written);
            }
            if (text(length - END.length(), length).equals(END)) {
                return new Streamed(first, now - sent, delays);
            }
            length += read(length);
            now = System.nanoTime();
        }
    }

    /** When the events that have come were written. A gateway may cut one in two chunks, so the chunks' frames go first. */
    private LongStream written(int from, int to) {
        String body = CHUNK.matcher(text(from, to)).replaceAll("");
        return EVENT.matcher(body).results().mapToLong(event -> Long.parseLong(event.group(1)));
    }

    /** The value of a header of the last answer. */
    String header(String name) {
        int at = head.toLowerCase(Locale.ROOT).indexOf("\n" + name + ":");
        if (at < 0) {
            throw new IllegalStateException("no " + name + ": " + head);
        }
        return head.substring(at + name.length() + 2, head.indexOf('\r', at)).strip();
    }

    /** Reads until the head is whole, and checks it; returns how many bytes have come. */
    private int head() throws IOException {
        int length = 0;
        int end = -1;
        while (end < 0) {
            length += read(length);
            end = text(0, length).indexOf(HEAD_END);
        }
        head = text(0, end + HEAD_END.length());
        if (!head.startsWith("HTTP/1.1 200")) {
            throw new IOException(text(0, length));
        }
        if (personalised && !CONTEXT.matcher(head).find()) {
            throw new IOException("not personalised: " + head);
        }
        return length;
    }

    private int read(int length) throws IOException {
        int read = in.read(buffer, length, buffer.length - length);
        if (read <= 0) {
            throw new IOException("the answer ended early: " + text(0, length));
        }
        return read;
    }

    private String text(int from, int to) {
        return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
