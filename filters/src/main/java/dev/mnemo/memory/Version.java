package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A user's preferences as they once were, and how they came to be so. Immutable.
 *
 * @param number rises by one with each change
 * @param members each {@code "name":value}, in the order in which they were written; null for a removal
 */
public record Version(long number, Edit edit, @Nullable List<String> members) {

    /** What was done. The order is what Redis holds. */
    public enum Kind {
        PUT,
        PATCH,
        DELETE,
        RESTORE
    }

    /**
     * One change, before its number is known.
     *
     * @param restored the number of the version that a {@link Kind#RESTORE} wrote anew; 0 for every other kind
     * @param author the id of the API key
     * @param at by the clock of the replica that wrote it, in milliseconds; the order is by number alone
     */
    public record Edit(Kind kind, long restored, String author, Instant at) {}

    /**
     * What a version changed.
     *
     * @param patch an RFC 7396 merge patch: an object, or null as JSON for a removal. Not to be changed
     * @param whole whether the version before is not known, so that this is the whole document
     * @param exact whether the patch makes this version of the one before; false where the document got a null, which a
     *     merge patch cannot say
     */
    public record Diff(JsonNode patch, boolean whole, boolean exact) {}

    public Version {
        members = members == null ? null : List.copyOf(members);
    }

    /** The document as one JSON object; null for a removal. */
    public @Nullable String json() {
        return members == null ? null : "{" + String.join(",", members) + "}";
    }

    /**
     * The change from the version before. Parses both, which takes a moment.
     *
     * @param before null when it is not known
     */
    public Diff since(@Nullable Version before) {
        boolean whole = number > 1 && (before == null || before.number != number - 1);
        if (members == null) {
            return new Diff(NullNode.instance, whole, true);
        }
        ObjectNode older = whole || before == null ? JsonNodeFactory.instance.objectNode() : before.document();
        ObjectNode newer = document();
        ObjectNode patch = PreferencesDocument.diff(older, newer);
        return new Diff(patch, whole, PreferencesDocument.same(PreferencesDocument.merge(older, patch), newer));
    }

    private ObjectNode document() {
        String json = json();
        return json == null ? JsonNodeFactory.instance.objectNode() : PreferencesDocument.parse(json.getBytes(UTF_8));
    }
}
