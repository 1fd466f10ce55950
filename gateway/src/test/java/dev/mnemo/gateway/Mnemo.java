package dev.mnemo.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;

/** The real gateway, started in this JVM on free ports, with the tenant files that a test writes. */
final class Mnemo implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Mnemo(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * @param tenants file name without {@code .yaml} → its text
     */
    static Mnemo start(String redisUrl, Map<String, String> tenants, String... properties) {
        return start(redisUrl, tenants, context -> {}, properties);
    }

    /**
     * @param beans registers what a test adds
     */
    static Mnemo start(
            String redisUrl,
            Map<String, String> tenants,
            Consumer<GenericApplicationContext> beans,
            String... properties) {
        Path directory = directory(tenants);
        List<String> all = new ArrayList<>(List.of(
                "server.port=0",
                "management.server.port=0",
                "spring.application.name=mnemo-test",
                "mnemo.tenants=" + directory,
                "mnemo.redis.url=" + redisUrl));
        for (String property : properties) {
            // One that is given twice would be both.
            all.removeIf(own -> own.startsWith(property.substring(0, property.indexOf('=') + 1)));
            all.add(property);
        }
        return new Mnemo(new SpringApplicationBuilder(MnemoGateway.class)
                .properties(all.toArray(String[]::new))
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean(ReactorResourceFactory.class, Mnemo::ownEventLoops))
                .initializers(context -> beans.accept((GenericApplicationContext) context))
                .run(all.stream().map(property -> "--" + property).toArray(String[]::new)));
    }

    /**
     * Otherwise the gateway that stops first takes the event loops of all others in this JVM along. They end at once: the two
     * seconds in which they would wait for late work belong to a process that stops, and {@link DrainTest} stops one.
     */
    private static ReactorResourceFactory ownEventLoops() {
        ReactorResourceFactory factory = new ReactorResourceFactory();
        factory.setUseGlobalResources(false);
        factory.setShutdownQuietPeriod(Duration.ZERO);
        return factory;
    }

    static Path directory(Map<String, String> tenants) {
        try {
            Path directory = Files.createTempDirectory("mnemo-tenants");
            for (Map.Entry<String, String> tenant : tenants.entrySet()) {
                Files.writeString(directory.resolve(tenant.getKey() + ".yaml"), tenant.getValue());
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tenant whose key is {@code <id>-key}, with one upstream and whatever YAML is added. */
    static String tenant(String id, int upstreamPort, String more) {
        return """
                keys:
                  - {id: web, sha256: "%s", may: [chat, memory]}
                upstreams:
                  - {name: fake, speaks: [openai, anthropic, gemini, ollama], url: "http://127.0.0.1:%d", credential: upstream-secret, timeouts: {connect: 1s, first-byte: 2s, idle: 1s, total: 10s}}
                %s
                """.formatted(sha256(id + "-key"), upstreamPort, more);
    }

    /** The same tenant, whose upstreams a busy machine does not make late. */
    static String patient(String tenant) {
        return tenant.replace("connect: 1s", "connect: 10s")
                .replace("first-byte: 2s", "first-byte: 30s")
                .replace("idle: 1s", "idle: 30s")
                .replace("total: 10s", "total: 60s");
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    String redis() {
        return context.getEnvironment().getRequiredProperty("mnemo.redis.url");
    }

    int managementPort() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.management.port"));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    /** A chat call of a tenant's user. */
    HttpRequest.Builder chat(String tenant, String user, String body) {
        return to("/v1/chat/completions")
                .header("Authorization", "Bearer " + tenant + "-key")
                .header("Content-Type", "application/json")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofString(body));
    }

    HttpResponse<String> ask(String tenant, String user, String body) {
        return send(chat(tenant, user, body));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpClient http() {
        return http;
    }

    HttpResponse<String> put(String tenant, String user, String preferences) {
        return send(to("/mnemo/v1/users/" + user + "/preferences")
                .header("Authorization", "Bearer " + tenant + "-key")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(preferences)));
    }

    String metrics() {
        return management("/actuator/prometheus").body();
    }

    HttpResponse<String> management(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort() + path)));
    }

    /** Asks again until it holds; what settles and records a call goes on after its answer. */
    static void eventually(String what, Callable<Boolean> holds) {
        try {
            for (long end = System.nanoTime() + Duration.ofSeconds(30).toNanos(); System.nanoTime() < end; ) {
                if (holds.call()) {
                    return;
                }
                // Whoever it waits for may need the processor.
                LockSupport.parkNanos(1_000_000);
            }
        } catch (Exception e) {
            throw new AssertionError(what, e);
        }
        throw new AssertionError(what + " (waited 30 s)");
    }

    /** What a user has been said to prefer and said, as one chat request. */
    static String body(String model, String words) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}";
    }

    @Override
    public void close() {
        context.close();
    }
}
