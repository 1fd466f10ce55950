package dev.mnemo.memory;

import dev.mnemo.memory.AccessStore.Opened;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Redis knows of a user for one call. */
sealed interface Recalled {

    /** What it takes to write for the user, and what the next interaction is added to. */
    Opened opened();

    /** What it takes to write for the user. */
    default UserAccess own() {
        return opened().own();
    }

    /** Of what is known of the user. */
    long revision();

    /** The conversation has its block. */
    record Frozen(Opened opened, Snapshot snapshot) implements Recalled {

        @Override
        public long revision() {
            return snapshot.revision();
        }
    }

    /**
     * What a block is to be composed of.
     *
     * @param revision of all this
     * @param summary of their interactions
     * @param recent oldest first
     * @param previous the block that the conversation's name had before; null when it had none
     */
    record Parts(
            Opened opened,
            long revision,
            Preferences preferences,
            Summary summary,
            Marks marks,
            List<Interaction> recent,
            @Nullable Snapshot previous)
            implements Recalled {

        public Parts {
            recent = List.copyOf(recent);
        }

        /** For a conversation whose provider keeps what was said since. */
        Parts withoutInteractions() {
            return new Parts(opened, revision, preferences, summary, marks, List.of(), previous);
        }
    }
}
