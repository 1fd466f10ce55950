package dev.mnemo.redis;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import redis.embedded.RedisExecProvider;

/**
 * Redis as a process of its own, several of them: what a single embedded server cannot show. Each has a port, a directory
 * and a log of its own; all are stopped at the end, and with the JVM.
 */
public final class RedisServers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Path BINARY = binary();
    private static final String[] CLUSTER = {
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "500",
        "--cluster-config-file",
        "nodes",
        "--cluster-require-full-coverage",
        "no"
    };
    private static final Pattern ERROR = Pattern.compile("errorstat_(\\w+):count=(\\d+)");

    private final Path home;
    private final List<Server> servers = new ArrayList<>();
    private final Map<Integer, RedisCommands<String, String>> commands = new ConcurrentHashMap<>();
    private final RedisClient client = RedisClient.create();
    private final Thread atExit = new Thread(this::kill);

    public RedisServers() {
        try {
            home = Files.createTempDirectory("mnemo-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** One process. */
    public final class Server {

        private final int port;
        private final Path directory;
        private final Process process;

        private Server(int port, Path directory, Process process) {
            this.port = port;
            this.directory = directory;
            this.process = process;
        }

        public int port() {
            return port;
        }

        public String url() {
            return "redis://127.0.0.1:" + port;
        }

        /** As {@code kill -9} does; returns when it is dead. */
        public void killed() {
            process.destroyForcibly();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Says nothing any more and breaks no connection, as a machine that hangs; {@link #killed} ends it. */
        public void silent() {
            try {
                new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** For looking and for administration; opened at the first use. */
        public RedisCommands<String, String> commands() {
            return commands.computeIfAbsent(
                    port,
                    none -> client.connect(RedisURI.builder()
                                    .withHost("127.0.0.1")
                                    .withPort(port)
                                    .withTimeout(PATIENCE)
                                    .build())
                            .sync());
        }

        /** A field of {@code INFO}. */
        public String info(String section, String field) {
            return commands()
                    .info(section)
                    .lines()
                    .filter(line -> line.startsWith(field + ':'))
                    .map(line -> line.substring(field.length() + 1))
                    .findFirst()
                    .orElse("");
        }

        /** How often it has answered each error since it began. */
        public Map<String, Long> errors() {
            Map<String, Long> errors = new TreeMap<>();
            Matcher matcher = ERROR.matcher(commands().info("errorstats"));
            while (matcher.find()) {
                errors.put(matcher.group(1), Long.parseLong(matcher.group(2)));
            }
            return errors;
        }

        private boolean answers() {
            if (!process.isAlive()) {
                throw new IllegalStateException("redis on port " + port + " ended: " + log());
            }
            try {
                return commands().ping().equals("PONG");
            } catch (RuntimeException notYet) {
                return false;
            }
        }

        private String log() {
            try {
                return Files.readString(directory.resolve("log"));
            } catch (IOException e) {
                return e.toString();
            }
        }
    }

    /** A server with these settings beside the usual ones, answering. */
    public Server server(String... settings) {
        Server server = begun(settings);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(server::answers);
        return server;
    }

    /** A replica that has the primary's data and follows it. */
    public Server replica(int primaryPort, String... settings) {
        String[] all = Stream.concat(
                        Stream.of("--replicaof", "127.0.0.1 " + primaryPort, "--repl-diskless-load", "on-empty-db"),
                        Arrays.stream(settings))
                .toArray(String[]::new);
        Server replica = server(all);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> replica.info("replication", "master_link_status").equals("up"));
        return replica;
    }

    /** One that watches a primary by the name {@code budget}, decides alone, and knows of its replica. */
    public Server sentinel(Server primary) {
        int port = Ports.free();
        Path directory = directory(port);
        Path file = directory.resolve("sentinel.conf");
        try {
            Files.writeString(file, """
                    port %d
                    bind 127.0.0.1
                    sentinel monitor budget 127.0.0.1 %d 1
                    sentinel down-after-milliseconds budget 500
                    sentinel failover-timeout budget 3000
                    """.formatted(port, primary.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Server sentinel = started(port, directory, List.of(file.toString(), "--sentinel"));
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(sentinel::answers);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> sentinel.info("sentinel", "master0").contains("slaves=1"));
        return sentinel;
    }

    /** Has a sentinel put the replica in the primary's place, both alive. */
    public void failover(Server sentinel) {
        try (var connection = client.connectSentinel(RedisURI.create(sentinel.url()))) {
            connection.sync().failover("budget");
        }
    }

    /** A cluster of primaries that agree on who has which slots. */
    public List<Server> cluster(int size) {
        List<Server> nodes =
                IntStream.range(0, size).mapToObj(i -> begun(CLUSTER)).toList();
        for (Server node : nodes) {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(node::answers);
        }
        for (int i = 0; i < size; i++) {
            nodes.get(i).commands().clusterSetConfigEpoch(i + 1);
            nodes.get(i).commands().clusterAddSlotsRange(Range.create(first(i, size), first(i + 1, size) - 1));
            if (i > 0) {
                nodes.getFirst()
                        .commands()
                        .clusterMeet("127.0.0.1", nodes.get(i).port());
            }
        }
        for (Server node : nodes) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> node.commands().clusterInfo().contains("cluster_state:ok")
                            && node.commands().clusterInfo().contains("cluster_known_nodes:" + size));
        }
        return nodes;
    }

    /** A replica of one node of a cluster, known to all. */
    public Server clusterReplica(List<Server> nodes, Server primary) {
        Server replica = server(CLUSTER);
        replica.commands().clusterMeet("127.0.0.1", primary.port());
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> replica.commands().clusterInfo().contains("cluster_known_nodes:" + (nodes.size() + 1)));
        replica.commands().clusterReplicate(primary.commands().clusterMyId());
        for (Server node : nodes) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> node.commands().clusterNodes().contains("slave")
                            && replica.info("replication", "master_link_status").equals("up"));
        }
        return replica;
    }

    /** Which node of so many has a slot, as long as nothing was moved. */
    public static int nodeOf(int slot, int size) {
        return IntStream.range(0, size)
                .filter(i -> slot < first(i + 1, size))
                .findFirst()
                .orElseThrow();
    }

    /** The list of addresses that a cluster is known by. */
    public static String url(List<Server> nodes) {
        return nodes.stream().map(Server::url).collect(Collectors.joining(","));
    }

    private static int first(int node, int size) {
        return node * 16_384 / size;
    }

    private Server begun(String... settings) {
        int port = Ports.free();
        Path directory = directory(port);
        List<String> args = new ArrayList<>(List.of(
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--repl-diskless-sync-delay",
                "0"));
        args.addAll(List.of(settings));
        return started(port, directory, args);
    }

    private Server started(int port, Path directory, List<String> args) {
        List<String> command = new ArrayList<>(List.of(BINARY.toString()));
        command.addAll(args);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            Server server = new Server(port, directory, process);
            servers.add(server);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path directory(int port) {
        try {
            return Files.createDirectory(home.resolve(Integer.toString(port)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path binary() {
        try {
            return RedisExecProvider.defaultProvider().get().toPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void kill() {
        servers.forEach(Server::killed);
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        kill();
        Runtime.getRuntime().removeShutdownHook(atExit);
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
