package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.bytes;
import static dev.mnemo.redis.Wire.number;
import static dev.mnemo.redis.Wire.text;

import dev.mnemo.call.Conversation;
import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Users in Redis, as calls recall and remember them. An error means that Redis did not answer. Thread-safe. */
public final class MemoryStore {

    private static final Script RECALL = Script.of(MemoryStore.class, "recall.lua");
    private static final Script REMEMBER = Script.of(MemoryStore.class, "remember.lua");
    private static final Script FREEZE = Script.of(MemoryStore.class, "freeze.lua");

    /** How long a conversation that goes on keeps its block after its last call. */
    private static final Duration FROZEN = Duration.ofDays(1);

    /** How long it is waited for a conversation's second call; most have none. */
    private static final Duration FIRST = Duration.ofHours(1);

    /** Conversations of a user that have a block at once; the oldest give way. */
    private static final int CONVERSATIONS = 1_024;

    /** Turns of a user that have a tail at once: a tool loop asks for one again within the hour. */
    private static final int TAILS = 128;

    /** Calls of a user that can be asked about; the oldest give way, several at once. */
    static final int CALLS = 500;

    /** What is kept of one user's recent interactions, in bytes. */
    static final int MOST = 64 * 1024;

    /** How much a script says of a conversation that has its block. */
    private static final int FROZEN_REPLY = 7;

    private final RedisLink recall;
    private final RedisLink record;
    private final Access access;

    /**
     * @param recall what calls wait for
     * @param record what nobody waits for
     */
    public MemoryStore(RedisLink recall, RedisLink record, Access access) {
        this.recall = recall;
        this.record = record;
        this.access = access;
    }

    /**
     * The conversation's block; or, when it has none, or an outdated one, or begins, what to compose it of.
     *
     * @param preview whether it is only looked at: that the user was seen is not remembered then
     */
    Mono<Recalled> recall(Tenant tenant, String user, Conversation conversation, boolean preview) {
        UserKeys of = new UserKeys(tenant.id(), user);
        String older = conversation.older();
        List<byte[]> keys = new ArrayList<>(List.of(
                of.profile(),
                of.interactions(),
                of.marks(),
                of.erased(),
                of.archive(),
                of.comments(),
                of.versions(),
                of.conversations(),
                of.snapshot(conversation.name())));
        if (older != null) {
            keys.add(of.snapshot(older));
        }
        byte[][] all = keys.toArray(byte[][]::new);
        return recall(tenant, user, conversation, preview, all, conversation.starts())
                // A block that does not open stands for none.
                .switchIfEmpty(Mono.defer(() -> recall(tenant, user, conversation, preview, all, true)));
    }

    /**
     * Empty when the conversation has a block that does not open.
     *
     * @param anew whether no block will do
     */
    private Mono<Recalled> recall(
            Tenant tenant, String user, Conversation conversation, boolean preview, byte[][] keys, boolean anew) {
        // What the request repeats is left out later; as many again are fetched, so that enough remain.
        int fetched = Math.min(tenant.memory().keep(), 2 * tenant.memory().recent() + 1);
        return recall.<List<Object>>eval(
                        RECALL,
                        ScriptOutputType.MULTI,
                        keys,
                        number(fetched),
                        number(anew ? 1 : 0),
                        number(tenant.memory().ttl().toSeconds()),
                        number(least(FROZEN, tenant).toSeconds()),
                        preview ? NOTHING : Access.freshSalt(tenant),
                        number(preview ? 1 : 0),
                        new UserKeys(tenant.id(), user).snapshots())
                .mapNotNull(answer -> recalled(answer, tenant, user, conversation));
    }

    /** What was frozen under a name; empty when nothing was, or it does not open. */
    Mono<Snapshot> frozen(Tenant tenant, String user, UserAccess own, String name) {
        byte[] key = new UserKeys(tenant.id(), user).snapshot(name);
        return recall.<byte[]>send(redis -> redis.get(key))
                .mapNotNull(stored -> Snapshot.decode(stored, name, own.seal()));
    }

    /** The era in which a call begins of which nothing is recalled, so that it can be remembered. */
    Mono<UserAccess> era(Tenant tenant, String user) {
        byte[] erased = new UserKeys(tenant.id(), user).erased();
        return recall.<byte[]>send(redis -> redis.get(erased))
                .map(era -> access.of(tenant, user, null, era))
                .switchIfEmpty(Mono.fromSupplier(() -> access.of(tenant, user, null, null)));
    }

    /**
     * Keeps the block for the conversation.
     *
     * @param goesOn whether the conversation has had an answer before
     */
    Mono<Void> freeze(
            Tenant tenant, String user, UserAccess own, String conversation, Snapshot snapshot, boolean goesOn) {
        UserKeys of = new UserKeys(tenant.id(), user);
        return freeze(
                tenant, of, of.conversations(), CONVERSATIONS, own, conversation, snapshot, goesOn ? FROZEN : FIRST);
    }

    /** Keeps what stands behind a user's words for the turn. Turns take no place of conversations. */
    Mono<Void> freezeTail(Tenant tenant, String user, UserAccess own, String name, Snapshot tail) {
        UserKeys of = new UserKeys(tenant.id(), user);
        return freeze(tenant, of, of.tails(), TAILS, own, name, tail, FIRST);
    }

    private Mono<Void> freeze(
            Tenant tenant,
            UserKeys of,
            byte[] names,
            int most,
            UserAccess own,
            String name,
            Snapshot snapshot,
            Duration life) {
        byte[][] keys = {of.snapshot(name), names, of.erased(), of.profile()};
        return record.<Long>eval(
                        FREEZE,
                        ScriptOutputType.INTEGER,
                        keys,
                        ascii(own.era()),
                        snapshot.encode(name, own.seal()),
                        number(least(life, tenant).toSeconds()),
                        ascii(Keys.encoded(name)),
                        of.snapshots(),
                        number(most),
                        number(tenant.memory().ttl().toSeconds()))
                .then();
    }

    /** What is known of a user is not kept for longer than the user. */
    private static Duration least(Duration time, Tenant tenant) {
        Duration ttl = tenant.memory().ttl();
        return ttl.compareTo(time) < 0 ? ttl : time;
    }

    /**
     * Adds the interaction, its call's id, and what the user's interactions have in common. The same request's earlier
     * record, if there is one, gives way to the new one.
     */
    Mono<Remembered> remember(Tenant tenant, String user, String era, Memo memo) {
        MemoryPolicy policy = tenant.memory();
        UserKeys of = new UserKeys(tenant.id(), user);
        byte[][] keys = {
            of.profile(),
            of.interactions(),
            of.calls(),
            of.erased(),
            of.archive(),
            of.marks(),
            of.comments(),
            of.versions()
        };
        return record.<List<Object>>eval(
                        REMEMBER,
                        ScriptOutputType.MULTI,
                        keys,
                        ascii(era),
                        memo.record(),
                        number(mostInteractions(policy)),
                        number(mostBytes(policy)),
                        number(policy.ttl().toSeconds()),
                        ascii(memo.call()),
                        number(CALLS),
                        number(policy.calls().toSeconds()),
                        memo.patterns(),
                        ascii(memo.patternsBefore()),
                        number(policy.archive()),
                        memo.salt())
                .map(MemoryStore::remembered);
    }

    /** With an archive they wait here until a segment of them moves; should none move, not for ever. */
    static long mostInteractions(MemoryPolicy policy) {
        return policy.archive() > 0 ? policy.keep() + 4 * Segment.SIZE : policy.keep();
    }

    static long mostBytes(MemoryPolicy policy) {
        return policy.archive() > 0 ? 16 * MOST : MOST;
    }

    private static Remembered remembered(List<Object> answer) {
        if ((long) answer.getFirst() == 0) {
            return new Remembered.Erased();
        }
        return new Remembered.Done(
                (long) answer.get(1),
                (long) answer.get(2),
                (long) answer.get(3) == 1,
                answer.subList(4, answer.size()).stream()
                        .map(id -> text(id, ""))
                        .toList());
    }

    private @Nullable Recalled recalled(List<Object> answer, Tenant tenant, String user, Conversation conversation) {
        Opened opened = Opened.decode(access, tenant, user, answer.subList(2, FROZEN_REPLY));
        Seal seal = opened.own().seal();
        byte[] stored = bytes(answer.getFirst());
        String name = (long) answer.get(1) == 1 ? conversation.name() : Objects.requireNonNull(conversation.older());
        Snapshot snapshot = stored == null ? null : Snapshot.decode(stored, name, seal);
        if (answer.size() == FROZEN_REPLY) {
            return snapshot == null ? null : new Recalled.Frozen(opened, snapshot);
        }
        List<Object> parts = answer.subList(FROZEN_REPLY, answer.size());
        return new Recalled.Parts(
                opened,
                (long) parts.get(0),
                PreferencesCodec.decode(bytes(parts.get(1)), bytes(parts.get(2)), bytes(parts.get(3)), seal),
                new Summary(opened.counted(), Summary.profile(bytes(parts.get(4)), seal)),
                Marks.decode((List<?>) parts.get(5)),
                InteractionCodec.decode((List<?>) parts.get(6), seal),
                snapshot);
    }

    /**
     * What is to be remembered of a call.
     *
     * @param record of the interaction, encoded; empty when there is none
     * @param call its id; empty when nobody may ask about it
     * @param patterns with the interaction, sealed; empty when they stay
     * @param patternsBefore the number of those that they were made of
     * @param salt that it is sealed with, in case that it is gone; empty when there is none
     */
    record Memo(byte[] record, String call, byte[] patterns, String patternsBefore, byte[] salt) {

        Memo(byte[] record, String call, byte[] patterns, String patternsBefore) {
            this(record, call, patterns, patternsBefore, NOTHING);
        }
    }

    /** What came of remembering. */
    sealed interface Remembered {

        /**
         * It is done.
         *
         * @param interactions how many recent ones there are now
         * @param bytes of them
         * @param counted whether the patterns were taken; not when another call has changed them since
         * @param forgotten ids of calls whose records are to go
         */
        record Done(long interactions, long bytes, boolean counted, List<String> forgotten) implements Remembered {}

        /** The user was erased since the call began: nothing was written. */
        record Erased() implements Remembered {}
    }
}
