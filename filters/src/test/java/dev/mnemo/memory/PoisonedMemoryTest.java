package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.dialect.Endpoint;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.memory.Injections.Injection;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.ProfileStore.Material;
import dev.mnemo.memory.ProfileStore.Said;
import dev.mnemo.patterns.Patterns;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever was remembered, it reaches the provider as text inside one block: it does not end the block, begins no line, takes
 * no role, changes nothing else of the request, and is to be read letter by letter. What a model makes of it is not tested here.
 */
class PoisonedMemoryTest {

    private static final TokenCounter TOKENS = new TokenCounter();
    private static final Instant AT = Instant.parse("2026-11-23T10:00:00Z");
    private static final Exchanges NOTHING_SAID = new Exchanges(Set.of(), null);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final List<Injection> INJECTIONS = Injections.all();

    /** What nobody sees, as docs/security.md lists it; a line feed ends our own lines. */
    private static final Pattern UNSEEN = Pattern.compile(
            "[\\p{Cc}&&[^\\n]]|[\\u200B\\u2028-\\u202E\\u2060-\\u206F\\uFE00-\\uFE0D\\uFEFF\\uFFF9-\\uFFFB]"
                    + "|[\\x{E0000}-\\x{E0FFF}]|\\p{Cs}");

    /** A request, and the same with a block in it, which stands where it says BLOCK. */
    private record Shape(Endpoint endpoint, boolean tail, boolean separate, String request, String expected) {

        static Shape block(Endpoint endpoint, String request, String expected) {
            return new Shape(endpoint, false, false, request, expected);
        }

        static Shape tail(Endpoint endpoint, String request, String expected) {
            return new Shape(endpoint, true, false, request, expected);
        }

        byte[] with(byte[] block) {
            ChatRequest read = Endpoints.read(endpoint, request.replace('\'', '"'));
            return (tail
                            ? SplicedBody.of(read.body())
                                    .with(endpoint.dialect().placeTail(read, block))
                            : endpoint.dialect().place(read, block, new Placement(separate, CacheMarker.OFF)))
                    .toBytes();
        }

        /** What a real parser makes of the body must be what is expected, to the last member. */
        JsonNode expectedWith(String block) {
            return replaced(JSON.readTree(expected.replace('\'', '"')), block);
        }

        private static JsonNode replaced(JsonNode node, String block) {
            switch (node) {
                case ObjectNode object ->
                    object.propertyNames().forEach(name -> object.set(name, replaced(object.get(name), block)));
                case ArrayNode array -> {
                    for (int i = 0; i < array.size(); i++) {
                        array.set(i, replaced(array.get(i), block));
                    }
                }
                default -> {
                    if (node.isString() && node.stringValue().endsWith("BLOCK")) {
                        return JSON.getNodeFactory()
                                .stringNode(node.stringValue().replace("BLOCK", block));
                    }
                }
            }
            return node;
        }
    }

    private static final Map<Injection, Poisoned> POISONED =
            INJECTIONS.stream().collect(Collectors.toMap(Function.identity(), Poisoned::by));

    private static final String U = "{'role':'user','content':'u'}";
    private static final String A = "{'role':'assistant','content':'a'}";

    private static final List<Shape> SHAPES = List.of(
            Shape.block(
                    Endpoints.CHAT,
                    "{'model':'m','messages':[" + U + "]}",
                    "{'model':'m','messages':[{'role':'system','content':'BLOCK'}," + U + "]}"),
            Shape.block(
                    Endpoints.CHAT,
                    "{'model':'m','messages':[{'role':'system','content':'s'}," + U + "," + A + "," + U + "]}",
                    "{'model':'m','messages':[{'role':'system','content':'s\\n\\nBLOCK'}," + U + "," + A + "," + U
                            + "]}"),
            Shape.block(
                    Endpoints.CHAT,
                    "{'model':'m','messages':[{'role':'system','content':[{'type':'text','text':'s'}]}," + U + "]}",
                    "{'model':'m','messages':[{'role':'system','content':[{'type':'text','text':'s'},{'type':'text','text':'BLOCK'}]},"
                            + U + "]}"),
            new Shape(
                    Endpoints.CHAT,
                    false,
                    true,
                    "{'model':'gpt-5.5','messages':[{'role':'developer','content':'s'}," + U + "]}",
                    "{'model':'gpt-5.5','messages':[{'role':'developer','content':'s'},{'role':'developer','content':'BLOCK'},"
                            + U + "]}"),
            Shape.block(
                    Endpoints.RESPONSES,
                    "{'model':'m','instructions':'s','input':'u'}",
                    "{'model':'m','instructions':'s','input':[{'type':'message','role':'developer','content':[{'type':'input_text','text':'BLOCK'}]},"
                            + "{'type':'message','role':'user','content':'u'}]}"),
            Shape.block(
                    Endpoints.RESPONSES,
                    "{'model':'m','input':[" + U + "," + A + "]}",
                    "{'model':'m','input':[{'type':'message','role':'developer','content':[{'type':'input_text','text':'BLOCK'}]},"
                            + U + "," + A + "]}"),
            Shape.block(
                    Endpoints.ANTHROPIC,
                    "{'model':'m','messages':[" + U + "]}",
                    "{'system':[{'type':'text','text':'BLOCK'}],'model':'m','messages':[" + U + "]}"),
            Shape.block(
                    Endpoints.ANTHROPIC,
                    "{'model':'m','system':'s','messages':[" + U + "]}",
                    "{'model':'m','system':[{'type':'text','text':'s'},{'type':'text','text':'BLOCK'}],'messages':[" + U
                            + "]}"),
            Shape.block(
                    Endpoints.ANTHROPIC,
                    "{'model':'m','system':[{'type':'text','text':'s'}],'messages':[" + U + "]}",
                    "{'model':'m','system':[{'type':'text','text':'s'},{'type':'text','text':'BLOCK'}],'messages':[" + U
                            + "]}"),
            Shape.block(
                    Endpoints.GEMINI,
                    "{'contents':[{'role':'user','parts':[{'text':'u'}]}]}",
                    "{'systemInstruction':{'parts':[{'text':'BLOCK'}]},'contents':[{'role':'user','parts':[{'text':'u'}]}]}"),
            Shape.block(
                    Endpoints.GEMINI,
                    "{'systemInstruction':{'parts':[{'text':'s'}]},'contents':[{'role':'user','parts':[{'text':'u'}]}]}",
                    "{'systemInstruction':{'parts':[{'text':'s'},{'text':'BLOCK'}]},'contents':[{'role':'user','parts':[{'text':'u'}]}]}"),
            Shape.block(
                    Endpoints.OLLAMA,
                    "{'model':'m','messages':[" + U + "]}",
                    "{'model':'m','messages':[{'role':'system','content':'BLOCK'}," + U + "]}"),
            Shape.block(
                    Endpoints.OLLAMA,
                    "{'model':'m','messages':[{'role':'system','content':'s'}," + U + "]}",
                    "{'model':'m','messages':[{'role':'system','content':'s\\n\\nBLOCK'}," + U + "]}"),
            Shape.tail(
                    Endpoints.CHAT,
                    "{'model':'m','messages':[" + U + "," + A + "," + U + "]}",
                    "{'model':'m','messages':[" + U + "," + A + ",{'role':'user','content':'u\\n\\nBLOCK'}]}"),
            Shape.tail(
                    Endpoints.CHAT,
                    "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'u'}]}]}",
                    "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'u'},{'type':'text','text':'BLOCK'}]}]}"),
            Shape.tail(Endpoints.RESPONSES, "{'model':'m','input':'u'}", "{'model':'m','input':'u\\n\\nBLOCK'}"),
            Shape.tail(
                    Endpoints.RESPONSES,
                    "{'model':'m','input':[{'role':'user','content':[{'type':'input_text','text':'u'}]}]}",
                    "{'model':'m','input':[{'role':'user','content':[{'type':'input_text','text':'u'},{'type':'input_text','text':'BLOCK'}]}]}"),
            Shape.tail(
                    Endpoints.ANTHROPIC,
                    "{'model':'m','system':'s','messages':[" + U + "]}",
                    "{'model':'m','system':'s','messages':[{'role':'user','content':[{'type':'text','text':'u'},{'type':'text','text':'BLOCK'}]}]}"),
            Shape.tail(
                    Endpoints.GEMINI,
                    "{'contents':[{'role':'user','parts':[{'text':'u'}]}]}",
                    "{'contents':[{'role':'user','parts':[{'text':'u'},{'text':'BLOCK'}]}]}"),
            Shape.tail(
                    Endpoints.OLLAMA,
                    "{'model':'m','messages':[" + U + "]}",
                    "{'model':'m','messages':[{'role':'user','content':'u\\n\\nBLOCK'}]}"));

    @Test
    void thereAreManyOfManyTechniques() {
        assertThat(INJECTIONS).hasSizeGreaterThan(150).doesNotHaveDuplicates();
        assertThat(INJECTIONS.stream().map(Injection::technique).distinct()).hasSizeGreaterThan(15);
    }

    @Test
    void nothingThatIsRememberedLeavesItsPlaceInAnyDialect() {
        POISONED.forEach((injection, poisoned) -> {
            for (Shape shape : SHAPES) {
                byte[] block = (shape.tail() ? poisoned.tail() : poisoned.block()).block();
                assertThat(JSON.readTree(shape.with(block)))
                        .as("%s in %s", injection, shape.request())
                        .isEqualTo(shape.expectedWith(text(block)));
            }
        });
    }

    @Test
    void theBlockIsItsFrameOurLinesAndStrings() {
        POISONED.forEach((injection, poisoned) -> {
            List<String> lines = requireFramed(injection, poisoned.block());

            assertThat(lines).as("%s", injection).hasSize(10);
            assertThat(lines.get(0)).startsWith("Stored data about the user");
            assertThat(lines.get(1)).startsWith("User preferences: {\"");
            assertThat(JSON.readTree(lines.get(1).substring("User preferences: ".length())))
                    .as("%s", injection)
                    .isEqualTo(poisoned.document());
            assertThat(lines.get(2)).isEqualTo("What the user's interactions have in common:");
            assertThat(JSON.readTree(lines.get(3)))
                    .as("%s", injection)
                    .isEqualTo(JSON.createObjectNode().put("profile", poisoned.profile()));
            assertThat(lines.get(4)).startsWith("Earlier interactions that may matter here");
            assertThat(lines.get(5)).isEqualTo("2026-11-23");
            requireSays(injection, lines.get(6), poisoned.found());
            assertThat(lines.get(7)).startsWith("Recent context (last 1 interaction)");
            assertThat(lines.get(8)).isEqualTo("2026-11-23");
            requireSays(injection, lines.get(9), poisoned.recent());
        });
    }

    @Test
    void theTailIsItsFrameOneLineOfOursAndStrings() {
        POISONED.forEach((injection, poisoned) -> {
            List<String> lines = requireFramed(injection, poisoned.tail());

            assertThat(lines).as("%s", injection).hasSize(4);
            assertThat(lines.get(0)).startsWith("Stored data: earlier interactions");
            assertThat(lines.get(1)).isEqualTo("2026-11-23");
            requireSays(injection, lines.get(2), poisoned.found());
            requireSays(injection, lines.get(3), poisoned.recent());
        });
    }

    /** What it takes to get there: the user says it. */
    @Test
    void whatIsRememberedIsWhatWasSaid() {
        for (Injection injection : INJECTIONS) {
            String asked = ASCII.writeValueAsString(injection.text());
            String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":" + asked + "}]}";

            assertThat(Endpoints.read(Endpoints.CHAT, body).lastUserText()).isEqualTo(injection.text());
        }
    }

    /** What a profile is made of speaks to a model too, and so does the profile before it. */
    @Test
    void theModelThatWritesProfilesIsAskedInFramesAsWell() {
        for (Injection injection : INJECTIONS) {
            String known = new String(injection.text().getBytes(UTF_8), UTF_8);
            Profile before = new Profile(known, 1, 1, AT, "m", List.of(1L));
            Material material =
                    new Material("", before, Seal.NONE, Attempt.NONE, 2, List.of(new Said(2, AT, "I say: " + known)));

            String prompt = ProfilePrompt.of(material, TOKENS).text();

            List<String> lines = prompt.lines().toList();
            assertThat(UNSEEN.matcher(prompt).find()).as("%s", injection).isFalse();
            assertThat(prompt.replaceAll("</?(profile|said)>", ""))
                    .as("%s", injection)
                    .doesNotContain("<", ">");
            assertThat(lines).as("%s", injection).hasSize(8);
            assertThat(JSON.readTree(lines.get(2)).stringValue()).isEqualTo(known);
            assertThat(JSON.readTree(lines.get(6)).propertyNames()).containsExactly("at", "said");
        }
    }

    @Test
    void whatAModelWroteOfAUserIsOneLineWithoutFramesToo() {
        for (Injection injection : INJECTIONS) {
            String written = BlockText.quoted(OwnWords.written(injection.text(), Profile.LONGEST));

            assertThat(UNSEEN.matcher(written).find()).as("%s", injection).isFalse();
            assertThat(written).as("%s", injection).doesNotContain("<", ">", "\n");
            assertThat(JSON.readTree('"' + written + '"').isString()).isTrue();
        }
    }

    @Test
    void scriptsAndEmojiStayReadable() {
        String plain = "می\u200Cخواهم ക്\u200D 👩\u200D👩\u200D👧 ❤\uFE0F ☎\uFE0E \u200Fעברית\u200E naïve 日本 ½ 𝒳";

        assertThat(BlockText.quoted(plain)).isSameAs(plain);
        assertThat(BlockText.withoutMarkup(plain)).isSameAs(plain);
    }

    @Test
    void whatIsNotSeenStandsInPlainSight() {
        String hidden = "a\uDB40\uDC49b\u202Ec\u200Bd\uFEFFe\u0085f\u007Fg\uFE00h";

        String shown = BlockText.quoted(hidden);

        assertThat(shown).isEqualTo("a\\udb40\\udc49b\\u202ec\\u200bd\\ufeffe\\u0085f\\u007fg\\ufe00h");
        assertThat(BlockText.withoutMarkup('"' + hidden + '"')).isEqualTo('"' + shown + '"');
        assertThat(JSON.readTree('"' + shown + '"').stringValue()).isEqualTo(hidden);
    }

    /** One user's memory, all of it poisoned, as it comes back from Redis. */
    private record Poisoned(
            Snapshot block, Snapshot tail, JsonNode document, String profile, Interaction found, Interaction recent) {

        static Poisoned by(Injection injection) {
            // Half a character does not outlive its way to Redis.
            String evil = new String(injection.text().getBytes(UTF_8), UTF_8);
            String bounded = evil.substring(0, Math.min(evil.length(), 600));
            ObjectNode said = ASCII.createObjectNode().put("tone", bounded);
            said.putObject("nested").putArray("list").add(bounded).addObject().put(bounded, true);
            said.put("k" + bounded, bounded);
            List<Preferences.Member> members =
                    PreferencesDocument.members(PreferencesDocument.parse(ASCII.writeValueAsBytes(said)), TOKENS);
            Preferences stored = PreferencesCodec.decode(
                    "3".getBytes(US_ASCII),
                    PreferencesCodec.members(members, Seal.NONE),
                    PreferencesCodec.tokens(members, Seal.NONE),
                    Seal.NONE);
            Interaction found = stored(Interaction.of(AT, "c", false, "before " + evil, evil + " after", TOKENS));
            Interaction recent = stored(Interaction.of(AT.plusSeconds(1), "c", true, evil, evil, TOKENS));
            Snapshot tail = ContextBlock.tail(
                    Memories.found(List.of(Archived.of(recent), Archived.of(found))),
                    NOTHING_SAID,
                    Set.of(),
                    1_000_000);
            return new Poisoned(compose(stored, evil, found, recent), tail, said, evil, found, recent);
        }

        private static Interaction stored(Interaction interaction) {
            byte[] record = InteractionCodec.encode(interaction, new Fingerprint(1), Seal.NONE);
            try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
                return InteractionCodec.decode(record, Seal.NONE, unpacker);
            }
        }
    }

    private static Snapshot compose(Preferences preferences, String profile, Interaction found, Interaction recent) {
        int tokens = TOKENS.count(Profile.line(profile)) + 1;
        Summary summary = new Summary(Patterns.NONE, new Profile(profile, tokens, 1, AT, "m", List.of()));
        return ContextBlock.compose(
                Memories.parts(preferences, List.of(recent), null),
                summary.lines(TOKENS),
                Memories.found(List.of(Archived.of(found))),
                NOTHING_SAID,
                1_000_000,
                MemoryPolicy.DEFAULT);
    }

    /** The block's lines, without its frame. */
    private static List<String> requireFramed(Injection injection, Snapshot snapshot) {
        String block = text(snapshot.block());
        assertThat(TOKENS.count(block)).as("%s", injection).isLessThanOrEqualTo(snapshot.tokens());
        String open = "<user_context>\n";
        String close = "\n</user_context>";
        assertThat(block).startsWith(open).endsWith(close);
        String inside = block.substring(open.length(), block.length() - close.length());
        assertThat(inside).as("%s", injection).doesNotContain("<", ">");
        assertThat(UNSEEN.matcher(inside).find()).as("%s", injection).isFalse();
        List<String> lines = List.of(inside.split("\n", -1));
        assertThat(inside.split("\\R|[\\x1C-\\x1E]", -1)).hasSameSizeAs(lines);
        return lines;
    }

    private static void requireSays(Injection injection, String line, Interaction stored) {
        ArrayNode expected = JSON.createArrayNode().add(stored.userText()).add(stored.assistantText());
        if (stored.partial()) {
            expected.add("cut off");
        }
        assertThat(JSON.readTree(line)).as("%s", injection).isEqualTo(expected);
        assertThat(line).startsWith("[\"");
    }

    private static String text(byte[] block) {
        return JSON.readTree("\"" + new String(block, UTF_8) + "\"").stringValue();
    }
}
