package dev.mnemo.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was put into a block and what was left out, and why: written while the block is composed, told by the API. It names
 * interactions and versions, and quotes none. Not thread-safe.
 */
final class Account {

    /** Why something that is known does not stand in a block. */
    enum Why {
        /** The tokens granted do not suffice. */
        ROOM,
        /** The request says it itself. */
        REPEATED,
        /** It was rated down. */
        RATED
    }

    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** Of what was left out, so much is named; the rest is only counted. */
    private static final int NAMED = 16;

    private final ObjectNode parts = MAPPER.createObjectNode();
    private final List<ObjectNode> leftOut = new ArrayList<>();
    private int left;

    void preferences(long version, int shown, int known, long tokens) {
        if (known > 0) {
            parts.putObject("preferences")
                    .put("version", version)
                    .put("tokens", tokens)
                    .put("shown", shown)
                    .put("left_out", known - shown);
        }
    }

    void summary(Summary of, List<Summary.Line> shown, int known) {
        if (known > 0) {
            ObjectNode summary = parts.putObject("summary")
                    .put(
                            "tokens",
                            shown.stream().mapToLong(Summary.Line::tokens).sum())
                    .put("shown", shown.size())
                    .put("left_out", known - shown.size());
            Patterns patterns = of.patterns();
            if (patterns != null) {
                summary.put("interactions", patterns.count());
            }
            Profile profile = of.profile();
            if (profile != null) {
                summary.put("profile_version", profile.version());
            }
        }
    }

    /**
     * @param part {@code retrieved} or {@code recent}
     */
    void interactions(String part, List<Interaction> shown, long tokens) {
        if (!shown.isEmpty()) {
            ArrayNode ids = parts.putObject(part).put("tokens", tokens).putArray("interactions");
            shown.forEach(interaction -> ids.add(Interaction.toHex(interaction.id())));
        }
    }

    void leaveOut(long id, Why why) {
        left++;
        if (leftOut.size() < NAMED) {
            leftOut.add(MAPPER.createObjectNode()
                    .put("interaction", Interaction.toHex(id))
                    .put("why", why.name().toLowerCase(Locale.ROOT)));
        }
    }

    byte[] encode() {
        if (left > 0) {
            parts.putArray("left_out").addAll(leftOut);
            if (left > leftOut.size()) {
                parts.put("left_out_beside", left - leftOut.size());
            }
        }
        return MAPPER.writeValueAsBytes(parts);
    }
}
