package dev.mnemo.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An upstream that misbehaves on the wire as a test says: the model's name picks a script. It speaks just enough HTTP/1.1
 * to break it precisely, which no HTTP server would.
 */
final class ScriptedUpstream implements AutoCloseable {

    /** What one connection does after it has read a request. */
    @FunctionalInterface
    interface Script {
        void play(Exchange exchange) throws Exception;
    }

    /** One request and the socket to answer on. */
    record Exchange(String head, byte[] body, OutputStream out, InputStream in, Socket socket) {

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void events() throws IOException {
            write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void chunk(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            write(Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n");
        }

        void end() throws IOException {
            write("0\r\n\r\n");
        }

        void json(int status, String json) throws IOException {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            write("HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length
                    + "\r\n\r\n" + json);
        }

        /** Returns when the peer has closed its side. */
        void untilPeerCloses() throws IOException {
            while (in.read() >= 0) {
                // Nothing more is expected; the end is.
            }
        }
    }

    private static final Pattern MODEL = Pattern.compile("/models/([^/:]+):|\"model\"\\s*:\\s*\"([^\"]*)\"");

    private final ServerSocket server;
    private final ConcurrentHashMap<String, Script> scripts = new ConcurrentHashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final BlockingQueue<Exchange> seen = new LinkedBlockingQueue<>();

    ScriptedUpstream() {
        try {
            server = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Plays {@code script} for each request whose body or, as Gemini has it, whose path names this model. */
    void on(String model, Script script) {
        scripts.put(model, script);
    }

    int openConnections() {
        return open.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = head(in);
                if (head == null) {
                    return;
                }
                byte[] body = in.readNBytes(contentLength(head));
                Exchange exchange = new Exchange(head, body, socket.getOutputStream(), in, socket);
                seen.add(exchange);
                script(head + new String(body, StandardCharsets.UTF_8)).play(exchange);
                if (socket.isClosed()) {
                    return;
                }
            }
        } catch (Exception gone) {
            // A peer that leaves is part of the test.
        } finally {
            open.remove(socket);
        }
    }

    private Script script(String request) {
        for (Matcher named = MODEL.matcher(request); named.find(); ) {
            Script script = scripts.get(named.group(1) == null ? named.group(2) : named.group(1));
            if (script != null) {
                return script;
            }
        }
        return exchange -> exchange.json(200, answer("Hello.", 10, 2));
    }

    static String answer(String text, int input, int output) {
        return """
                {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}""".formatted(text, input, output, input + output);
    }

    static String delta(String text) {
        return """
                data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}

                """.formatted(text);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            last = last << 8 | next;
            if (last == 0x0d0a0d0a) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return null;
    }

    private static int contentLength(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }

    /** A script that says when it was reached, and then waits to be let go. */
    static Script heldBy(CountDownLatch reached, CountDownLatch go, Script then) {
        return exchange -> {
            reached.countDown();
            go.await();
            then.play(exchange);
        };
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
