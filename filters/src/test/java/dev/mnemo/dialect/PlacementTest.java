package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.json.JsonText;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The block goes where the upstream wants it, and nothing else of the request changes. */
class PlacementTest {

    private static final Dialect CHAT = Endpoints.CHAT.dialect();
    private static final JsonMapper JSON = new JsonMapper();
    private static final String BLOCK = "<user_context>\n\"direct\" — é 👋\n</user_context>";
    private static final byte[] ESCAPED = JsonText.escaped(BLOCK);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyOtherByteIsTheClients(boolean separate) {
        Placement placement = new Placement(separate, CacheMarker.OFF);
        RandomRequests requests = new RandomRequests(20_261_124);
        for (int i = 0; i < 3_000; i++) {
            byte[] sent = requests.next().getBytes(UTF_8);

            byte[] placed = CHAT.place(CHAT.read(Endpoints.CHAT, sent), ESCAPED, placement)
                    .toBytes();

            int before = Arrays.mismatch(sent, placed);
            int inserted = placed.length - sent.length;
            assertThat(Arrays.mismatch(
                            Arrays.copyOfRange(sent, before, sent.length),
                            Arrays.copyOfRange(placed, before + inserted, placed.length)))
                    .as("insertion into %s", new String(sent, UTF_8))
                    .isEqualTo(-1);
            JsonNode original = JSON.readTree(sent);
            assertThat(withoutBlock(
                            JSON.readTree(placed), original.get("messages").size()))
                    .isEqualTo(original);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "SEPARATE | gpt-5.5  | [U]           | [{\"role\":\"developer\",\"content\":\"B\"},U]",
                "SEPARATE | gpt-4o   | [U]           | [{\"role\":\"system\",\"content\":\"B\"},U]",
                "SEPARATE | o1-mini  | [U]           | [{\"role\":\"system\",\"content\":\"B\"},U]",
                "SEPARATE | gpt-4o   | [S,U]         | [S,{\"role\":\"system\",\"content\":\"B\"},U]",
                "SEPARATE | gpt-5.5  | [D,U]         | [D,{\"role\":\"developer\",\"content\":\"B\"},U]",
                "SEPARATE | gpt-4o   | [S,D,U,S]     | [S,D,{\"role\":\"developer\",\"content\":\"B\"},U,S]",
                "MERGED   | qwen     | [U]           | [{\"role\":\"system\",\"content\":\"B\"},U]",
                "MERGED   | qwen     | [S,U]         | [{\"role\":\"system\",\"content\":\"s\\n\\nB\"},U]",
                "MERGED   | qwen     | [P,U]         | [{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"p\"},{\"type\":\"text\",\"text\":\"B\"}]},U]",
                "MERGED   | qwen     | [{\"role\":\"system\",\"content\":\"\"},U] | [{\"role\":\"system\",\"content\":\"B\"},U]",
                "MERGED   | qwen     | [{\"role\":\"system\",\"content\":[]},U]   | [{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"B\"}]},U]",
            })
    void itStandsBehindTheClientsOwnSystemText(String placement, String model, String messages, String expected) {
        String start = "{\"model\":\"" + model + "\",\"messages\":";
        byte[] sent = (start + spelt(messages) + "}").getBytes(UTF_8);

        byte[] placed = CHAT.place(
                        CHAT.read(Endpoints.CHAT, sent),
                        new byte[] {'B'},
                        new Placement(placement.equals("SEPARATE"), CacheMarker.OFF))
                .toBytes();

        assertThat(new String(placed, UTF_8)).isEqualTo(start + spelt(expected) + "}");
    }

    @Test
    void aRequestThatIsReadKeepsWhatTheLineNeeds() {
        ChatRequest request = CHAT.read(Endpoints.CHAT, """
                {"model":"gpt-4o","n":2,"max_tokens":100,"max_completion_tokens":70,"stream":true,"user":"ada","safety_identifier":"h\\u00e9",
                 "messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"one"},{"type":"image_url","image_url":{"url":"data:AAAAAAAAAAAAAAAA"}},{"type":"text","text":"tw\\u006f"}]},
                  {"role":"assistant","content":"a"},{"role":"user","content":"last"}]}""".getBytes(UTF_8));

        assertThat(request.model()).isEqualTo("gpt-4o");
        assertThat(request.stream()).isTrue();
        assertThat(request.size().maxAnswerTokens()).isEqualTo(200);
        assertThat(request.size().media()).isEqualTo(1);
        assertThat(request.carriers()).containsEntry("user", "ada").containsEntry("safety_identifier", "hé");
        assertThat(request.firstUserText()).isEqualTo("one\ntwo");
        assertThat(request.lastUserText()).isEqualTo("last");
        assertThat(request.starts()).isFalse();
        assertThat(request.exchanges()).containsExactly(new ChatRequest.Exchange("one\ntwo", "a"));
    }

    private static String spelt(String messages) {
        return messages.replaceAll("\\bU\\b", "{\"role\":\"user\",\"content\":\"u\"}")
                .replaceAll("\\bS\\b", "{\"role\":\"system\",\"content\":\"s\"}")
                .replaceAll("\\bD\\b", "{\"role\":\"developer\",\"content\":\"d\"}")
                .replaceAll("\\bP\\b", "{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"p\"}]}");
    }

    private static JsonNode withoutBlock(JsonNode request, int originalMessages) {
        ArrayNode messages = (ArrayNode) request.get("messages");
        for (int i = 0; i < messages.size(); i++) {
            ObjectNode message = (ObjectNode) messages.get(i);
            JsonNode content = message.get("content");
            if (content.isString() && content.stringValue().equals(BLOCK)) {
                if (messages.size() > originalMessages) {
                    messages.remove(i);
                } else {
                    message.put("content", "");
                }
                return request;
            }
            if (content.isString() && content.stringValue().endsWith(BLOCK)) {
                String text = content.stringValue();
                message.put("content", text.substring(0, text.length() - BLOCK.length() - 2));
                return request;
            }
            if (content instanceof ArrayNode parts
                    && !parts.isEmpty()
                    && parts.get(parts.size() - 1).path("text").stringValue("").equals(BLOCK)) {
                parts.remove(parts.size() - 1);
                return request;
            }
        }
        throw new AssertionError("no block in " + request);
    }
}
