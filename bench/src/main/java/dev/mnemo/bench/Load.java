package dev.mnemo.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A closed loop of calls over kept connections. Each call says something new, so that recording it is real work. */
final class Load {

    /** What a loop has seen; latencies in nanoseconds, sorted. */
    record Result(long calls, double seconds, long[] nanos) {

        double perSecond() {
            return calls / seconds;
        }

        double micros(double quantile) {
            return nanos[(int) Math.min(nanos.length - 1, quantile * nanos.length)] / 1_000.0;
        }
    }

    private static final AtomicLong COUNTER = new AtomicLong(1_000_000);

    private static final String EARLIER = """
            {"model":"bench","messages":[{"role":"system","content":"%s"},{"role":"user","content":"%s"},{"role":"assistant","content":"%s"},{"role":"user","content":"Turn %%d: %s"}]}""".formatted(
                    words("You are the assistant of a bench. ", 200),
                    words("How would one measure a gateway fairly? ", 250),
                    words("Side by side, in one run, with ratios. ", 200),
                    words("And what comes after that? ", 170));

    private Load() {}

    static Result run(int port, int connections, double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long began = System.nanoTime();
        List<Callable<long[]>> loops = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            loops.add(() -> loop(port, end));
        }
        long[] all = {};
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            for (Future<long[]> loop : threads.invokeAll(loops, (long) seconds + 30, TimeUnit.SECONDS)) {
                long[] nanos = loop.get();
                int before = all.length;
                all = Arrays.copyOf(all, before + nanos.length);
                System.arraycopy(nanos, 0, all, before, nanos.length);
            }
        }
        double took = (System.nanoTime() - began) / 1e9;
        Arrays.sort(all);
        return new Result(all.length, took, all);
    }

    private static long[] loop(int port, long end) throws IOException {
        long[] nanos = new long[1 << 14];
        int calls = 0;
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            while (System.nanoTime() < end) {
                byte[] request = request();
                long sent = System.nanoTime();
                out.write(request);
                answer(in, buffer);
                if (calls == nanos.length) {
                    nanos = Arrays.copyOf(nanos, calls * 2);
                }
                nanos[calls++] = System.nanoTime() - sent;
            }
        }
        return Arrays.copyOf(nanos, calls);
    }

    private static byte[] request() {
        String body = EARLIER.formatted(COUNTER.incrementAndGet());
        return ("POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer bench-key\r\n"
                        + "Content-Type: application/json\r\nAccept: application/json\r\nUser-Agent: bench/1\r\n"
                        + "X-Mnemo-User: ada\r\nX-Mnemo-Conversation: bench\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads one whole answer. */
    private static void answer(InputStream in, byte[] buffer) throws IOException {
        int length = 0;
        int head = -1;
        int whole = Integer.MAX_VALUE;
        while (length < whole) {
            int read = in.read(buffer, length, buffer.length - length);
            if (read < 0) {
                throw new IOException("the answer ended early");
            }
            length += read;
            if (head < 0) {
                String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                head = text.indexOf("\r\n\r\n");
                if (head >= 0) {
                    if (!text.startsWith("HTTP/1.1 200")) {
                        throw new IOException(text);
                    }
                    whole = head + 4 + contentLength(text.substring(0, head));
                }
            }
        }
    }

    private static int contentLength(String head) {
        int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length:") + 15;
        int end = head.indexOf('\r', at);
        return Integer.parseInt(
                head.substring(at, end < 0 ? head.length() : end).strip());
    }

    private static String words(String text, int length) {
        return text.repeat(length / text.length() + 1).substring(0, length);
    }
}
