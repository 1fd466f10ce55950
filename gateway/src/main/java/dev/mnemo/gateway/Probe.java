package dev.mnemo.gateway;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** {@code probe}: asks a gateway that runs whether it is ready, and whether calls reach it. */
final class Probe {

    /** How long what is not as it should be is asked again. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /** A model may think before it says sixteen tokens. */
    private static final Duration REAL_ANSWER = Duration.ofSeconds(120);

    private static final JsonMapper JSON = new JsonMapper();

    private final Function<String, @Nullable String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private final Duration patience;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER)
            .build();

    Probe(Function<String, @Nullable String> environment, PrintStream out, PrintStream err, Duration patience) {
        this.environment = environment;
        this.out = out;
        this.err = err;
        this.patience = patience;
    }

    /** One thing that is asked. */
    @FunctionalInterface
    private interface Question {
        /** What is wrong; null when it is as it should be. */
        @Nullable
        String ask() throws IOException, InterruptedException;
    }

    int run(String url, String management) {
        String key = environment.apply("MNEMO_PROBE_KEY");
        String model = environment.apply("MNEMO_PROBE_MODEL");
        if ((key == null || key.isEmpty()) != (model == null || model.isEmpty())) {
            err.println("Set both MNEMO_PROBE_KEY and MNEMO_PROBE_MODEL, or neither.");
            return Commands.MISUSED;
        }
        if (key != null && !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            err.println("MNEMO_PROBE_KEY holds a space, a line break or the like: no header can carry it.");
            return Commands.MISUSED;
        }
        try {
            URI ready = URI.create(base(management) + "/actuator/health/readiness");
            URI chat = URI.create(base(url) + "/v1/chat/completions");
            long until = System.nanoTime() + patience.toNanos();
            boolean ok = asked("ready", ready, until, () -> ready(ready))
                    && asked("refuses a call without a key", chat, until, () -> refuses(chat));
            if (ok && key != null && !key.isEmpty() && model != null) {
                // Once: it costs.
                ok = asked(
                        "answers a call of model " + model, chat, System.nanoTime(), () -> answers(chat, key, model));
            }
            return ok ? Commands.OK : Commands.FAILED;
        } catch (IllegalArgumentException e) {
            err.println("not a URL such as http://host:8080: " + e.getMessage());
            return Commands.MISUSED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Commands.FAILED;
        }
    }

    private boolean asked(String what, URI where, long until, Question question) throws InterruptedException {
        while (true) {
            String wrong;
            try {
                wrong = question.ask();
            } catch (IOException e) {
                wrong = "no answer (" + e.getClass().getSimpleName() + ")";
            }
            if (wrong == null) {
                out.println(what + ": yes");
                return true;
            }
            if (System.nanoTime() - until >= 0) {
                err.println(what + ": no. " + where + ": " + wrong);
                return false;
            }
            Thread.sleep(PAUSE);
        }
    }

    private @Nullable String ready(URI uri) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri).timeout(ANSWER));
        return answer.statusCode() == 200
                        && json(answer).path("status").asString("").equals("UP")
                ? null
                : told(answer, "200 and UP");
    }

    private @Nullable String refuses(URI uri) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(chat(uri, "none").timeout(ANSWER));
        JsonNode error = json(answer).path("error");
        boolean shaped = error.path("message").asString("").startsWith("mnemo:")
                && error.path("type").isString()
                && error.path("code").isString();
        return answer.statusCode() == 401 && shaped ? null : told(answer, "401 and OpenAI's error, from Mnemo");
    }

    private @Nullable String answers(URI uri, String key, String model) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                send(chat(uri, model).header("Authorization", "Bearer " + key).timeout(REAL_ANSWER));
        return answer.statusCode() == 200 ? null : told(answer, "200");
    }

    private static HttpRequest.Builder chat(URI uri, String model) {
        String body = JSON.createObjectNode()
                .put("model", model)
                .put("max_tokens", 16)
                .set(
                        "messages",
                        JSON.createArrayNode()
                                .add(JSON.createObjectNode().put("role", "user").put("content", "Say: ready.")))
                .toString();
        return HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    private static String told(HttpResponse<String> answer, String expected) {
        String body = answer.body();
        return answer.statusCode() + " " + body.substring(0, Math.min(300, body.length())) + " (expected: " + expected
                + ")";
    }

    private static String base(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
