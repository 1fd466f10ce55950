package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.json.JsonText;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * In every dialect and any request: the block and the tail stand where a reader of the whole tree would put them, and nothing
 * else changes.
 */
class PlacementPropertyTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String BLOCK = "<user_context>\n\"direct\" — é 👋\n</user_context>";
    private static final byte[] ESCAPED = JsonText.escaped(BLOCK);
    private static final String TAIL = "<recalled>\n\"tea\" — é 👋 \\\n</recalled>";
    private static final byte[] ESCAPED_TAIL = JsonText.escaped(TAIL);
    private static final int REQUESTS = 2_000;

    static Stream<Endpoint> dialects() {
        return Endpoints.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void everyOtherByteIsTheClients(Endpoint endpoint) {
        RandomRequests requests = new RandomRequests(20_261_125);
        for (int i = 0; i < REQUESTS; i++) {
            String sent = requests.next(endpoint);

            JsonNode placed = requireSpliced(endpoint, sent, Endpoints.MERGED);

            assertThat(placed).as(sent).isEqualTo(TreePlacement.of(endpoint, (ObjectNode) JSON.readTree(sent), BLOCK));
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void everyOtherByteIsTheClientsWithATailToo(Endpoint endpoint) {
        RandomRequests requests = new RandomRequests(20_261_128);
        int placed = 0;
        for (int i = 0; i < REQUESTS; i++) {
            String sent = requests.next(endpoint);
            ChatRequest request = Endpoints.read(endpoint, sent);

            List<Edit> edits = endpoint.dialect().placeTail(request, ESCAPED_TAIL);

            ObjectNode expected = TreePlacement.withTail(endpoint, (ObjectNode) JSON.readTree(sent), TAIL);
            assertThat(edits.isEmpty()).as(sent).isEqualTo(expected == null);
            if (expected != null) {
                SplicedBody tail = SplicedBody.of(request.body()).with(edits);
                SplicedBody both = endpoint.dialect()
                        .place(request, ESCAPED, Endpoints.MERGED)
                        .with(edits);

                assertThat(requireOnlyInsertions(request.body(), tail)).as(sent).isEqualTo(expected);
                assertThat(requireOnlyInsertions(request.body(), both))
                        .as(sent)
                        .isEqualTo(TreePlacement.of(endpoint, expected, BLOCK));
                assertThat(tail.length() - request.body().length).isLessThan(ESCAPED_TAIL.length + 70);
                placed++;
            }
        }
        assertThat(placed).isGreaterThan(REQUESTS / 3);
    }

    @Test
    void whatIsCountedIsWhatIsSent() {
        Endpoint count = Endpoints.post("/v1beta/models/m:countTokens");
        RandomRequests requests = new RandomRequests(20_261_126);
        for (int i = 0; i < REQUESTS; i++) {
            String request = requests.next(Endpoints.GEMINI);
            String wrapped = "{ \"generateContentRequest\" :" + request + "}";

            JsonNode placed = requireSpliced(count, wrapped, Endpoints.MERGED);

            assertThat(placed.get("generateContentRequest"))
                    .as(wrapped)
                    .isEqualTo(requireSpliced(Endpoints.GEMINI, request, Endpoints.MERGED));
            assertThat(requireSpliced(count, request, Endpoints.MERGED))
                    .as(request)
                    .isEqualTo(TreePlacement.of(count, (ObjectNode) JSON.readTree(request), BLOCK));
        }
    }

    /** Four marks are the most, and a longer life stands before a shorter one: else Anthropic answers 400. */
    @ParameterizedTest
    @EnumSource(
            value = CacheMarker.class,
            names = {"FIVE_MINUTES", "HOUR"})
    void aMarkNeverMakesARequestWrong(CacheMarker wanted) {
        RandomRequests requests = new RandomRequests(20_261_127);
        int marked = 0;
        for (int i = 0; i < REQUESTS; i++) {
            String sent = requests.next(Endpoints.ANTHROPIC);
            List<String> before = lives(JSON.readTree(sent));

            List<String> after = lives(requireSpliced(Endpoints.ANTHROPIC, sent, new Placement(false, wanted)));

            if (isAllowed(before)) {
                assertThat(isAllowed(after)).as("%s: %s", after, sent).isTrue();
            }
            marked += after.size() - before.size();
        }
        assertThat(marked).isGreaterThan(REQUESTS / 2);
    }

    /** The placed request, of which every byte but the block's is the client's own. */
    private static JsonNode requireSpliced(Endpoint endpoint, String request, Placement placement) {
        ChatRequest read = Endpoints.read(endpoint, request);
        return requireOnlyInsertions(read.body(), endpoint.dialect().place(read, ESCAPED, placement));
    }

    /** The request as it goes up. Only a value that says nothing may be gone. */
    private static JsonNode requireOnlyInsertions(byte[] sent, SplicedBody body) {
        int at = 0;
        for (ByteBuffer slice : body.slices()) {
            if (slice.array() == sent) {
                String lost = new String(sent, at, slice.arrayOffset() - at, UTF_8);
                assertThat(lost).as(new String(sent, UTF_8)).isIn("", "null", "\"\"");
                at = slice.arrayOffset() + slice.remaining();
            }
        }
        assertThat(at).isEqualTo(sent.length);
        byte[] placed = body.toBytes();
        assertThat(placed).hasSize(body.length());
        return JSON.readTree(placed);
    }

    private static boolean isAllowed(List<String> lives) {
        return lives.size() <= 4 && !String.join(",", lives).contains("5m,1h");
    }

    /** The marks in the order in which the provider reads them. */
    private static List<String> lives(JsonNode request) {
        List<String> lives = new ArrayList<>();
        for (String part : List.of("tools", "system", "messages")) {
            collect(request.path(part), lives);
        }
        mark(request, lives);
        return lives;
    }

    private static void collect(JsonNode node, List<String> lives) {
        if (node instanceof ArrayNode array) {
            array.forEach(element -> {
                collect(element.path("content"), lives);
                mark(element, lives);
            });
        }
    }

    private static void mark(JsonNode node, List<String> lives) {
        if (node.path("cache_control").isObject()) {
            lives.add(node.get("cache_control").path("ttl").stringValue("5m"));
        }
    }
}
