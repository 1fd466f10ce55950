package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.number;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Interactions beside the recent ones: segments, to which only is added. What leaves the recent ones moves here, a segment at a
 * time. A call of a conversation that has its block never reads it. Thread-safe; an error means that Redis did not answer.
 */
public final class ArchiveStore {

    private static final Script FOLD = Script.of(ArchiveStore.class, "fold.lua");

    /** Recent interactions beyond this many bytes move before there is a segment of them. */
    static final long CROWDED = 256 * 1024;

    /** Of the archive for each interaction that it may hold. */
    private static final long BYTES_EACH = 4 * 1024;

    /** What rises when something is forgotten, and when something is folded or imported. */
    private static final byte[][] CHANGES = {ascii("revision"), ascii("moved")};

    private final RedisLink search;
    private final RedisLink record;
    private final Scheduler background;
    private final Scheduler finding;

    /**
     * @param search what is large, and some calls wait for
     * @param record what nobody waits for
     * @param background where segments are packed, never on an event loop
     * @param finding where they are unpacked for a call that waits
     */
    public ArchiveStore(RedisLink search, RedisLink record, Scheduler background, Scheduler finding) {
        this.search = search;
        this.record = record;
        this.background = background;
        this.finding = finding;
    }

    /** All that is kept of a user, not unpacked, and what the user thinks of it. Goes on beside the event loops. */
    Mono<All> all(Tenant tenant, String user, UserAccess own) {
        UserKeys of = new UserKeys(tenant.id(), user);
        return Mono.zip(
                        search.<List<byte[]>>send(redis -> redis.lrange(of.archive(), 0, -1)),
                        search.<List<byte[]>>send(redis -> redis.lrange(of.interactions(), 0, -1)),
                        search.<Map<byte[], byte[]>>send(redis -> redis.hgetall(of.marks())))
                .publishOn(finding)
                .map(all -> new All(archived(all.getT1(), all.getT2(), own), Marks.of(all.getT3())));
    }

    /**
     * Recent interactions and the archive as one.
     *
     * @param interactions oldest first
     */
    record All(List<Archived> interactions, Marks marks) {}

    private static List<Archived> archived(List<byte[]> segments, List<byte[]> recent, UserAccess own) {
        List<Archived> all = new ArrayList<>(Segment.SIZE * segments.size() + recent.size());
        for (byte[] stored : segments) {
            Segment segment = Segment.decode(stored, own.seal());
            if (segment != null) {
                all.addAll(segment.archived());
            }
        }
        InteractionCodec.decode(recent, own.seal()).forEach(interaction -> all.add(Archived.of(interaction)));
        return all;
    }

    /** Whether some of the recent interactions are to move. */
    static boolean isDue(MemoryPolicy policy, long interactions, long bytes) {
        return policy.archive() > 0 && (interactions >= policy.keep() + Segment.SIZE || bytes > CROWDED);
    }

    /** What the archive of one user may take. */
    static long mostBytes(MemoryPolicy policy) {
        return BYTES_EACH * policy.archive() + CROWDED;
    }

    /**
     * Moves the oldest of the recent interactions into a segment. What does not open stays, with all that is newer: its key may
     * be missing for an hour only. It waits as others do, and goes when there are {@link MemoryStore#mostInteractions} or {@link
     * MemoryStore#mostBytes}.
     */
    Mono<Void> fold(Tenant tenant, String user, UserAccess own, long interactions) {
        MemoryPolicy policy = tenant.memory();
        UserKeys of = new UserKeys(tenant.id(), user);
        long beyond = interactions - policy.keep();
        long moved = beyond >= Segment.SIZE ? beyond : Math.max(1, interactions / 2);
        // Read first: what is forgotten or imported from then on changes it.
        return record.<List<KeyValue<byte[], byte[]>>>send(redis -> redis.hmget(of.profile(), CHANGES))
                .zipWhen(changes -> record.<List<byte[]>>send(redis -> redis.lrange(of.interactions(), 0, moved - 1)))
                .publishOn(background)
                .flatMap(read -> read.getT2().isEmpty()
                        ? Mono.empty()
                        : fold(of, policy, interactions, read.getT1(), read.getT2(), own));
    }

    private Mono<Void> fold(
            UserKeys of,
            MemoryPolicy policy,
            long interactions,
            List<KeyValue<byte[], byte[]>> changes,
            List<byte[]> read,
            UserAccess own) {
        List<Interaction> oldest = opened(read, own);
        if (oldest.isEmpty()) {
            return Mono.empty();
        }
        List<byte[]> records = read.subList(0, oldest.size());
        byte[] segment = Segment.encode(oldest, own.seal());
        return record.<Long>eval(
                        FOLD,
                        ScriptOutputType.INTEGER,
                        new byte[][] {of.profile(), of.interactions(), of.archive(), of.erased()},
                        records.getFirst(),
                        records.getLast(),
                        number(records.size()),
                        number(records.stream().mapToLong(r -> r.length).sum()),
                        segment,
                        number(policy.archive()),
                        number(mostBytes(policy)),
                        number(policy.ttl().toSeconds()),
                        changes.get(0).getValueOrElse(NOTHING),
                        changes.get(1).getValueOrElse(NOTHING),
                        number(interactions),
                        ascii(own.era()))
                .then();
    }

    /** Those before the first that does not open. */
    private static List<Interaction> opened(List<byte[]> records, UserAccess own) {
        List<Interaction> opened = new ArrayList<>(records.size());
        try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
            for (byte[] record : records) {
                Interaction interaction = InteractionCodec.decode(record, own.seal(), unpacker);
                if (interaction == null) {
                    break;
                }
                opened.add(interaction);
            }
        }
        return opened;
    }
}
