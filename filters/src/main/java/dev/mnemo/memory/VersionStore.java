package dev.mnemo.memory;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Preferences as they once were, as they stand in Redis; {@link PreferencesStore} adds one with each change. Thread-safe; an
 * error other than a {@link PreferencesProblem} means that Redis did not answer.
 */
final class VersionStore {

    /** Versions of a user. */
    static final int MOST = 50;

    /** All versions of a user, in bytes; more only where the newest alone is larger. */
    static final int MOST_BYTES = 256 * 1024;

    private final RedisLink link;
    private final AccessStore access;
    private final Scheduler background;

    /**
     * @param background where versions are opened and unpacked, never on an event loop
     */
    VersionStore(RedisLink link, AccessStore access, Scheduler background) {
        this.link = link;
        this.access = access;
        this.background = background;
    }

    /** Newest first; what does not open is absent. */
    Mono<List<Version>> all(Tenant tenant, String user) {
        byte[] key = new UserKeys(tenant.id(), user).versions();
        return link.<List<byte[]>>send(redis -> redis.lrange(key, 0, MOST - 1))
                .zipWhen(stored -> access.reading(tenant, user))
                .publishOn(background)
                .map(both -> decoded(both.getT1(), both.getT2().seal()));
    }

    /** A number that is not among {@link #all} is a {@link PreferencesProblem}. */
    Mono<Version> one(Tenant tenant, String user, long number) {
        return all(tenant, user)
                .map(versions -> versions.stream()
                        .filter(version -> version.number() == number)
                        .findFirst()
                        .orElseThrow(() -> notKept(number, versions)));
    }

    private static PreferencesProblem notKept(long number, List<Version> versions) {
        return new PreferencesProblem(
                404,
                "version " + number + ": not kept "
                        + (versions.isEmpty()
                                ? "(none is)"
                                : "(expected: " + versions.getLast().number() + " to "
                                        + versions.getFirst().number() + ")"));
    }

    private static List<Version> decoded(List<byte[]> stored, Seal seal) {
        List<Version> versions = new ArrayList<>(stored.size());
        try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
            for (byte[] bytes : stored) {
                Version version = VersionCodec.decode(bytes, unpacker, seal);
                if (version != null) {
                    versions.add(version);
                }
            }
        }
        return versions;
    }
}
