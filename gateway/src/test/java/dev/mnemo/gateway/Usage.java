package dev.mnemo.gateway;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a gateway's usage API tells. */
final class Usage {

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final int port;

    private Usage(int port) {
        this.port = port;
    }

    static Usage of(Mnemo gateway) {
        return new Usage(gateway.port());
    }

    static Usage of(Replica gateway) {
        return new Usage(gateway.port());
    }

    /** In this window, what is held included. */
    long used(String tenant, String user, String limit) {
        JsonNode found = limit(tenant, user, limit);
        return found.get("used").asLong() + found.get("held").asLong();
    }

    /** By calls in flight. */
    long held(String tenant, String user, String limit) {
        return limit(tenant, user, limit).get("held").asLong();
    }

    /** How the limit stands for the user, or for all where it is not a user's. */
    JsonNode limit(String tenant, String user, String limit) {
        String query = "?user=" + URLEncoder.encode(user, StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/mnemo/v1/usage" + query))
                .header("Authorization", "Bearer " + tenant + "-key")
                .timeout(Duration.ofSeconds(30))
                .build();
        AtomicReference<String> told = new AtomicReference<>("");
        Mnemo.eventually("the usage API is answered by Redis", () -> {
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            told.set(answer.body());
            return answer.statusCode() == 200;
        });
        for (JsonNode each : JSON.readTree(told.get()).get("limits")) {
            if (each.get("name").asString().equals(limit)) {
                return each;
            }
        }
        throw new AssertionError("no limit " + limit + " in " + told.get());
    }
}
