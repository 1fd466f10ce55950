package dev.mnemo.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A user who has said a lot, in English prose, and begins new conversations about it. */
final class History {

    static final String UNRECORDED = "Accept: application/json\r\nX-Mnemo-Memory: read\r\n";

    /** So many are recorded before the next ones are said, so that none finds a queue. */
    private static final int BATCH = 16;

    private static final int SAID = 800;
    private static final int ASKED = 120;
    private static final int QUESTIONS = 50;

    private final Setup setup;
    private final Gateway gateway;
    private final String tenant;
    private final String text = text();
    private final Random random = new Random(7);

    History(Setup setup, Gateway gateway, String tenant) {
        this.setup = setup;
        this.gateway = gateway;
        this.tenant = tenant;
    }

    /**
     * Has the gateway record as many interactions, eight in a conversation, and checks that they are kept.
     *
     * @return the {@code X-Mnemo-Context} of a conversation that begins then
     */
    String plant(int interactions) throws Exception {
        Seed.prefer(setup, tenant);
        Request plain = Request.of(WireFormat.CHAT, tenant);
        try (Client client = new Client(gateway)) {
            // A machine that is too busy may lose one: it is said again in other words.
            for (long kept = setup.meter().kept(tenant); kept < interactions; kept = settled(kept)) {
                for (long i = kept; i < Math.min(kept + BATCH, interactions); i++) {
                    client.call(plain.headers("Accept: application/json\r\nX-Mnemo-Conversation: c" + i / 8 + "\r\n")
                            .body(body(piece(SAID))));
                }
            }
            client.call(plain);
            client.call(begins());
            String context = client.header("x-mnemo-context");
            return context;
        }
    }

    /** How many are kept, once a batch of them is, or no more come. */
    private long settled(long before) throws InterruptedException {
        long kept = before;
        for (int i = 0, still = 0; i < 600 && still < 40 && kept < before + BATCH; i++) {
            Thread.sleep(25);
            long now = setup.meter().kept(tenant);
            still = now == kept ? still + 1 : 0;
            kept = now;
        }
        return kept;
    }

    /** First calls of conversations, which are not recorded. */
    Request begins() {
        return begins(ASKED);
    }

    /**
     * @param length of what the user says, in characters
     */
    Request begins(int length) {
        Request begins = Request.of(WireFormat.CHAT, tenant)
                .headers(UNRECORDED + "X-Mnemo-Conversation: begins-" + Request.NEW + "\r\n");
        List<Request> questions = new ArrayList<>();
        for (int i = 0; i < QUESTIONS; i++) {
            questions.add(begins.body(body(piece(length))));
        }
        return Request.oneOf(questions);
    }

    private static String body(String said) {
        return "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"" + said + "\"}]}";
    }

    private String piece(int length) {
        int from = random.nextInt(text.length() - length);
        return text.substring(from, from + length);
    }

    private static String text() {
        try (InputStream in = History.class.getResourceAsStream("/texts/en.txt")) {
            if (in == null) {
                throw new IllegalStateException("the tests' texts are missing");
            }
            return new String(in.readAllBytes(), UTF_8)
                    .replaceAll("[^ -~]|[\"\\\\]", " ")
                    .replaceAll(" +", " ");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
