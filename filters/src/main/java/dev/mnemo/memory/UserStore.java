package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.number;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** A user as a whole. Thread-safe; an error means that Redis did not answer. */
public final class UserStore {

    private static final Script ERASE = Script.of(UserStore.class, "erase.lua");

    /** Longer than any call lasts. */
    private static final Duration ERA = Duration.ofDays(2);

    private static final int CALLS_AT_ONCE = 8;

    private final RedisLink record;
    private final CallRecords calls;

    public UserStore(RedisLink record, CallRecords calls) {
        this.record = record;
        this.calls = calls;
    }

    /** Names of the conversations that have a block, the newest first. */
    public Mono<List<String>> conversations(Tenant tenant, String user) {
        UserKeys of = new UserKeys(tenant.id(), user);
        return record.<List<byte[]>>send(redis -> redis.lrange(of.conversations(), 0, -1))
                .map(names -> names.stream()
                        .map(name -> Keys.decoded(new String(name, US_ASCII)))
                        .toList());
    }

    /** What is known of the user's calls, the newest first. */
    public Flux<ObjectNode> calls(Tenant tenant, String user) {
        UserKeys of = new UserKeys(tenant.id(), user);
        return record.<List<byte[]>>send(redis -> redis.lrange(of.calls(), 0, -1))
                .flatMapIterable(ids -> ids)
                .map(id -> new String(id, US_ASCII))
                .flatMapSequential(id -> calls.get(tenant, id), CALLS_AT_ONCE);
    }

    /**
     * Removes all that is kept of a user: preferences and their versions, interactions, the archive, marks, the summary, blocks,
     * and what calls were given. Calls in flight write nothing back. The salt goes too: what was sealed and still stands
     * somewhere, such as in a log of Redis', is unreadable. Safe to repeat.
     */
    public Mono<Void> erase(Tenant tenant, String user) {
        UserKeys of = new UserKeys(tenant.id(), user);
        byte[][] keys = {
            of.erased(),
            of.conversations(),
            of.calls(),
            of.orphans(),
            of.tails(),
            of.profile(),
            of.interactions(),
            of.archive(),
            of.marks(),
            of.comments(),
            of.versions(),
            of.writing()
        };
        String era = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        return record.<List<byte[]>>eval(
                        ERASE, ScriptOutputType.MULTI, keys, ascii(era), number(ERA.toSeconds()), of.snapshots())
                .flatMap(ids -> calls.drop(
                                tenant,
                                ids.stream().map(id -> new String(id, US_ASCII)).toList())
                        // Who erases at the same time has added others behind them.
                        .then(record.send(redis -> redis.ltrim(of.orphans(), ids.size(), -1))))
                .then();
    }
}
