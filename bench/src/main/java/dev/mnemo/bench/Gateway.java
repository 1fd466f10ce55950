package dev.mnemo.bench;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A process of the bench, and what the operating system says that it has used. */
final class Gateway implements AutoCloseable {

    /** The same for both gateways. */
    private static final List<String> FLAGS = List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC");

    private final Process process;
    private final int port;
    private final boolean personalises;

    private Gateway(Process process, int port, boolean personalises) {
        this.process = process;
        this.port = port;
        this.personalises = personalises;
    }

    /**
     * Starts a JVM with the bench's flags and waits until it listens.
     *
     * @param personalises whether it is Mnemo
     * @param what {@code -cp … Main} or {@code -jar …}, and arguments
     */
    static Gateway start(int port, boolean personalises, List<String> what) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        String more = System.getenv("BENCH_JVM");
        if (more != null) {
            command.addAll(List.of(more.split(" ")));
        }
        command.addAll(what);
        File log = File.createTempFile("bench", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
        builder.environment().put("BENCH_SEAL", "YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtMDE=");
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        long end = System.nanoTime() + Duration.ofSeconds(300).toNanos();
        while (!listens(port)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IllegalStateException("did not start: " + command + "\n" + Files.readString(log.toPath()));
            }
            Thread.sleep(50);
        }
        return new Gateway(process, port, personalises);
    }

    int port() {
        return port;
    }

    /** Whether each call is to be personalised, charged and recorded. */
    boolean personalises() {
        return personalises;
    }

    /** CPU time of the process so far, in microseconds. */
    double cpuMicros() {
        return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e3;
    }

    /** Memory in use and at its highest, in MB; 0 where the system does not say. */
    long[] residentMegabytes() throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        long[] resident = new long[2];
        if (Files.exists(status)) {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS") || line.startsWith("VmHWM")) {
                    resident[line.startsWith("VmRSS") ? 0 : 1] = Long.parseLong(line.replaceAll("\\D", "")) / 1024;
                }
            }
        }
        return resident;
    }

    /** What of the heap is in use after a collection, in MB. */
    long heapMegabytes() throws Exception {
        command("GC.run");
        return Pattern.compile(" used (\\d+)K")
                        .matcher(command("GC.heap_info").replaceAll("(?s)Metaspace.*", ""))
                        .results()
                        .mapToLong(used -> Long.parseLong(used.group(1)))
                        .sum()
                / 1024;
    }

    private String command(String what) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process asked = new ProcessBuilder(jcmd.toString(), String.valueOf(process.pid()), what)
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (asked.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        return said;
    }

    @Override
    public void close() {
        process.destroy();
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
