package dev.mnemo.memory;

import dev.mnemo.json.JsonText;
import dev.mnemo.memory.MemoryStore.Recalled.Parts;
import dev.mnemo.tenant.MemoryPolicy;
import java.util.ArrayList;
import java.util.List;

/** Packs what is known of a user into the tokens granted: preferences first, then the newest interactions, whole ones. */
final class ContextBlock {

    private static final byte[] NOTHING = {};

    private ContextBlock() {}

    /**
     * @param inRequest what the request says already
     * @param granted tokens, frame included
     */
    static Snapshot compose(Parts parts, Exchanges inRequest, long granted, MemoryPolicy policy) {
        List<Preferences.Member> known =
                policy.preferences() ? parts.preferences().members() : List.of();
        List<Interaction> recent = shown(parts.recent(), inRequest, policy.recent());
        long room = granted - BlockText.FRAME_TOKENS;
        List<Preferences.Member> preferences = new ArrayList<>();
        for (Preferences.Member member : known) {
            if (member.tokens() <= room) {
                room -= member.tokens();
                preferences.add(member);
            }
        }
        List<Interaction> interactions = new ArrayList<>();
        for (Interaction interaction : recent.reversed()) {
            // One that is too long does not hide those before it.
            if (interaction.tokens() <= room) {
                room -= interaction.tokens();
                interactions.addFirst(interaction);
            }
        }
        boolean cut = preferences.size() < known.size() || interactions.size() < recent.size();
        if (preferences.isEmpty() && interactions.isEmpty()) {
            return new Snapshot(parts.preferences().version(), 0, 0, 0, cut, NOTHING);
        }
        return new Snapshot(
                parts.preferences().version(),
                Math.toIntExact(granted - room),
                preferences.size(),
                interactions.size(),
                cut,
                JsonText.escaped(BlockText.of(preferences, interactions)));
    }

    private static List<Interaction> shown(List<Interaction> known, Exchanges inRequest, int most) {
        List<Interaction> fresh = known.stream()
                .filter(interaction -> !inRequest.hold(interaction))
                .toList();
        return fresh.subList(Math.max(0, fresh.size() - most), fresh.size());
    }
}
