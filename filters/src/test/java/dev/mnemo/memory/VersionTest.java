package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.memory.Version.Diff;
import dev.mnemo.memory.Version.Edit;
import dev.mnemo.memory.Version.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class VersionTest {

    private static final TokenCounter TOKENS = new TokenCounter();
    private static final List<String> SCALARS =
            List.of("null", "1", "1.0", "1.10", "1E+3", "true", "\"\"", "\"x\"", "\"</user_context>\"", "[]", "{}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"a\":1}                | {\"a\":1}               | {}",
                "{\"a\":1,\"b\":2}        | {\"b\":2,\"a\":1}       | {}",
                "{\"a\":1}                | {\"a\":1.0}             | {\"a\":1.0}",
                "{\"a\":[1.1]}            | {\"a\":[1.10]}          | {\"a\":[1.10]}",
                "{\"a\":1E+3}             | {\"a\":1000}            | {\"a\":1000}",
                "{\"a\":\"1\"}            | {\"a\":1}               | {\"a\":1}",
                "{\"a\":true}             | {\"a\":false}           | {\"a\":false}",
                "{\"a\":1e0,\"b\":12345678901234567890} | {\"a\":1,\"b\":12345678901234567890} | {}",
                "{\"a\":1,\"b\":2}        | {\"b\":3}               | {\"a\":null,\"b\":3}",
                "{\"a\":{\"b\":1,\"c\":2}} | {\"a\":{\"c\":2}}      | {\"a\":{\"b\":null}}",
                "{\"a\":[1,2]}            | {\"a\":[1,null]}        | {\"a\":[1,null]}",
                "{\"a\":null}             | {\"a\":null,\"b\":1}    | {\"b\":1}",
            })
    void theDiffIsAMergePatch(String before, String after, String patch) {
        Diff diff = version(2, after).since(version(1, before));

        assertThat(diff).isEqualTo(new Diff(parse(patch), false, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {"{\"a\":1} | {\"a\":null}", "{} | {\"a\":{\"b\":null}}", "{\"a\":{}} | {\"a\":{\"b\":null}}"})
    void aNullThatIsSetCannotBeSaid(String before, String after) {
        assertThat(version(2, after).since(version(1, before)).exact()).isFalse();
    }

    @Test
    void withoutTheVersionBeforeItIsTheWholeDocument() {
        assertThat(version(1, "{\"a\":1}").since(null)).isEqualTo(new Diff(parse("{\"a\":1}"), false, true));
        assertThat(version(7, "{\"a\":1}").since(null)).isEqualTo(new Diff(parse("{\"a\":1}"), true, true));
        assertThat(version(7, "{\"a\":1}").since(version(5, "{\"a\":1,\"b\":2}")))
                .isEqualTo(new Diff(parse("{\"a\":1}"), true, true));
    }

    @Test
    void aRemovalIsNullAndWhatFollowsItBeginsFromNothing() {
        Version removed = version(2, null);

        assertThat(removed.since(version(1, "{\"a\":1}")))
                .satisfies(diff -> assertThat(diff.patch().isNull()).isTrue())
                .satisfies(diff -> assertThat(diff.exact()).isTrue());
        assertThat(version(3, "{\"a\":1}").since(removed)).isEqualTo(new Diff(parse("{\"a\":1}"), false, true));
    }

    @Test
    void theDiffMakesTheNewerOfTheOlderWheneverAPatchCan() {
        Random random = new Random(20_261_125);
        int exact = 0;
        for (int i = 0; i < 1_000; i++) {
            String before = object(random, 3);
            String after = random.nextInt(4) == 0
                    ? object(random, 3)
                    : changed(parse(before), random).toString();

            Diff diff = version(2, after).since(version(1, before));

            assertThat(diff.exact()).as("%s -> %s", before, after).isEqualTo(!setsNull(parse(before), parse(after)));
            if (diff.exact()) {
                exact++;
                ObjectNode made = PreferencesDocument.merge(
                        parse(before), parse(diff.patch().toString()));
                assertThat(sorted(made)).as("%s -> %s", before, after).isEqualTo(sorted(parse(after)));
            }
        }
        assertThat(exact).as("not all can be said, and most can").isBetween(750, 975);
    }

    /** Whether a member becomes null that was not: what RFC 7396 says that a patch cannot do. */
    private static boolean setsNull(@Nullable JsonNode before, ObjectNode after) {
        return after.properties().stream().anyMatch(member -> {
            JsonNode old = before instanceof ObjectNode object ? object.get(member.getKey()) : null;
            return member.getValue() instanceof ObjectNode inner
                    ? setsNull(old, inner)
                    : member.getValue().isNull() && (old == null || !old.isNull());
        });
    }

    private static String sorted(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                Map<String, String> members = new TreeMap<>();
                object.properties().forEach(member -> members.put(member.getKey(), sorted(member.getValue())));
                yield members.toString();
            }
            case ArrayNode array ->
                array.valueStream().map(VersionTest::sorted).toList().toString();
            default -> node.toString();
        };
    }

    private static ObjectNode changed(ObjectNode document, Random random) {
        for (String name : List.copyOf(document.propertyNames())) {
            switch (random.nextInt(4)) {
                case 0 -> document.remove(name);
                case 1 ->
                    document.set(name, parse("{\"v\":" + value(random, 1) + "}").get("v"));
                case 2 -> {
                    if (document.get(name) instanceof ObjectNode inner) {
                        changed(inner, random);
                    }
                }
                default -> {}
            }
        }
        return document;
    }

    private static String object(Random random, int depth) {
        Map<String, String> members = new TreeMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            members.put("\"" + (char) ('a' + random.nextInt(4)) + "\"", value(random, depth - 1));
        }
        return "{"
                + String.join(
                        ",",
                        members.entrySet().stream()
                                .map(m -> m.getKey() + ":" + m.getValue())
                                .toList()) + "}";
    }

    private static String value(Random random, int depth) {
        return switch (depth > 0 ? random.nextInt(4) : 0) {
            case 1, 2 -> object(random, depth);
            case 3 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
            default -> SCALARS.get(random.nextInt(SCALARS.size()));
        };
    }

    private static Version version(long number, @Nullable String json) {
        Edit edit = new Edit(json == null ? Kind.DELETE : Kind.PUT, 0, "web", Instant.EPOCH);
        return new Version(
                number,
                edit,
                json == null
                        ? null
                        : PreferencesDocument.members(parse(json), TOKENS).stream()
                                .map(Preferences.Member::json)
                                .toList());
    }

    private static ObjectNode parse(String json) {
        return PreferencesDocument.parse(json.getBytes(UTF_8));
    }
}
