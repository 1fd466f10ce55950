package dev.mnemo.api;

import dev.mnemo.memory.Kept;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An interaction as the API shows it: a line that can be imported again. */
final class InteractionJson {

    static final JsonMapper MAPPER = JsonMapper.shared();

    private InteractionJson() {}

    static ObjectNode of(Kept kept) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("id", kept.id())
                .put("at", kept.interaction().at().toString())
                .put("conversation", kept.conversation())
                .put("user", kept.interaction().userText())
                .put("assistant", kept.interaction().assistantText());
        if (kept.interaction().partial()) {
            json.put("partial", true);
        }
        if (kept.mark() != null) {
            if (kept.mark().rating() != 0 || !kept.mark().pinned()) {
                json.put("rating", kept.mark().rating());
            }
            if (kept.mark().pinned()) {
                json.put("pinned", true);
            }
        }
        if (kept.comment() != null) {
            json.put("comment", kept.comment());
        }
        return json;
    }
}
