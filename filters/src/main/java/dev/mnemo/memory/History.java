package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.bytes;
import static dev.mnemo.redis.Wire.number;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A user's interactions by time, recent ones and the archive as one, read a few segments at a time. What does not open is
 * absent. Thread-safe; an error means that Redis did not answer.
 */
final class History {

    /** Newer than all. */
    static final long END = -1;

    private static final Script HISTORY = Script.of(History.class, "history.lua");

    private final RedisLink link;
    private final Access access;
    private final Scheduler background;

    /**
     * @param background where records are opened and unpacked, never on an event loop
     */
    History(RedisLink link, Access access, Scheduler background) {
        this.link = link;
        this.access = access;
        this.background = background;
    }

    /**
     * Some interactions that follow each other, newest first.
     *
     * @param next all that are older than this are still to be read; null when there are none
     */
    record Run(
            UserAccess own,
            List<Interaction> interactions,
            @Nullable Long next) {}

    /** Where an interaction stands. */
    sealed interface Place {

        /** What it takes to write for the user. */
        UserAccess own();

        /** In which it was found. */
        String revision();

        /** Null when it does not open. */
        @Nullable
        Interaction interaction();

        record Recent(
                UserAccess own,
                String revision,
                byte[] record,
                @Nullable Interaction interaction) implements Place {}

        record Archived(UserAccess own, String revision, byte[] stored, Segment segment, Interaction interaction)
                implements Place {}
    }

    /**
     * All that are older than {@code before}, newest first, as they are asked for: one run is read ahead, not more. Goes on in
     * the background.
     *
     * @param wanted about how many a run is to have
     */
    Flux<Run> before(Tenant tenant, String user, long before, int wanted) {
        return run(tenant, user, before, wanted)
                .expand(run -> run.next() == null ? Mono.empty() : run(tenant, user, run.next(), wanted));
    }

    private Mono<Run> run(Tenant tenant, String user, long before, int wanted) {
        return read(tenant, user, before, wanted).map(read -> run(read, before));
    }

    private static Run run(Read read, long before) {
        List<Interaction> found = new ArrayList<>(
                InteractionCodec.decode(read.records(), read.own().seal()));
        for (byte[] stored : read.segments()) {
            Segment segment = Segment.decode(stored, read.own().seal());
            if (segment != null) {
                found.addAll(segment.interactions());
            }
        }
        // The oldest segment was read for what it may have of a younger one's time.
        long floor = read.older() == 0
                ? 0
                : Segment.first(read.segments().get(read.segments().size() - 2));
        return new Run(
                read.own(),
                found.stream()
                        .filter(each -> Long.compareUnsigned(each.id(), before) < 0)
                        .filter(each -> Long.compareUnsigned(each.id(), floor) >= 0)
                        .sorted((a, b) -> Long.compareUnsigned(b.id(), a.id()))
                        .toList(),
                read.older() > 0 && Long.compareUnsigned(floor, before) < 0 ? floor : null);
    }

    /** Empty when there is no such interaction. Goes on in the background. */
    Mono<Place> find(Tenant tenant, String user, long id) {
        return read(tenant, user, id + 1, 1).mapNotNull(read -> place(read, id));
    }

    private static @Nullable Place place(Read read, long id) {
        UserAccess own = read.own();
        try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
            for (byte[] record : read.records()) {
                if (InteractionCodec.id(record) == id) {
                    return new Place.Recent(
                            own, read.revision(), record, InteractionCodec.decode(record, own.seal(), unpacker));
                }
            }
        }
        for (byte[] stored : read.segments()) {
            Segment segment = Segment.decode(stored, own.seal());
            if (segment != null) {
                for (Archived each : segment.archived()) {
                    if (each.id() == id) {
                        Interaction whole = each.whole().get();
                        return new Place.Archived(own, read.revision(), stored, segment, whole);
                    }
                }
            }
        }
        return null;
    }

    /**
     * As it stands in Redis.
     *
     * @param older how many segments are older than these
     * @param records of the recent ones; empty when they are all newer than what was asked for
     * @param segments newest first
     */
    private record Read(UserAccess own, String revision, long older, List<byte[]> records, List<byte[]> segments) {}

    private Mono<Read> read(Tenant tenant, String user, long before, int wanted) {
        UserKeys of = new UserKeys(tenant.id(), user);
        byte[][] keys = {of.profile(), of.interactions(), of.archive(), of.erased()};
        return link.<List<Object>>eval(
                        HISTORY,
                        ScriptOutputType.MULTI,
                        keys,
                        number(before >>> Integer.SIZE),
                        number(before & 0xFFFF_FFFFL),
                        number(wanted))
                .publishOn(background)
                .map(answer -> new Read(
                        access.of(tenant, user, bytes(answer.get(0)), bytes(answer.get(1))),
                        new String((byte[]) answer.get(2), US_ASCII),
                        (long) answer.get(3),
                        all(answer.get(4)),
                        all(answer.get(5))));
    }

    static List<byte[]> all(Object list) {
        return ((List<?>) list).stream().map(byte[].class::cast).toList();
    }
}
