package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.number;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.call.Refusal;
import dev.mnemo.memory.History.Place;
import dev.mnemo.memory.Marks.Mark;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.redis.Wire;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What somebody thinks of interactions: kept beside them, and heeded when the next block is composed. Thread-safe; an error
 * means that Redis did not answer.
 */
public final class MarkStore {

    /** How many of a user's interactions, as long as they are kept, may be marked. */
    public static final int MOST = 1_000;

    /** Of a comment, in characters. */
    public static final int LONGEST = 1_000;

    private static final Script MARK = Script.of(MarkStore.class, "mark.lua");

    /** How often it is tried anew when somebody else wrote in between. */
    private static final int TRIES = 8;

    /** What came of it. */
    public enum Outcome {
        DONE,
        /** There is no such interaction. */
        UNKNOWN,
        /** So many are marked already. */
        FULL
    }

    /**
     * What came of a rating.
     *
     * @param replaced the rating whose place it took, if there was one; of two at once the later one took the earlier's
     */
    public record Rating(Outcome outcome, OptionalDouble replaced) {}

    private final RedisLink link;
    private final History history;
    private final AccessStore access;

    /**
     * @param background where records are opened and unpacked, never on an event loop
     */
    public MarkStore(RedisLink link, Access access, Scheduler background) {
        this.link = link;
        this.history = new History(link, access, background);
        this.access = new AccessStore(link, access);
    }

    /**
     * @param rating from −1 to 1
     * @param comment null for the one that is there
     */
    public Mono<Rating> rate(Tenant tenant, String user, long interaction, double rating, @Nullable String comment) {
        return mark(tenant, user, interaction, Mark.rated(rating), NOTHING, comment, TRIES);
    }

    /** To be shown before all others, or not any more. */
    public Mono<Outcome> pin(Tenant tenant, String user, long interaction, boolean pinned) {
        return mark(tenant, user, interaction, NOTHING, number(pinned ? 1 : 0), null, TRIES)
                .map(Rating::outcome);
    }

    /** To a call that was not recorded, and so has no interaction. */
    public Mono<Outcome> comment(Tenant tenant, String user, String call, String comment) {
        // Read before the list: whoever is erased in between gets no salt, and is not written for.
        return era(tenant, user)
                .filterWhen(era -> isOf(tenant, user, call))
                .flatMap(era -> access.open(tenant, user, era))
                .flatMap(opened -> mark(
                        tenant,
                        user,
                        NOTHING,
                        NOTHING,
                        ascii(call),
                        NOTHING,
                        NOTHING,
                        seal(call, comment, opened.own())))
                .map(MarkStore::done)
                .defaultIfEmpty(0)
                .map(done -> done == 1 ? Outcome.DONE : done == 0 ? Outcome.UNKNOWN : Outcome.FULL);
    }

    private Mono<String> era(Tenant tenant, String user) {
        byte[] erased = new UserKeys(tenant.id(), user).erased();
        return link.<byte[]>send(redis -> redis.get(erased))
                .map(era -> new String(era, US_ASCII))
                .defaultIfEmpty("");
    }

    private Mono<Boolean> isOf(Tenant tenant, String user, String call) {
        byte[] calls = new UserKeys(tenant.id(), user).calls();
        return link.<Long>send(redis -> redis.lpos(calls, ascii(call))).hasElement();
    }

    /** What was said to calls that were not recorded, by their ids. */
    public Mono<Map<String, String>> ofCalls(Tenant tenant, String user, List<String> calls) {
        if (calls.isEmpty()) {
            return Mono.just(Map.of());
        }
        byte[] comments = new UserKeys(tenant.id(), user).comments();
        byte[][] ids = calls.stream().map(Wire::ascii).toArray(byte[][]::new);
        return link.<List<KeyValue<byte[], byte[]>>>send(redis -> redis.hmget(comments, ids))
                .filter(found -> found.stream().anyMatch(KeyValue::hasValue))
                .flatMap(found -> access.reading(tenant, user).map(own -> {
                    Map<String, String> said = new HashMap<>();
                    for (int i = 0; i < ids.length; i++) {
                        String text = comment(calls.get(i), found.get(i).getValueOrElse(NOTHING), own);
                        if (text != null) {
                            said.put(calls.get(i), text);
                        }
                    }
                    return said;
                }))
                .defaultIfEmpty(Map.of());
    }

    private Mono<Rating> mark(
            Tenant tenant, String user, long id, byte[] rating, byte[] pin, @Nullable String comment, int tries) {
        return history.find(tenant, user, id)
                .filter(place -> place.interaction() != null)
                .flatMap(place -> mark(tenant, user, id, place, rating, pin, comment, tries))
                .defaultIfEmpty(new Rating(Outcome.UNKNOWN, OptionalDouble.empty()));
    }

    private Mono<Rating> mark(
            Tenant tenant,
            String user,
            long id,
            Place place,
            byte[] rating,
            byte[] pin,
            @Nullable String comment,
            int tries) {
        String name = Interaction.toHex(id);
        return access.open(tenant, user, place.own().era())
                .flatMap(opened -> mark(
                        tenant,
                        user,
                        ascii(place.own().era()),
                        ascii(place.revision()),
                        ascii(name),
                        rating,
                        pin,
                        comment == null ? NOTHING : seal(name, comment, opened.own())))
                .flatMap(answer -> switch (done(answer)) {
                    case 1 -> Mono.just(new Rating(Outcome.DONE, Mark.rating((byte[]) answer.get(1))));
                    case -1 -> Mono.just(new Rating(Outcome.FULL, OptionalDouble.empty()));
                    default ->
                        tries > 1
                                ? mark(tenant, user, id, rating, pin, comment, tries - 1)
                                : Mono.error(Refusal.later(
                                        503,
                                        "others_write",
                                        "user: others write all the time; try again",
                                        Duration.ofSeconds(2),
                                        true));
                });
    }

    private static int done(List<Object> answer) {
        return Math.toIntExact((long) answer.getFirst());
    }

    private Mono<List<Object>> mark(
            Tenant tenant,
            String user,
            byte[] era,
            byte[] revision,
            byte[] id,
            byte[] rating,
            byte[] pin,
            byte[] comment) {
        UserKeys of = new UserKeys(tenant.id(), user);
        byte[][] keys = {
            of.profile(), of.marks(), of.comments(), of.calls(), of.erased(), of.interactions(), of.archive()
        };
        return link.eval(
                MARK,
                ScriptOutputType.MULTI,
                keys,
                era,
                revision,
                id,
                rating,
                pin,
                comment,
                number(MOST),
                number(tenant.memory().ttl().toSeconds()));
    }

    /**
     * @param of the interaction's id, or the call's
     */
    static byte[] seal(String of, String comment, UserAccess own) {
        return own.seal().seal(name(of), comment.getBytes(UTF_8));
    }

    /** Null when there is none, or none that opens. */
    static @Nullable String comment(String of, byte[] stored, UserAccess own) {
        byte[] opened = stored.length == 0 ? null : own.seal().open(name(of), stored);
        return opened == null ? null : new String(opened, UTF_8);
    }

    private static String name(String of) {
        return "comment:" + of;
    }
}
