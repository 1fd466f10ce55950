package dev.mnemo.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Many callers at once, with so little between them and the socket that they really are at once. */
final class Crowd {

    private static final Pattern RESETS = Pattern.compile("(?m)^ratelimit: .*?;t=(\\d+)");

    /** A whole answer to one call. */
    record Answer(int status, String head, String body) {

        boolean admitted() {
            return status == 200;
        }

        boolean refused() {
            return status == 429;
        }

        /** In seconds, by the answer's own words; of its tightest limit. */
        int resets() {
            Matcher resets = RESETS.matcher(head);
            if (!resets.find()) {
                throw new AssertionError("it says when its limit resets: " + this);
            }
            return Integer.parseInt(resets.group(1));
        }
    }

    private Crowd() {}

    /** A chat call as it goes over the wire; of nobody in particular where the user is null. */
    static byte[] chat(String tenant, @Nullable String user, String body) {
        return ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + tenant + "-key\r\n"
                        + (user == null ? "" : "X-Mnemo-User: " + user + "\r\n")
                        + "Content-Type: application/json\r\nContent-Length: " + body.getBytes(UTF_8).length
                        + "\r\n\r\n" + body)
                .getBytes(UTF_8);
    }

    /** Asks {@code each} calls of each gateway, all at once: every caller is connected before the first one speaks. */
    static List<Answer> ask(List<Replica> gateways, int each, IntFunction<byte[]> call) throws Exception {
        return ask(gateways, each, call, answer -> {});
    }

    /**
     * @param heard of each answer when it has come
     */
    static List<Answer> ask(List<Replica> gateways, int each, IntFunction<byte[]> call, Consumer<Answer> heard)
            throws Exception {
        int calls = gateways.size() * each;
        CountDownLatch connected = new CountDownLatch(calls);
        List<Future<Answer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < calls; i++) {
                int number = i;
                byte[] bytes = call.apply(i);
                answers.add(threads.submit(() -> {
                    try (Socket socket = connect(gateways.get(number % gateways.size()))) {
                        connected.countDown();
                        if (!connected.await(30, TimeUnit.SECONDS)) {
                            throw new IOException("not all callers are connected");
                        }
                        socket.getOutputStream().write(bytes);
                        Answer answer = answer(new BufferedInputStream(socket.getInputStream()));
                        heard.accept(answer);
                        return answer;
                    }
                }));
            }
        }
        return all(answers);
    }

    /**
     * Lets callers ask again and again, {@code each} on each gateway and one call at a time, as long as an answer lets them.
     *
     * @return how many calls there were
     */
    static int loop(List<Replica> gateways, int each, IntFunction<byte[]> call, Predicate<Answer> again)
            throws Exception {
        AtomicInteger calls = new AtomicInteger();
        List<Future<Integer>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < gateways.size() * each; i++) {
                Replica gateway = gateways.get(i % gateways.size());
                callers.add(threads.submit(() -> {
                    try (Socket socket = connect(gateway)) {
                        InputStream in = new BufferedInputStream(socket.getInputStream());
                        do {
                            socket.getOutputStream().write(call.apply(calls.getAndIncrement()));
                        } while (again.test(answer(in)));
                        return 0;
                    }
                }));
            }
        }
        all(callers);
        return calls.get();
    }

    /** Asks, and reads the answer until these words have come; the rest is the caller's. */
    static Socket open(Replica gateway, byte[] call, String words) throws IOException {
        Socket socket = connect(gateway);
        socket.getOutputStream().write(call);
        InputStream in = socket.getInputStream();
        StringBuilder read = new StringBuilder();
        while (read.indexOf(words) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the answer breaks off: " + read);
            }
            read.append((char) next);
        }
        return socket;
    }

    /** How many answers there are of each status. */
    static Map<Integer, Long> statuses(List<Answer> answers) {
        return answers.stream().collect(Collectors.groupingBy(Answer::status, Collectors.counting()));
    }

    private static <T> List<T> all(List<Future<T>> futures) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private static Socket connect(Replica gateway) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** An answer of known length. */
    private static Answer answer(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int last = 0; last != 0x0d0a0d0a; ) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the answer breaks off: " + bytes.toString(UTF_8));
            }
            bytes.write(next);
            last = last << 8 | next;
        }
        String head = bytes.toString(UTF_8).toLowerCase(Locale.ROOT);
        int length = Integer.parseInt(head.replaceAll("(?s).*\r\ncontent-length: (\\d+)\r\n.*", "$1"));
        return new Answer(Integer.parseInt(head.substring(9, 12)), head, new String(in.readNBytes(length), UTF_8));
    }
}
