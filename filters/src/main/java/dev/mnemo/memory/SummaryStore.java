package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.bytes;
import static dev.mnemo.redis.Wire.number;

import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Summaries of users in Redis: what was added up, and what was written. Each operation is one command; an error means that
 * Redis did not answer. Thread-safe.
 */
public final class SummaryStore implements ProfileStore {

    private static final Script SUMMARY = Script.of(SummaryStore.class, "summary.lua");
    private static final Script WRITTEN = Script.of(SummaryStore.class, "written.lua");
    private static final Script UNWRITTEN = Script.of(SummaryStore.class, "unwritten.lua");

    private final RedisLink record;
    private final Access access;

    public SummaryStore(RedisLink record, Access access) {
        this.record = record;
        this.access = access;
    }

    /** What is known of a user as a whole. */
    public Mono<Summary> get(Tenant tenant, String user) {
        return read(tenant, user, 0)
                .map(answer -> Summary.decode(
                        bytes(answer.get(2)),
                        bytes(answer.get(3)),
                        own(tenant, user, answer).seal()));
    }

    /**
     * Deletes it; it begins anew with the next interaction. Blocks that show it are stale.
     *
     * @return whether there was one
     */
    public Mono<Boolean> delete(Tenant tenant, String user, Instant now) {
        return record.<Long>eval(
                        UNWRITTEN,
                        ScriptOutputType.INTEGER,
                        new byte[][] {new UserKeys(tenant.id(), user).profile()},
                        Attempt.NONE.denied(now).encode())
                .map(deleted -> deleted > 0);
    }

    @Override
    public Mono<Material> material(Tenant tenant, String user) {
        return read(tenant, user, Profile.MOST).map(answer -> {
            UserAccess own = own(tenant, user, answer);
            Marks marks = Marks.decode((List<?>) answer.get(5));
            List<Said> said = InteractionCodec.decode((List<?>) answer.get(6), own.seal()).stream()
                    .filter(interaction -> !marks.hide(interaction.id()))
                    .map(interaction -> new Said(interaction.id(), interaction.at(), interaction.userText()))
                    .toList();
            return new Material(
                    own.era(),
                    Summary.profile(bytes(answer.get(3)), own.seal()),
                    own.seal(),
                    Attempt.decode(bytes(answer.get(4))),
                    Summary.patterns(bytes(answer.get(2)), own.seal()).count(),
                    said);
        });
    }

    @Override
    public Mono<Void> keep(Tenant tenant, String user, Material of, Attempt attempt, @Nullable Profile written) {
        UserKeys keys = new UserKeys(tenant.id(), user);
        return record.<Long>eval(
                        WRITTEN,
                        ScriptOutputType.INTEGER,
                        new byte[][] {keys.profile(), keys.erased()},
                        ascii(of.era()),
                        of.last().equals(Attempt.NONE) ? NOTHING : of.last().encode(),
                        attempt.encode(),
                        written == null ? NOTHING : Summary.sealed(written, of.seal()),
                        number(tenant.memory().ttl().toSeconds()))
                .then();
    }

    private Mono<List<Object>> read(Tenant tenant, String user, int interactions) {
        UserKeys keys = new UserKeys(tenant.id(), user);
        return record.eval(
                SUMMARY,
                ScriptOutputType.MULTI,
                new byte[][] {keys.profile(), keys.interactions(), keys.marks(), keys.erased()},
                number(interactions));
    }

    private UserAccess own(Tenant tenant, String user, List<Object> answer) {
        return access.of(tenant, user, bytes(answer.get(0)), bytes(answer.get(1)));
    }
}
