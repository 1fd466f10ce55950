package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.bytes;
import static dev.mnemo.redis.Wire.number;
import static dev.mnemo.redis.Wire.text;

import dev.mnemo.patterns.Patterns;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What it takes to read and write for a user whom no call has recalled, out of Redis: the salt, which a user of a sealing tenant
 * who has none gets here before anything is written, and the era. Thread-safe; an error means that Redis did not answer.
 */
public final class AccessStore {

    private static final Script OPEN = Script.of(AccessStore.class, "open.lua");

    private final RedisLink link;
    private final Access access;

    public AccessStore(RedisLink link, Access access) {
        this.link = link;
        this.access = access;
    }

    /**
     * What it takes to read of a user; no matter when they were erased. Nothing is written: who has no salt gets none. It is to be
     * asked for after what it shall open, for a salt is there before all that it seals.
     */
    Mono<UserAccess> reading(Tenant tenant, String user) {
        return tenant.memory().seal() == null
                ? Mono.fromSupplier(() -> access.of(tenant, user, null, null))
                : open(tenant, user, UserAccess.ANY, NOTHING).map(Opened::own);
    }

    /** What is needed to write for a user, as of now. */
    Mono<Opened> open(Tenant tenant, String user) {
        return open(tenant, user, UserAccess.ANY);
    }

    /**
     * What is needed to write for a user, and what the next interaction is added to; empty when the user was erased since.
     *
     * @param era in which it began
     */
    Mono<Opened> open(Tenant tenant, String user, String era) {
        return open(tenant, user, era, Access.freshSalt(tenant));
    }

    private Mono<Opened> open(Tenant tenant, String user, String era, byte[] salt) {
        UserKeys of = new UserKeys(tenant.id(), user);
        return link.<List<Object>>eval(
                        OPEN,
                        ScriptOutputType.MULTI,
                        new byte[][] {of.profile(), of.erased()},
                        salt,
                        number(tenant.memory().ttl().toSeconds()),
                        ascii(era))
                .filter(answer -> !answer.isEmpty())
                .map(answer -> Opened.decode(access, tenant, user, answer));
    }

    /**
     * A user about to be written for.
     *
     * @param salt of what is sealed; null for a user who has none
     * @param patternsNumber of the patterns as they are
     * @param patterns sealed; null when there are none
     * @param attempt the last one to write a profile
     */
    record Opened(
            UserAccess own,
            byte @Nullable [] salt,
            String patternsNumber,
            byte @Nullable [] patterns,
            Attempt attempt) {

        /**
         * @param answer salt, era, number of the patterns, patterns, when a profile was tried to be written
         */
        static Opened decode(Access access, Tenant tenant, String user, List<Object> answer) {
            return new Opened(
                    access.of(tenant, user, bytes(answer.get(0)), bytes(answer.get(1))),
                    bytes(answer.get(0)),
                    text(answer.get(2), "0"),
                    bytes(answer.get(3)),
                    Attempt.decode(bytes(answer.get(4))));
        }

        /** What the user's interactions have in common so far. */
        Patterns counted() {
            return Summary.patterns(patterns, own.seal());
        }
    }
}
