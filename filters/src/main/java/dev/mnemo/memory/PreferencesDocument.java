package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.json.StrictJson;
import dev.mnemo.memory.Preferences.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** A preference document as a client sends it: one JSON object, bounded, with each member once. */
final class PreferencesDocument {

    /** Of the document, compact, in UTF-8. */
    static final int LARGEST = 16 * 1024;

    private static final int DEPTH = 16;

    private static final JsonMapper MAPPER = StrictJson.mapper(DEPTH)
            .rebuild()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private PreferencesDocument() {}

    /**
     * @throws PreferencesProblem when it is no document
     */
    static ObjectNode parse(byte[] json) {
        try {
            return switch (MAPPER.readTree(json)) {
                case ObjectNode object -> object;
                case MissingNode none -> throw bad("empty");
                default -> throw bad("not an object");
            };
        } catch (JacksonException e) {
            throw bad(StrictJson.problem(e));
        }
    }

    private static PreferencesProblem bad(String what) {
        return new PreferencesProblem(
                400,
                "preferences: " + what + " (expected: {\"name\": value, …}, each name once, nested at most " + DEPTH
                        + " deep)");
    }

    static ObjectNode of(Preferences preferences) {
        return parse(preferences.json().getBytes(UTF_8));
    }

    /** RFC 7396, on this document; changes {@code target}. */
    static ObjectNode merge(ObjectNode target, ObjectNode patch) {
        for (var member : patch.properties()) {
            JsonNode value = member.getValue();
            if (value.isNull()) {
                target.remove(member.getKey());
            } else if (value instanceof ObjectNode changes) {
                JsonNode before = target.get(member.getKey());
                ObjectNode inner = before instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
                target.set(member.getKey(), merge(inner, changes));
            } else {
                target.set(member.getKey(), value);
            }
        }
        return target;
    }

    /**
     * The patch that makes {@code newer} of {@code older} (RFC 7396). It cannot say that a member becomes null, as null stands
     * for its removal there: such a member is left as {@link #merge} would leave it.
     */
    static ObjectNode diff(ObjectNode older, ObjectNode newer) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        for (var member : older.properties()) {
            if (!newer.has(member.getKey())) {
                patch.putNull(member.getKey());
            }
        }
        for (var member : newer.properties()) {
            JsonNode before = older.get(member.getKey());
            JsonNode now = member.getValue();
            if (before == null || !same(before, now)) {
                patch.set(
                        member.getKey(),
                        before instanceof ObjectNode from && now instanceof ObjectNode to ? diff(from, to) : now);
            }
        }
        return patch;
    }

    /** Whether both say the same, numbers to the letter; in whatever order members stand. */
    static boolean same(JsonNode a, JsonNode b) {
        return switch (a) {
            case ObjectNode object
            when b instanceof ObjectNode other ->
                object.size() == other.size()
                        && object.properties().stream().allMatch(member -> {
                            JsonNode value = other.get(member.getKey());
                            return value != null && same(member.getValue(), value);
                        });
            case ArrayNode array
            when b instanceof ArrayNode other ->
                array.size() == other.size()
                        && IntStream.range(0, array.size()).allMatch(i -> same(array.get(i), other.get(i)));
            // Equal in value and in scale: 1.0 is not 1.10.
            default -> a.isNumber() && b.isNumber() ? a.decimalValue().equals(b.decimalValue()) : a.equals(b);
        };
    }

    /**
     * The document's members as they are stored. Counts tokens, which takes a moment.
     *
     * @throws PreferencesProblem when it is too large
     */
    static List<Member> members(ObjectNode document, TokenCounter tokens) {
        List<Member> members = new ArrayList<>(document.size());
        int bytes = 2;
        for (var member : document.properties()) {
            String name = MAPPER.writeValueAsString(member.getKey());
            String json = BlockText.withoutMarkup(name + ":" + MAPPER.writeValueAsString(member.getValue()));
            bytes += MAPPER.writeValueAsBytes(member.getValue()).length + name.getBytes(UTF_8).length + 2;
            members.add(new Member(json, tokens.count(json) + 1));
        }
        if (bytes - Math.min(1, members.size()) > LARGEST) {
            throw new PreferencesProblem(
                    413, "preferences: larger than " + LARGEST + " bytes (expected: at most that, as compact JSON)");
        }
        return members;
    }
}
