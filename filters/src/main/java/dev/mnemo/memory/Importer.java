package dev.mnemo.memory;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.call.Refusal;
import dev.mnemo.memory.ImportJob.Preparer;
import dev.mnemo.memory.ImportLines.Read;
import dev.mnemo.memory.ImportPlan.Recent;
import dev.mnemo.memory.ImportPlan.Stored;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Brings a user's interactions of earlier times: as if they had been recorded then, and each once, however often it comes.
 * Thread-safe; an error other than a {@link Refusal} means that Redis did not answer.
 */
public final class Importer {

    /** Lines of one import. */
    public static final int LINES = 10_000;

    private static final Script KNOWN = Script.of(Importer.class, "known.lua");
    private static final Script IMPORT = Script.of(Importer.class, "import.lua");

    /** How often it is tried anew when somebody else wrote in between. */
    private static final int TRIES = 16;

    /** Imports at once: each has all its lines in hand. */
    private static final int AT_ONCE = 2;

    /** Imports whose lines come, or have come: each has its body in hand, and a slow one keeps nobody from work. */
    private static final int SENDING = 6;

    /** Who sends slower than this would keep others from sending. */
    private static final Duration SENT = Duration.ofSeconds(60);

    /** Lines that are worked on without letting other work of the background pass. */
    private static final int STEP = 64;

    private static final int SEGMENTS_READ = 8;
    private final RedisLink link;
    private final AccessStore access;
    private final Preparer preparer;
    private final Scheduler background;
    private final InstantSource clock;
    private final Semaphore sending = new Semaphore(SENDING);
    private final Semaphore room = new Semaphore(AT_ONCE);

    /**
     * @param indexer makes what interactions are found by, for tenants with an archive
     * @param background where lines are read, counted and packed, never on an event loop
     */
    public Importer(
            RedisLink link,
            Access access,
            Indexer indexer,
            TokenCounter tokens,
            Scheduler background,
            InstantSource clock) {
        this.link = link;
        this.access = new AccessStore(link, access);
        this.preparer = (policy, line) -> {
            Interaction counted = line.counted(tokens);
            return policy.archive() == 0
                    ? counted
                    : counted.indexed(indexer.index(null, line.userText(), line.assistantText(), line.at()));
        };
        this.background = background;
        this.clock = clock;
    }

    /**
     * @param ndjson a JSON object a line
     */
    public Mono<Imported> bring(Tenant tenant, String user, Mono<byte[]> ndjson) {
        // The era is that of the beginning: a user who is erased meanwhile stays erased.
        return within(
                sending,
                SENDING,
                access.open(tenant, user)
                        .zipWhen(opened -> ndjson.timeout(SENT, Mono.error(Importer::late)))
                        .flatMap(begun -> within(
                                room,
                                AT_ONCE,
                                bring(new ImportJob(tenant, user, begun.getT1().own()), begun.getT2()))));
    }

    private Mono<Imported> bring(ImportJob job, byte[] ndjson) {
        return read(ndjson, job)
                .flatMap(read ->
                        read.lines.isEmpty() ? Mono.just(read.outcome(Set.of(), 0, Set.of())) : attempt(read, TRIES));
    }

    /** The place is free again before the answer comes: whoever waits for it finds room for the next import. */
    private static <T> Mono<T> within(Semaphore places, int most, Mono<T> work) {
        return Mono.usingWhen(
                Mono.fromCallable(() -> {
                    if (!places.tryAcquire()) {
                        throw Refusal.later(
                                503,
                                "busy",
                                "import: this replica is at work on " + most + " others (expected: one at a time)",
                                Duration.ofSeconds(2),
                                true);
                    }
                    return places;
                }),
                place -> work,
                place -> Mono.fromRunnable(place::release));
    }

    private static Refusal late() {
        return Refusal.of(
                408,
                "too_slow",
                "import: its lines did not come within " + SENT.toSeconds() + " s (expected: fewer at once)");
    }

    private Mono<ImportJob> read(byte[] ndjson, ImportJob job) {
        ImportLines reader = new ImportLines(clock.instant());
        return Mono.fromCallable(() -> ImportLines.split(ndjson, LINES))
                .subscribeOn(background)
                .flatMapMany(lines -> {
                    if (lines.size() > LINES) {
                        return Flux.error(Refusal.of(
                                413,
                                "too_many_lines",
                                "import: more than " + LINES + " lines (expected: at most so many at a time)"));
                    }
                    return Flux.fromIterable(lines).index().buffer(STEP);
                })
                .concatMap(some -> Mono.fromRunnable(() -> some.forEach(
                                line -> job.read(reader, line.getT1().intValue() + 1, line.getT2())))
                        .subscribeOn(background))
                .then(Mono.just(job));
    }

    private Mono<Imported> attempt(ImportJob job, int tries) {
        UserKeys of = job.of;
        return link.<List<Object>>eval(
                        KNOWN, ScriptOutputType.MULTI, new byte[][] {of.profile(), of.interactions(), of.archive()})
                .publishOn(background)
                .flatMap(answer -> archive(job, (long) answer.get(2))
                        .map(archive -> new ImportWrite.Known(
                                (byte[]) answer.get(0),
                                (byte[]) answer.get(1),
                                recent(answer.get(3), job.own),
                                archive)))
                .flatMap(known -> write(job, known))
                .flatMap(done -> done.isPresent()
                        ? Mono.just(done.get())
                        : tries > 1
                                ? attempt(job, tries - 1)
                                : Mono.error(Refusal.later(
                                        503,
                                        "busy",
                                        "import: others write for this user all the time; try again",
                                        Duration.ofSeconds(2),
                                        true)));
    }

    private Mono<List<Stored>> archive(ImportJob job, long segments) {
        return Flux.range(0, (int) (segments + SEGMENTS_READ - 1) / SEGMENTS_READ)
                .concatMap(i -> link.<List<byte[]>>send(redis -> redis.lrange(
                                job.of.archive(), (long) SEGMENTS_READ * i, (long) SEGMENTS_READ * (i + 1) - 1))
                        .publishOn(background)
                        .flatMapIterable(stored -> stored)
                        .map(stored -> new Stored(
                                Segment.first(stored),
                                Segment.last(stored),
                                Segment.count(stored),
                                stored.length,
                                Segment.decode(stored, job.own.seal()))))
                .collectList();
    }

    private static List<Recent> recent(Object records, UserAccess own) {
        try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
            return History.all(records).stream()
                    .map(record -> new Recent(
                            InteractionCodec.id(record), record, InteractionCodec.decode(record, own.seal(), unpacker)))
                    .toList();
        }
    }

    private Mono<Optional<Imported>> write(ImportJob job, ImportWrite.Known known) {
        Map<Long, @Nullable Archived> there = known.byId();
        Set<Long> taken = job.taken(there);
        List<Interaction> fresh = job.lines.values().stream()
                .map(Read.Line::interaction)
                .filter(each -> !there.containsKey(each.id()))
                .sorted(Comparator.comparing(Interaction::id, Long::compareUnsigned))
                .toList();
        if (fresh.isEmpty()) {
            return Mono.just(Optional.of(job.outcome(Set.of(), job.lines.size(), taken)));
        }
        Set<Long> ids = new HashSet<>();
        fresh.forEach(each -> ids.add(each.id()));
        ImportPlan plan =
                new ImportPlan(job.tenant.memory(), known.recent(), known.archive(), fresh, each -> encoded(job, each));
        return made(job, plan).flatMap(pieces -> {
            Set<Long> beyond = new HashSet<>(plan.beyond());
            pieces = ImportWrite.kept(job.tenant.memory(), pieces, ids, beyond);
            List<byte[]> args = ImportWrite.args(job, known, plan, pieces);
            ImportWrite.marks(job, fresh, beyond, args);
            int before = job.lines.size() - fresh.size();
            return send(job, args)
                    .map(done -> done ? Optional.of(job.outcome(beyond, before, taken)) : Optional.<Imported>empty());
        });
    }

    private byte[] encoded(ImportJob job, Interaction interaction) {
        // No request of its own: no retry takes its place.
        return InteractionCodec.encode(
                job.prepared(interaction, preparer), new Fingerprint(interaction.id()), job.own.seal());
    }

    private Mono<List<ImportWrite.Sent>> made(ImportJob job, ImportPlan plan) {
        if (!plan.changesArchive()) {
            return Mono.just(List.of());
        }
        return Flux.fromIterable(plan.pieces())
                .concatMap(piece -> Mono.fromCallable(() -> ImportWrite.sent(job, piece, preparer))
                        .subscribeOn(background))
                .collectList();
    }

    /** False when something was changed since it was read. */
    private Mono<Boolean> send(ImportJob job, List<byte[]> args) {
        UserKeys of = job.of;
        byte[][] keys = {of.profile(), of.interactions(), of.archive(), of.erased(), of.marks(), of.comments()};
        return link.<Long>eval(IMPORT, ScriptOutputType.INTEGER, keys, args.toArray(byte[][]::new))
                .flatMap(done -> done >= 0
                        ? Mono.just(done == 1)
                        : Mono.error(Refusal.of(
                                409,
                                "erased",
                                "import: the user was erased meanwhile (expected: once more, if it is to be there)")));
    }
}
