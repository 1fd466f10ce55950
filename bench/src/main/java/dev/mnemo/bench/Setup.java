package dev.mnemo.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.embedded.RedisServer;

/**
 * The processes of one run.
 *
 * @param tenants where their files are
 * @param plain a Spring Cloud Gateway with one route
 * @param meter what measures both gateways
 */
record Setup(
        RedisServer server,
        RedisClient client,
        Path tenants,
        Gateway upstream,
        Gateway plain,
        Gateway mnemo,
        Meter meter)
        implements AutoCloseable {

    /** A tenant whose users have five interactions shown. */
    static final String SMALL = "small";

    /** A tenant whose users have a hundred shown, in a context of up to 60,000 tokens. */
    static final String LARGE = "large";

    /** A tenant without limits. */
    static final String FREE = "free";

    /** A tenant with four limits. */
    static final String FOUR = "four";

    /** Tenants of {@link MemoryTable}; each size of a history has its own. */
    static final String BARE = "bare";

    static final String WORDS = "words";
    static final String VECTORS = "vectors";
    static final String SEALED = "sealed";

    private static final String TWO_LIMITS = "{name: tenant-month, per: tenant, tokens: 9000000M, every: month},"
            + "{name: user-day, per: user, tokens: 9000000M, every: day}";
    private static final String FOUR_LIMITS = TWO_LIMITS
            + ",{name: tenant-day, per: tenant, usd: 900000, every: day}"
            + ",{name: key-minute, per: key, requests: 9000M, every: minute}";

    private static final String TENANT = """
            keys: [{id: bench, sha256: "%s", may: [chat, memory]}]
            upstreams: [{name: cheap, speaks: [openai, anthropic, gemini, ollama], url: "http://127.0.0.1:%d", credential: none}]
            memory: %s
            models: [{name: bench, price: {input: 2.5, output: 10}}]
            %s
            """;

    static Setup start() throws Exception {
        RedisServer server = RedisServer.builder()
                .port(free())
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        String redis = "redis://127.0.0.1:" + server.ports().getFirst();
        Gateway upstream = startUpstream();
        Gateway plain = startPlain(upstream.port());
        Path tenants = tenants(upstream.port());
        Gateway mnemo = startMnemo(tenants, redis, Path.of("gateway/target/mnemo-gateway.jar"));
        RedisClient client = RedisClient.create(redis);
        Meter meter = new Meter(client.connect(ByteArrayCodec.INSTANCE).sync());
        return new Setup(server, client, tenants, upstream, plain, mnemo, meter);
    }

    /** In the order in which they alternate. */
    List<Gateway> gateways() {
        return List.of(plain, mnemo);
    }

    @Override
    public void close() throws IOException {
        mnemo.close();
        plain.close();
        upstream.close();
        client.close();
        server.stop();
    }

    private static Gateway startUpstream() throws Exception {
        int port = free();
        return Gateway.start(port, false, java(CheapUpstream.class, String.valueOf(port)));
    }

    private static Gateway startPlain(int upstream) throws Exception {
        int port = free();
        String route = "--spring.cloud.gateway.server.webflux.routes[0].";
        return Gateway.start(
                port,
                false,
                java(
                        PlainGateway.class,
                        "--server.port=" + port,
                        route + "id=llm",
                        route + "uri=http://127.0.0.1:" + upstream,
                        route + "predicates[0]=Path=/**",
                        "--logging.level.root=warn"));
    }

    private static Path tenants(int upstream) throws Exception {
        Path tenants = Files.createTempDirectory("bench-tenants");
        String few = "{recent: 5, keep: 20}";
        tenant(tenants, SMALL, upstream, few, TWO_LIMITS);
        tenant(tenants, LARGE, upstream, "{context: 60k, recent: 100, keep: 100}", TWO_LIMITS);
        tenant(tenants, FREE, upstream, few, "");
        tenant(tenants, FOUR, upstream, few, FOUR_LIMITS);
        String archive = "recent: 5, keep: 20, archive: 10000, retrieve: conversation";
        for (int size : MemoryTable.SIZES) {
            tenant(tenants, BARE + size, upstream, few, TWO_LIMITS);
            tenant(tenants, WORDS + size, upstream, "{" + archive + "}", TWO_LIMITS);
            tenant(tenants, VECTORS + size, upstream, "{" + archive + "}", TWO_LIMITS);
            tenant(tenants, SEALED + size, upstream, "{" + archive + ", seal: \"${BENCH_SEAL}\"}", TWO_LIMITS);
        }
        return tenants;
    }

    /** A second Mnemo beside the first one, which has the same tenants and Redis, but no model. */
    Gateway startWithoutModel() throws Exception {
        Path extracted = Files.createTempDirectory("bench-gateway");
        Process extraction = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djarmode=tools",
                        "-jar",
                        "gateway/target/mnemo-gateway.jar",
                        "extract",
                        "--force",
                        "--destination",
                        extracted.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (extraction.waitFor() != 0) {
            throw new IllegalStateException("the gateway's jar was not extracted");
        }
        try (Stream<Path> libraries = Files.list(extracted.resolve("lib"))) {
            for (Path library : libraries
                    .filter(path -> path.getFileName().toString().startsWith("onnxruntime"))
                    .toList()) {
                Files.delete(library);
            }
        }
        return startMnemo(
                tenants, "redis://127.0.0.1:" + server.ports().getFirst(), extracted.resolve("mnemo-gateway.jar"));
    }

    private static Gateway startMnemo(Path tenants, String redis, Path jar) throws Exception {
        int port = free();
        return Gateway.start(
                port,
                true,
                List.of(
                        "-jar",
                        jar.toString(),
                        "--server.port=" + port,
                        "--management.server.port=" + free(),
                        "--mnemo.tenants=" + tenants,
                        "--mnemo.redis.url=" + redis,
                        // A busy machine loses no record.
                        "--mnemo.redis.timeout=2s"));
    }

    private static void tenant(Path directory, String id, int upstream, String memory, String limits) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest((id + "-key").getBytes(UTF_8));
        String budgets = limits.isEmpty() ? "" : "budgets: {limits: [" + limits + "]}";
        Files.writeString(
                directory.resolve(id + ".yaml"),
                TENANT.formatted(HexFormat.of().formatHex(hash), upstream, memory, budgets));
    }

    /** Without Mnemo, whose filters a gateway would otherwise find and use. */
    private static List<String> java(Class<?> main, String... arguments) {
        String classes = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> !Path.of(path).getFileName().toString().startsWith("mnemo-"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> what = new ArrayList<>(List.of("-cp", classes, main.getName()));
        what.addAll(List.of(arguments));
        return what;
    }

    static int free() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
