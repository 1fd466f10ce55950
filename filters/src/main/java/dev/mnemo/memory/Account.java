package dev.mnemo.memory;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
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
        /** Another one that is shown says it. */
        SAME,
        /** It was rated down. */
        RATED
    }

    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** Of what was left out, so much is named; the rest is only counted. */
    private static final int NAMED = 16;

    private final ObjectNode parts = MAPPER.createObjectNode();
    private final Map<Long, Why> leftOut = new LinkedHashMap<>();

    void preferences(long version, int shown, int known, long tokens) {
        if (known > 0) {
            ObjectNode part = parts.putObject("preferences")
                    .put("version", version)
                    .put("tokens", tokens)
                    .put("shown", shown);
            if (shown < known) {
                part.put("left_out", known - shown);
            }
        }
    }

    void summary(Summary of, List<Summary.Line> shown, int known) {
        if (known > 0) {
            ObjectNode summary = parts.putObject("summary")
                    .put(
                            "tokens",
                            shown.stream().mapToLong(Summary.Line::tokens).sum())
                    .put("shown", shown.size());
            if (shown.size() < known) {
                summary.put("left_out", known - shown.size());
            }
            if (of.patterns().count() > 0) {
                summary.put("interactions", of.patterns().count());
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
            ArrayNode each = parts.putObject(part).put("tokens", tokens).putArray("interactions");
            shown.forEach(interaction -> each.addObject()
                    .put("id", Interaction.toHex(interaction.id()))
                    .put("tokens", interaction.tokens()));
        }
    }

    /** The first reason stays: what is recent may have been found as well. */
    void leaveOut(long id, Why why) {
        leftOut.putIfAbsent(id, why);
    }

    /** Ids of the interactions that stand in the block of which this is the account. */
    static Set<Long> shown(byte[] account) {
        Set<Long> ids = new HashSet<>();
        if (account.length > 0) {
            JsonNode told = MAPPER.readTree(account);
            for (String part : List.of("retrieved", "recent")) {
                told.path(part)
                        .path("interactions")
                        .forEach(each ->
                                ids.add(Interaction.ofHex(each.path("id").asString())));
            }
        }
        return ids;
    }

    byte[] encode() {
        if (!leftOut.isEmpty()) {
            ArrayNode named = parts.putArray("left_out");
            leftOut.entrySet().stream()
                    .limit(NAMED)
                    .forEach(each -> named.addObject()
                            .put("id", Interaction.toHex(each.getKey()))
                            .put("why", each.getValue().name().toLowerCase(Locale.ROOT)));
            if (leftOut.size() > NAMED) {
                parts.put("left_out_beside", leftOut.size() - NAMED);
            }
        }
        return MAPPER.writeValueAsBytes(parts);
    }
}
