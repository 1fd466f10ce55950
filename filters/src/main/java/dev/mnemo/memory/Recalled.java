package dev.mnemo.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Redis knows of a user for one call. */
public sealed interface Recalled {

    /** The conversation has its block. */
    record Frozen(Snapshot snapshot) implements Recalled {}

    /**
     * What a block is to be composed of.
     *
     * @param recent oldest first
     * @param previous the block that the conversation's name had before; null when it had none
     */
    record Parts(
            Preferences preferences,
            List<Interaction> recent,
            @Nullable Snapshot previous) implements Recalled {

        public Parts {
            recent = List.copyOf(recent);
        }
    }
}
