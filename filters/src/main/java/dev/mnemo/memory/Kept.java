package dev.mnemo.memory;

import dev.mnemo.memory.Marks.Mark;
import org.jspecify.annotations.Nullable;

/**
 * An interaction that is kept, and what was thought of it.
 *
 * @param mark null when it has none
 * @param comment null when it has none
 */
public record Kept(
        Interaction interaction,
        @Nullable Mark mark,
        @Nullable String comment) {

    /** As the API shows an id: 16 hex digits. */
    public String id() {
        return Interaction.toHex(interaction.id());
    }

    /** As the API shows it: a fingerprint of its name. */
    public String conversation() {
        return Interaction.toHex(interaction.conversation());
    }
}
