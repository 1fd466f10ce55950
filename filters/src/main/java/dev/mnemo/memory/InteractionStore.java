package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.number;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.memory.History.Place;
import dev.mnemo.memory.Marks.Mark;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Interactions as whoever keeps a user's data sees and removes them. Thread-safe; an error means that Redis did not answer. */
public final class InteractionStore {

    private static final Script FORGET = Script.of(InteractionStore.class, "forget.lua");

    /** How often a removal is tried anew when somebody else wrote in between. */
    private static final int TRIES = 8;

    /** How many are read at once where all are. */
    private static final int RUN = 64;

    private final RedisLink link;
    private final Scheduler background;
    private final History history;
    private final AccessStore access;

    /**
     * @param background where records are opened and unpacked, never on an event loop
     */
    public InteractionStore(RedisLink link, Access access, Scheduler background) {
        this.link = link;
        this.background = background;
        this.history = new History(link, access, background);
        this.access = new AccessStore(link, access);
    }

    /**
     * Some that follow each other.
     *
     * @param interactions newest first
     * @param more whether there are older ones
     */
    public record Page(List<Kept> interactions, boolean more) {}

    /**
     * The newest, or those that are older than a given one, which need not be there any more.
     *
     * @param before an id; null for the newest
     */
    public Mono<Page> page(Tenant tenant, String user, @Nullable Long before, int limit) {
        long from = before == null ? History.END : before;
        return kept(tenant, user, from, limit)
                .take(limit + 1L)
                .collectList()
                .map(kept -> new Page(List.copyOf(kept.subList(0, Math.min(limit, kept.size()))), kept.size() > limit));
    }

    /** All, newest first, read as they are asked for. */
    public Flux<Kept> all(Tenant tenant, String user) {
        return kept(tenant, user, History.END, RUN);
    }

    /** Empty when there is no such interaction. */
    public Mono<Kept> one(Tenant tenant, String user, long id) {
        return history.find(tenant, user, id)
                .flatMap(place -> place.interaction() == null
                        ? Mono.empty()
                        : kept(tenant, user, place.own(), List.of(place.interaction())))
                .map(List::getFirst);
    }

    private Flux<Kept> kept(Tenant tenant, String user, long before, int wanted) {
        return history.before(tenant, user, before, wanted)
                .concatMap(run -> kept(tenant, user, run.own(), run.interactions()), 1)
                .concatMapIterable(kept -> kept, 1);
    }

    /** With their marks and comments. */
    private Mono<List<Kept>> kept(Tenant tenant, String user, UserAccess own, List<Interaction> interactions) {
        if (interactions.isEmpty()) {
            return Mono.just(List.of());
        }
        UserKeys of = new UserKeys(tenant.id(), user);
        byte[][] ids = interactions.stream()
                .map(interaction -> ascii(Interaction.toHex(interaction.id())))
                .toArray(byte[][]::new);
        return Mono.zip(
                        link.<List<KeyValue<byte[], byte[]>>>send(redis -> redis.hmget(of.marks(), ids)),
                        link.<List<KeyValue<byte[], byte[]>>>send(redis -> redis.hmget(of.comments(), ids)))
                .publishOn(background)
                .map(both -> {
                    List<KeyValue<byte[], byte[]>> marks = both.getT1();
                    List<KeyValue<byte[], byte[]>> comments = both.getT2();
                    List<Kept> kept = new ArrayList<>(ids.length);
                    for (int i = 0; i < ids.length; i++) {
                        kept.add(new Kept(
                                interactions.get(i),
                                marks.get(i).map(Mark::decode).getValueOrElse(null),
                                MarkStore.comment(
                                        new String(ids[i], US_ASCII),
                                        comments.get(i).getValueOrElse(NOTHING),
                                        own)));
                    }
                    return kept;
                });
    }

    /**
     * Removes an interaction, with its mark and its comment, and what may quote it: all blocks, and the written profile. False
     * when there is none, or none any more.
     */
    public Mono<Boolean> forget(Tenant tenant, String user, long id) {
        return forget(tenant, user, id, TRIES);
    }

    private Mono<Boolean> forget(Tenant tenant, String user, long id, int tries) {
        return history.find(tenant, user, id)
                .flatMap(place -> forget(tenant, user, id, place))
                .flatMap(done -> done || tries == 1 ? Mono.just(done) : forget(tenant, user, id, tries - 1))
                .defaultIfEmpty(false);
    }

    private Mono<Boolean> forget(Tenant tenant, String user, long id, Place place) {
        String name = Interaction.toHex(id);
        return switch (place) {
            case Place.Recent recent -> forget(tenant, user, ascii("record"), ascii(name), recent.record());
            case Place.Archived archived ->
                access.open(tenant, user, archived.own().era())
                        .flatMap(opened -> forget(
                                tenant,
                                user,
                                ascii("segment"),
                                ascii(name),
                                archived.stored(),
                                without(archived.segment(), id, opened.own())));
        };
    }

    private static byte[] without(Segment segment, long id, UserAccess own) {
        List<Interaction> others =
                segment.interactions().stream().filter(each -> each.id() != id).toList();
        return others.isEmpty() ? NOTHING : Segment.encode(others, own.seal());
    }

    /** Removes all interactions, with all that hangs on them or was made of them: the summary too. Preferences stay. */
    public Mono<Void> forgetAll(Tenant tenant, String user) {
        return forget(tenant, user, ascii("all")).then();
    }

    private Mono<Boolean> forget(Tenant tenant, String user, byte[]... what) {
        UserKeys of = new UserKeys(tenant.id(), user);
        byte[][] keys = {
            of.profile(), of.interactions(), of.archive(), of.marks(), of.comments(), of.conversations(), of.tails()
        };
        List<byte[]> args = new ArrayList<>(List.of(
                of.snapshots(),
                number(tenant.memory().ttl().toSeconds()),
                number(tenant.memory().summary() == null ? 0 : 1)));
        args.addAll(List.of(what));
        return link.<Long>eval(FORGET, ScriptOutputType.INTEGER, keys, args.toArray(byte[][]::new))
                .map(done -> done == 1);
    }
}
