package dev.mnemo.bench;

import static dev.mnemo.bench.WireFormat.words;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** What Mnemo knows of the user before anything is measured. */
final class Seed {

    private Seed() {}

    /**
     * Sets 300 bytes of preferences, has the gateway record interactions, each in a conversation of its own, and begins
     * the conversation of the calls that are measured.
     *
     * @param interactions how many
     * @param length of what the user says in each, in characters; the answer has 200 more
     * @return the {@code X-Mnemo-Context} of that conversation
     */
    static String plant(Setup setup, String tenant, int interactions, int length) throws Exception {
        prefer(setup, tenant);
        String said = words("What about the question number " + Request.NEW + "? ", length);
        Request question = Request.of(WireFormat.CHAT, tenant)
                .headers("Accept: application/json\r\n")
                .body("{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"" + said + "\"}]}");
        try (Client client = new Client(setup.mnemo())) {
            for (int i = 0; i < interactions; i++) {
                client.call(question);
            }
            setup.meter().awaitRecords(tenant, interactions, 0);
            client.call(Request.of(WireFormat.CHAT, tenant));
            String context = client.header("x-mnemo-context");
            if (!context.contains("interactions=" + interactions + ",")) {
                throw new IllegalStateException("the block is not what it should be: " + context);
            }
            return context;
        }
    }

    /** Sets 300 bytes of preferences. */
    static void prefer(Setup setup, String tenant) throws Exception {
        String address = "http://127.0.0.1:" + setup.mnemo().port() + "/mnemo/v1/users/ada/preferences";
        String setting = words("always answer briefly and with an example in Go ", 144);
        HttpRequest preferences = HttpRequest.newBuilder(URI.create(address))
                .header("Authorization", "Bearer " + tenant + "-key")
                .PUT(BodyPublishers.ofString("{\"tone\":\"" + setting + "\",\"form\":\"" + setting + "\"}"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(preferences, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.statusCode() + " " + answer.body());
            }
        }
    }
}
