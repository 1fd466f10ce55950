package dev.mnemo.memory;

import dev.mnemo.memory.Interaction.Fingerprint;
import java.util.function.Supplier;

/**
 * What is known of an interaction before its texts are unpacked.
 *
 * @param tokens of the line that the block shows, without its day
 * @param index what it is found by
 * @param whole unpacks it
 */
record Archived(
        long id,
        long conversation,
        Fingerprint user,
        Fingerprint answer,
        int tokens,
        byte[] index,
        Supplier<Interaction> whole) {

    static Archived of(Interaction interaction) {
        return new Archived(
                interaction.id(),
                interaction.conversation(),
                interaction.user(),
                interaction.answer(),
                interaction.tokens(),
                interaction.index(),
                () -> interaction);
    }
}
