package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.memory.Preferences.Member;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.node.ObjectNode;

/**
 * Preferences in Redis: read, replaced, merged and removed, each change a version. What is written is seen by the user's
 * next call. Thread-safe; an error other than {@link PreferencesProblem} means that Redis did not answer.
 */
public final class PreferencesStore {

    private static final Script WRITE = Script.of(PreferencesStore.class, "preferences.lua");

    private static final byte[] NOTHING = {};

    /** How often a merge is tried anew when somebody else wrote in between. */
    private static final int TRIES = 8;

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
    private final TokenCounter tokens;
    private final Scheduler background;

    /**
     * @param background where documents are parsed and counted, never on an event loop
     */
    public PreferencesStore(RedisLink link, TokenCounter tokens, Scheduler background) {
        this.link = link;
        this.tokens = tokens;
        this.background = background;
    }

    /** What the user has set; {@link Preferences#present} tells whether there is anything. */
    public Mono<Preferences> get(Tenant tenant, String user) {
        byte[] profile = new UserKeys(tenant.id(), user).profile();
        return link.<List<KeyValue<byte[], byte[]>>>send(
                        redis -> redis.hmget(profile, ascii("version"), ascii("members"), ascii("tokens")))
                .map(fields -> PreferencesCodec.decode(
                        value(fields.get(0)), value(fields.get(1)), value(fields.get(2)), Seal.NONE));
    }

    /**
     * Replaces the document.
     *
     * @param expected the version that must be there; null for any
     */
    public Mono<Change> put(Tenant tenant, String user, byte[] json, @Nullable Long expected) {
        return counted(() -> PreferencesDocument.parse(json))
                .flatMap(members -> write(tenant, user, members, expected));
    }

    /**
     * Merges a patch into the document (RFC 7396).
     *
     * @param expected the version that must be there; null for any
     */
    public Mono<Change> patch(Tenant tenant, String user, byte[] json, @Nullable Long expected) {
        return patch(tenant, user, json, expected, TRIES);
    }

    /**
     * Removes the document.
     *
     * @param expected the version that must be there; null for any
     */
    public Mono<Change> delete(Tenant tenant, String user, @Nullable Long expected) {
        return write(tenant, user, null, expected);
    }

    private Mono<Change> patch(Tenant tenant, String user, byte[] json, @Nullable Long expected, int tries) {
        return get(tenant, user).flatMap(before -> {
            if (expected != null && (!before.present() || before.version() != expected)) {
                return Mono.just(new Change.Conflict(before.present() ? before.version() : 0));
            }
            return counted(() ->
                            PreferencesDocument.merge(PreferencesDocument.of(before), PreferencesDocument.parse(json)))
                    .flatMap(members -> write(tenant, user, members, before.version()))
                    .flatMap(change -> change instanceof Change.Conflict && expected == null && tries > 1
                            ? patch(tenant, user, json, null, tries - 1)
                            : Mono.just(change));
        });
    }

    private Mono<List<Member>> counted(Supplier<ObjectNode> document) {
        return Mono.fromCallable(() -> PreferencesDocument.members(document.get(), tokens))
                .subscribeOn(background);
    }

    private Mono<Change> write(Tenant tenant, String user, @Nullable List<Member> members, @Nullable Long expected) {
        byte[][] keys = {new UserKeys(tenant.id(), user).profile()};
        return link.<List<Long>>eval(
                        WRITE,
                        ScriptOutputType.MULTI,
                        keys,
                        expected == null ? NOTHING : ascii(expected.toString()),
                        ascii(String.valueOf(tenant.memory().ttl().toSeconds())),
                        members == null ? ascii("delete") : ascii("set"),
                        members == null ? NOTHING : PreferencesCodec.members(members, Seal.NONE),
                        members == null ? NOTHING : PreferencesCodec.tokens(members, Seal.NONE))
                .map(answer -> answer.get(0) == 1
                        ? new Change.Done(
                                new Preferences(answer.get(1), members != null, members == null ? List.of() : members))
                        : new Change.Conflict(answer.get(1)));
    }

    private static byte @Nullable [] value(KeyValue<byte[], byte[]> field) {
        return field.hasValue() ? field.getValue() : null;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** A preference document that cannot be taken. Without a stack trace: it is an answer, not a fault. */
    public static final class PreferencesProblem extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int status;

        PreferencesProblem(int status, String message) {
            super(message, null, false, false);
            this.status = status;
        }

        /** Of HTTP. */
        public int status() {
            return status;
        }
    }
}
