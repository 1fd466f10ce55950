package dev.mnemo.bench;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToDoubleFunction;
import redis.embedded.RedisServer;

/** {@code make bench}: prints a table of medians over alternating rounds, and checks that Mnemo did its work. */
public final class Bench {

    private static final String USED = "mnemo:v1:{bench}:limit:tenant-month";
    private static final String RECORDED = "mnemo:v1:{bench:ada}:interactions";
    private static final int ROUNDS = 3;
    private static final int WARM = 60_000;

    private static final double SECONDS = Double.parseDouble(System.getenv().getOrDefault("BENCH_SECONDS", "8"));

    private record Round(Load.Result many, double cpuMicros, Load.Result one) {}

    private Bench() {}

    public static void main(String[] args) throws Exception {
        RedisServer server = RedisServer.builder()
                .port(free())
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        String redis = "redis://127.0.0.1:" + server.ports().getFirst();
        try (Gateway upstream = start(CheapUpstream.class, List.of());
                Gateway plain = start(PlainGateway.class, plainRoute(upstream.port()));
                Gateway mnemo = mnemo(upstream.port(), redis);
                RedisClient client = RedisClient.create(redis)) {
            compare(upstream, plain, mnemo, client.connect().sync());
        } finally {
            server.stop();
        }
    }

    private static void compare(Gateway upstream, Gateway plain, Gateway mnemo, RedisCommands<String, String> redis)
            throws Exception {
        prepare(mnemo.port());
        for (Gateway gateway : List.of(plain, mnemo)) {
            warm(gateway.port());
        }
        Load.Result direct = Load.run(upstream.port(), 1, SECONDS / 4);
        settled(redis);
        long usedBefore = Long.parseLong(redis.hget(USED, "used"));
        List<Round> plainRounds = new ArrayList<>();
        List<Round> mnemoRounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            plainRounds.add(round(plain));
            mnemoRounds.add(round(mnemo));
        }
        long calls = mnemoRounds.stream()
                .mapToLong(r -> r.many().calls() + r.one().calls())
                .sum();
        check(redis, usedBefore, calls);
        print(direct, plainRounds, mnemoRounds, plain.residentMegabytes(), mnemo.residentMegabytes());
    }

    /** Few connections first, then until the compiler has seen enough. */
    private static void warm(int port) throws Exception {
        Load.run(port, 1, 2);
        long calls = 0;
        for (int i = 0; i < 12 && calls < WARM; i++) {
            calls += Load.run(port, i == 0 ? 4 : 32, 4).calls();
        }
    }

    private static Round round(Gateway gateway) throws Exception {
        double before = gateway.cpuMicros();
        Load.Result many = Load.run(gateway.port(), 32, SECONDS);
        double cpu = (gateway.cpuMicros() - before) / many.calls();
        return new Round(many, cpu, Load.run(gateway.port(), 1, SECONDS / 4));
    }

    /** Every call was charged as the upstream counted it, and recorded: else the figures are of something else. */
    private static void check(RedisCommands<String, String> redis, long usedBefore, long calls) throws Exception {
        long expected = usedBefore + calls * (CheapUpstream.INPUT + CheapUpstream.OUTPUT);
        settled(redis);
        long used = Long.parseLong(redis.hget(USED, "used"));
        if (used != expected || redis.llen(RECORDED) != 20) {
            throw new IllegalStateException(
                    "used " + used + " (expected: " + expected + "), recorded " + redis.llen(RECORDED));
        }
    }

    /** Waits until no call holds anything any more. */
    private static void settled(RedisCommands<String, String> redis) throws Exception {
        for (int i = 0; i < 200 && !"0".equals(redis.hget(USED, "held")); i++) {
            Thread.sleep(50);
        }
    }

    private static void print(
            Load.Result direct, List<Round> plain, List<Round> mnemo, long[] plainMemory, long[] mnemoMemory) {
        StringBuilder table = new StringBuilder("\n| medians of " + ROUNDS
                + " alternating rounds | plain Spring Cloud Gateway | Mnemo | ratio |\n|---|---|---|---|\n");
        row(table, "calls/s, 32 connections", plain, mnemo, r -> r.many().perSecond());
        row(table, "CPU of the gateway, µs per call", plain, mnemo, Round::cpuMicros);
        row(table, "p50 µs, 32 connections", plain, mnemo, r -> r.many().micros(0.50));
        row(table, "p99 µs, 32 connections", plain, mnemo, r -> r.many().micros(0.99));
        row(table, "p50 µs, 1 connection", plain, mnemo, r -> r.one().micros(0.50));
        row(table, "p99 µs, 1 connection", plain, mnemo, r -> r.one().micros(0.99));
        table.append("| resident memory, MB (highest) | ")
                .append(plainMemory[0])
                .append(" (")
                .append(plainMemory[1]);
        table.append(") | ")
                .append(mnemoMemory[0])
                .append(" (")
                .append(mnemoMemory[1])
                .append(") | ");
        table.append("%.2f |%n".formatted((double) mnemoMemory[0] / Math.max(1, plainMemory[0])));
        double added = median(mnemo, r -> r.one().micros(0.50))
                - median(plain, r -> r.one().micros(0.50));
        table.append("\nadded p50 at one connection: %.0f µs; the upstream alone: %.0f µs%n"
                .formatted(added, direct.micros(0.50)));
        System.out.println(table);
    }

    private static void row(
            StringBuilder table, String what, List<Round> plain, List<Round> mnemo, ToDoubleFunction<Round> figure) {
        double one = median(plain, figure);
        double other = median(mnemo, figure);
        table.append("| %s | %.0f | %.0f | %.2f |%n".formatted(what, one, other, other / one));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] values = rounds.stream().mapToDouble(figure).sorted().toArray();
        return values[values.length / 2];
    }

    /** 300 bytes of preferences and five interactions of about 400. */
    private static void prepare(int port) throws Exception {
        String setting = "always answer briefly and with an example in Go ";
        send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/mnemo/v1/users/ada/preferences"))
                .PUT(BodyPublishers.ofString(
                        "{\"tone\":\"" + setting.repeat(3) + "\",\"form\":\"" + setting.repeat(3) + "\"}")));
        for (int i = 0; i < 5; i++) {
            String words =
                    ("What about the question number " + i + "? ").repeat(6).substring(0, 200);
            HttpResponse<String> answer = send(HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                    .POST(BodyPublishers.ofString(
                            "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}")));
            if (answer.headers()
                    .firstValue("X-Mnemo-Context")
                    .filter(c -> c.contains("preferences=2"))
                    .isEmpty()) {
                throw new IllegalStateException(
                        "not personalised: " + answer.headers().map());
            }
        }
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpRequest call = request.header("Authorization", "Bearer bench-key")
                .header("X-Mnemo-User", "ada")
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(call, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return answer;
    }

    private static Gateway start(Class<?> main, List<String> properties) throws Exception {
        int port = free();
        List<String> what = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        what.add(main == CheapUpstream.class ? String.valueOf(port) : "--server.port=" + port);
        what.addAll(properties);
        return Gateway.start(port, what);
    }

    private static List<String> plainRoute(int upstream) {
        String route = "--spring.cloud.gateway.server.webflux.routes[0].";
        return List.of(
                route + "id=llm",
                route + "uri=http://127.0.0.1:" + upstream,
                route + "predicates[0]=Path=/**",
                "--logging.level.root=warn");
    }

    private static Gateway mnemo(int upstream, String redis) throws Exception {
        Path tenants = Files.createTempDirectory("bench-tenants");
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest("bench-key".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Files.writeString(
                tenants.resolve("bench.yaml"), """
                keys: [{id: bench, sha256: "%s", may: [chat, memory]}]
                upstreams: [{name: cheap, speaks: [openai], url: "http://127.0.0.1:%d", credential: none}]
                budgets:
                  limits:
                    - {name: tenant-month, per: tenant, tokens: 9000000M, every: month}
                    - {name: user-day, per: user, tokens: 9000000M, every: day}
                """.formatted(HexFormat.of().formatHex(hash), upstream));
        int port = free();
        return Gateway.start(
                port,
                List.of(
                        "-jar",
                        "gateway/target/mnemo-gateway.jar",
                        "--server.port=" + port,
                        "--management.server.port=" + free(),
                        "--mnemo.tenants=" + tenants,
                        "--mnemo.redis.url=" + redis));
    }

    private static int free() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
