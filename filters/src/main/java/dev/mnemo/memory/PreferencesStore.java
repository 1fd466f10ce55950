package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.number;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.memory.Preferences.Member;
import dev.mnemo.memory.Version.Edit;
import dev.mnemo.memory.Version.Kind;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.node.ObjectNode;

/**
 * Preferences in Redis: read, replaced, merged, removed and restored, each change a version. What is written is seen by the
 * user's next call. Thread-safe; an error other than {@link PreferencesProblem} means that Redis did not answer.
 */
public final class PreferencesStore {

    private static final Script WRITE = Script.of(PreferencesStore.class, "preferences.lua");

    /** How often a change is tried anew when somebody else wrote in between: each time one of them has come through. */
    private static final int TRIES = 64;

    /** What became of a change. */
    public sealed interface Change {

        /** It is written; the preferences as they are now. */
        record Done(Preferences now) implements Change {}

        /**
         * They were not as the caller thought.
         *
         * @param version as it is; 0 when there are none
         */
        record Conflict(long version) implements Change {}
    }

    private final RedisLink link;
    private final AccessStore access;
    private final VersionStore versions;
    private final TokenCounter tokens;
    private final Scheduler background;
    private final InstantSource clock;

    /**
     * @param background where documents are parsed and counted, never on an event loop
     * @param clock tells when a change was made
     */
    public PreferencesStore(
            RedisLink link, AccessStore access, TokenCounter tokens, Scheduler background, InstantSource clock) {
        this.link = link;
        this.access = access;
        this.versions = new VersionStore(link, access, background);
        this.tokens = tokens;
        this.background = background;
        this.clock = clock;
    }

    /** What the user has set; {@link Preferences#present} tells whether there is anything. */
    public Mono<Preferences> get(Tenant tenant, String user) {
        return stored(tenant, user)
                .zipWhen(fields -> access.reading(tenant, user))
                .map(both -> decoded(both.getT1(), both.getT2()));
    }

    private Mono<Preferences> get(Tenant tenant, String user, UserAccess own) {
        return stored(tenant, user).map(fields -> decoded(fields, own));
    }

    private Mono<List<KeyValue<byte[], byte[]>>> stored(Tenant tenant, String user) {
        byte[] profile = new UserKeys(tenant.id(), user).profile();
        return link.send(redis -> redis.hmget(profile, ascii("version"), ascii("members"), ascii("tokens")));
    }

    private static Preferences decoded(List<KeyValue<byte[], byte[]>> fields, UserAccess own) {
        byte[] members = value(fields.get(1));
        Preferences found = PreferencesCodec.decode(value(fields.get(0)), members, value(fields.get(2)), own.seal());
        if (members != null && !found.present()) {
            throw unreadable();
        }
        return found;
    }

    /** To a call they are absent; whoever asks for them, or would change them, is told. */
    private static PreferencesProblem unreadable() {
        return new PreferencesProblem(
                409,
                "preferences: what is stored cannot be read: sealed with a key that the tenant's file does not list, or not"
                        + " sealed, or damaged (expected: list the key, or \"plain\"; or PUT them anew)");
    }

    /**
     * Replaces the document.
     *
     * @param expected the version that must be there; null for any
     * @param author the id of the API key
     */
    public Mono<Change> put(Tenant tenant, String user, byte[] json, @Nullable Long expected, String author) {
        return counted(() -> PreferencesDocument.parse(json))
                .flatMap(members -> get(tenant, user)
                        // What cannot be read is replaced.
                        .onErrorComplete(PreferencesProblem.class)
                        .filter(before -> isSame(before, members) && (expected == null || expected == before.version()))
                        .<Change>map(Change.Done::new)
                        .switchIfEmpty(
                                Mono.defer(() -> write(tenant, user, members, expected, edit(Kind.PUT, 0, author)))));
    }

    /** Then nothing is written: blocks stand, and no version gives way to one that says the same. */
    private static boolean isSame(Preferences before, List<Member> members) {
        return before.present() && before.members().equals(members);
    }

    /**
     * Merges a patch into the document (RFC 7396).
     *
     * @param expected the version that must be there; null for any
     * @param author the id of the API key
     */
    public Mono<Change> patch(Tenant tenant, String user, byte[] json, @Nullable Long expected, String author) {
        return guarded(
                expected,
                () -> lately(tenant, user)
                        .flatMap(own -> get(tenant, user, own).flatMap(before -> {
                            if (expected != null && (!before.present() || before.version() != expected)) {
                                return Mono.just(new Change.Conflict(before.present() ? before.version() : 0));
                            }
                            return counted(() -> PreferencesDocument.merge(
                                            PreferencesDocument.of(before), PreferencesDocument.parse(json)))
                                    .flatMap(members -> isSame(before, members)
                                            ? Mono.just(new Change.Done(before))
                                            : write(
                                                    tenant,
                                                    user,
                                                    members,
                                                    before.version(),
                                                    edit(Kind.PATCH, 0, author),
                                                    own,
                                                    own.era()));
                        })));
    }

    /**
     * Removes the document. Its versions stay, so that it can be restored.
     *
     * @param expected the version that must be there; null for any
     * @param author the id of the API key
     */
    public Mono<Change> delete(Tenant tenant, String user, @Nullable Long expected, String author) {
        return write(tenant, user, null, expected, edit(Kind.DELETE, 0, author));
    }

    /**
     * Writes a version anew, as the newest; what was a removal removes.
     *
     * @param number of a version that is kept; of another it is a {@link PreferencesProblem}
     * @param expected the version that must be there; null for any
     * @param author the id of the API key
     */
    public Mono<Change> restore(Tenant tenant, String user, long number, @Nullable Long expected, String author) {
        return guarded(
                expected,
                () -> lately(tenant, user)
                        .flatMap(own -> get(tenant, user, own)
                                .flatMap(before -> version(tenant, user, number).flatMap(version -> {
                                    String json = version.json();
                                    Edit edit = edit(Kind.RESTORE, number, author);
                                    long guard = expected == null ? before.version() : expected;
                                    return json == null
                                            ? write(tenant, user, null, guard, edit, own, own.era())
                                            : counted(() -> PreferencesDocument.parse(json.getBytes(UTF_8)))
                                                    .flatMap(members ->
                                                            write(tenant, user, members, guard, edit, own, own.era()));
                                }))));
    }

    /**
     * With the era as of now. What is read from then on and written back is not, if the user is erased in between: there may be
     * no version to tell by, and what was sealed before opens for nobody.
     */
    private Mono<UserAccess> lately(Tenant tenant, String user) {
        return access.open(tenant, user).map(Opened::own);
    }

    /** What the preferences were, newest first; empty when nothing was set for as long as a user is kept. */
    public Mono<List<Version>> versions(Tenant tenant, String user) {
        return versions.all(tenant, user);
    }

    /** One of {@link #versions}; a number that is not among them is a {@link PreferencesProblem}. */
    public Mono<Version> version(Tenant tenant, String user, long number) {
        return versions.one(tenant, user, number);
    }

    /** A change that reads before it writes; anew where somebody else wrote in between. */
    private static Mono<Change> guarded(@Nullable Long expected, Supplier<Mono<Change>> change) {
        return guarded(expected, change, TRIES);
    }

    private static Mono<Change> guarded(@Nullable Long expected, Supplier<Mono<Change>> change, int tries) {
        return change.get().map(Optional::of).defaultIfEmpty(Optional.empty()).flatMap(made -> {
            if (made.isPresent() && (expected != null || made.get() instanceof Change.Done)) {
                return Mono.just(made.get());
            }
            return tries > 1
                    ? guarded(expected, change, tries - 1)
                    : Mono.error(
                            new PreferencesProblem(
                                    409,
                                    "preferences: others changed them each time (expected: fewer changes at once). Try again."));
        });
    }

    private Edit edit(Kind kind, long restored, String author) {
        return new Edit(kind, restored, author, clock.instant());
    }

    private Mono<List<Member>> counted(Supplier<ObjectNode> document) {
        return Mono.fromCallable(() -> PreferencesDocument.members(document.get(), tokens))
                .subscribeOn(background);
    }

    private Mono<Change> write(
            Tenant tenant, String user, @Nullable List<Member> members, @Nullable Long expected, Edit edit) {
        if (tenant.memory().seal() == null) {
            return access.reading(tenant, user)
                    .flatMap(own -> write(tenant, user, members, expected, edit, own, UserAccess.ANY));
        }
        // What is sealed for a user who was erased since would open for nobody.
        return lately(tenant, user)
                .flatMap(own -> write(tenant, user, members, expected, edit, own, own.era()))
                .switchIfEmpty(Mono.defer(() -> write(tenant, user, members, expected, edit)));
    }

    /** Empty when the user was erased since the era, unless that is {@link UserAccess#ANY}: nothing was written. */
    private Mono<Change> write(
            Tenant tenant,
            String user,
            @Nullable List<Member> members,
            @Nullable Long expected,
            Edit edit,
            UserAccess own,
            String era) {
        UserKeys of = new UserKeys(tenant.id(), user);
        byte[][] keys = {of.profile(), of.versions(), of.erased()};
        return link.<List<Long>>eval(
                        WRITE,
                        ScriptOutputType.MULTI,
                        keys,
                        expected == null ? NOTHING : number(expected),
                        number(tenant.memory().ttl().toSeconds()),
                        members == null ? ascii("delete") : ascii("set"),
                        members == null ? NOTHING : PreferencesCodec.members(members, own.seal()),
                        members == null ? NOTHING : PreferencesCodec.tokens(members, own.seal()),
                        VersionCodec.encode(edit, members, own.seal()),
                        number(VersionStore.MOST),
                        number(VersionStore.MOST_BYTES),
                        ascii(era))
                .filter(answer -> answer.get(0) != 2)
                .map(answer -> changed(answer, members));
    }

    private static Change changed(List<Long> answer, @Nullable List<Member> members) {
        return answer.get(0) == 1
                ? new Change.Done(
                        new Preferences(answer.get(1), members != null, members == null ? List.of() : members))
                : new Change.Conflict(answer.get(1));
    }

    private static byte @Nullable [] value(KeyValue<byte[], byte[]> field) {
        return field.hasValue() ? field.getValue() : null;
    }
}
