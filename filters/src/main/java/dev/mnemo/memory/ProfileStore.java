package dev.mnemo.memory;

import dev.mnemo.seal.Seal;
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
     * Keeps what came of it, unless the user was erased, or the summary deleted, since the material was read.
     *
     * @param written null: the profile stays as it is
     */
    Mono<Void> keep(Tenant tenant, String user, Material of, Attempt attempt, @Nullable Profile written);

    /**
     * @param era of the user when it was read; empty for one who was not erased lately
     * @param profile null while there is none
     * @param seal of what is stored of the user
     * @param interactions of the user, counted since the first
     * @param said by the user, oldest first: without what is rated down. What the profile was made of already may be among it
     */
    record Material(String era, @Nullable Profile profile, Seal seal, Attempt last, int interactions, List<Said> said) {

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
