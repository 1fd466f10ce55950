package dev.mnemo.memory;

import dev.mnemo.tenant.Tenant;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Where written profiles are kept. Implementations are thread-safe; an error means that the store did not answer. */
public interface ProfileStore {

    /** What there is to write a profile of. */
    Mono<Material> material(Tenant tenant, String user);

    /**
     * Keeps what came of it, unless the user was erased since the material was read.
     *
     * @param written null: the profile stays as it is
     */
    Mono<Void> keep(Tenant tenant, String user, long era, Attempt attempt, @Nullable Profile written);

    /**
     * @param era of the user when it was read
     * @param profile null while there is none
     * @param interactions of the user, counted since the first
     * @param said by the user, oldest first: without what is rated down or forgotten. What the profile was made of already
     *     may be among it
     */
    record Material(long era, @Nullable Profile profile, Attempt last, int interactions, List<Said> said) {

        public Material {
            said = List.copyOf(said);
        }
    }

    /**
     * What a user said in an interaction; nothing of the answer, and so nothing of any tool.
     *
     * @param id of the interaction; ids ascend with time
     */
    record Said(long id, Instant at, String text) {}
}
