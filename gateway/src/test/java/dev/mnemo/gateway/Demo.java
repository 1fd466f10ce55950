package dev.mnemo.gateway;

import dev.mnemo.redis.TestRedis;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** {@code make run}: the gateway with everything it needs, on one machine, for a first look. */
final class Demo {

    private static final PrintStream OUT = System.out;

    private Demo() {}

    public static void main(String[] args) throws IOException {
        int port = port("SERVER_PORT", 8080);
        int management = port("MANAGEMENT_SERVER_PORT", 9090);
        int fake = port("FAKE_LLM_PORT", 8081);
        for (int wanted : new int[] {port, management, fake}) {
            if (!isFree(wanted)) {
                System.err.println("Port " + wanted + " is in use. Stop what listens there, or set SERVER_PORT,"
                        + " MANAGEMENT_SERVER_PORT or FAKE_LLM_PORT to another.");
                System.exit(1);
            }
        }
        ExitCode.ofAStopIsZero();
        FakeLlm.start(fake);
        new SpringApplicationBuilder(MnemoGateway.class)
                .run(
                        "--server.port=" + port,
                        "--management.server.port=" + management,
                        "--mnemo.tenants=" + tenants(fake),
                        "--mnemo.redis.url=" + TestRedis.url());
        OUT.println(welcome(port, management));
    }

    private static String welcome(int port, int management) {
        String base = "http://localhost:" + port;
        String ask = "curl -s " + base + "/v1/chat/completions -H 'Authorization: Bearer acme-demo-key'"
                + " -H 'X-Mnemo-User: ada' -H 'Content-Type: application/json'"
                + " -d '{\"model\":\"fake\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}'";
        return """

                Mnemo Gateway listens on %s (metrics and health on port %d).
                Paste these one after the other, a second apart (what was said is kept after its answer), and look at the system prompt that the fake LLM was given:

                  curl -s -X PUT %s/mnemo/v1/users/ada/preferences -H 'Authorization: Bearer acme-demo-key' -H 'Content-Type: application/json' -d '{"tone":"direct, no fluff","preferred_language":"Go"}'

                  %s

                  %s

                Base URLs for clients: %s/v1 (OpenAI), %s (Anthropic, Gemini, Ollama). See docs/clients.md.
                Ctrl-C stops it.""".formatted(
                        base,
                        management,
                        base,
                        ask.formatted("How do I sort a slice?"),
                        ask.formatted("And how do I reverse it?"),
                        base,
                        base);
    }

    private static Path tenants(int fakePort) throws IOException {
        Path directory = Files.createTempDirectory("mnemo-demo-tenants");
        for (String name : List.of("acme.yaml", "globex.yaml")) {
            try (InputStream in = Objects.requireNonNull(Demo.class.getResourceAsStream("/demo-tenants/" + name))) {
                String yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                Files.writeString(directory.resolve(name), yaml.replace("localhost:8081", "localhost:" + fakePort));
            }
        }
        return directory;
    }

    private static int port(String variable, int otherwise) {
        String given = System.getenv(variable);
        if (given == null || given.isBlank()) {
            return otherwise;
        }
        int port = given.matches("[0-9]{1,5}") ? Integer.parseInt(given) : 0;
        if (port < 1 || port > 65_535) {
            System.err.println(variable + ": no port (expected: 1 to 65535, such as " + otherwise + ")");
            System.exit(1);
        }
        return port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
