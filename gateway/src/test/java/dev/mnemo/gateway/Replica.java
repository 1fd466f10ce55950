package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The real gateway as a process of its own: it can be small, there can be several, and it can be killed. */
final class Replica implements AutoCloseable {

    private final Process process;
    private final int port;
    private final int managementPort;
    private final String redis;
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> listens = new CompletableFuture<>();

    private Replica(Process process, int port, int managementPort, String redis) {
        this.process = process;
        this.port = port;
        this.managementPort = managementPort;
        this.redis = redis;
    }

    /**
     * Begins to start one.
     *
     * @param memory options of its JVM
     * @param properties such as {@code mnemo.redis.timeout=10s}
     */
    static Replica begin(Path tenants, String redisUrl, List<String> memory, String... properties) throws IOException {
        int port = Ports.free();
        int managementPort = Ports.free();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(memory);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                MnemoGateway.class.getName(),
                "--server.port=" + port,
                "--management.server.port=" + managementPort,
                "--mnemo.tenants=" + tenants,
                "--mnemo.redis.url=" + redisUrl));
        for (String property : properties) {
            command.add("--" + property);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Replica replica = new Replica(process, port, managementPort, redisUrl);
        // Reading a pipe holds on to its thread, and of those that carry virtual ones there are few.
        Thread.ofPlatform().daemon().start(replica::read);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return replica;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                if (line.contains(": Started MnemoGateway in ")) {
                    listens.complete(null);
                }
            }
        } catch (IOException killed) {
            // Its end is what follows.
        }
        listens.completeExceptionally(new AssertionError("it ended: " + String.join("\n", log)));
    }

    /** Returns when it answers. */
    Replica started() {
        try {
            listens.get(300, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("it listens: " + String.join("\n", log), e);
        }
        return this;
    }

    int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    String redis() {
        return redis;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it has written to its log. */
    String log() {
        return String.join("\n", log);
    }

    /** Asks it to stop, as Kubernetes does: with SIGTERM. */
    void terminate() {
        // Through its handle: a process that is destroyed has its output closed, and its last words are lost.
        process.toHandle().destroy();
    }

    /** Returns its exit code when it has ended, which takes no longer than this. */
    int ended(Duration longest) {
        try {
            assertThat(process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS))
                    .as(() -> "it has ended: " + log())
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** As a machine dies: nothing is finished. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        kill();
    }
}
