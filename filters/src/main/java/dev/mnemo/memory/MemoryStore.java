package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.call.Conversation;
import dev.mnemo.memory.MemoryStore.Recalled.Frozen;
import dev.mnemo.memory.MemoryStore.Recalled.Parts;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Users in Redis. Each operation is one command; an error means that Redis did not answer. Thread-safe. */
public final class MemoryStore {

    private static final Script RECALL = Script.of(MemoryStore.class, "recall.lua");
    private static final Script APPEND = Script.of(MemoryStore.class, "append.lua");

    /** How long a conversation that goes on keeps its block after its last call. */
    private static final Duration FROZEN = Duration.ofDays(1);

    /** How long it is waited for a conversation's second call; most have none. */
    private static final Duration FIRST = Duration.ofHours(1);

    private static final Snapshot EMPTY = new Snapshot(0, 0, 0, 0, false, new byte[0]);

    /** What is kept of one user, in bytes. */
    private static final int MOST = 64 * 1024;

    private final RedisLink recall;
    private final RedisLink record;

    /**
     * @param recall what calls wait for
     * @param record what nobody waits for
     */
    public MemoryStore(RedisLink recall, RedisLink record) {
        this.recall = recall;
        this.record = record;
    }

    /** The conversation's block; or, when it has none, or an outdated one, or begins, what to compose it of. */
    public Mono<Recalled> recall(Tenant tenant, String user, Conversation conversation) {
        String id = tenant.id();
        String older = conversation.older();
        byte[] profile = UserKeys.profile(id, user);
        byte[] interactions = UserKeys.interactions(id, user);
        byte[] snapshot = UserKeys.snapshot(id, user, conversation.name());
        byte[][] keys = older == null
                ? new byte[][] {profile, interactions, snapshot}
                : new byte[][] {profile, interactions, snapshot, UserKeys.snapshot(id, user, older)};
        // What the request repeats is left out later; as many again are fetched, so that enough remain.
        int fetched = Math.min(tenant.memory().keep(), 2 * tenant.memory().recent() + 1);
        return recall.<List<Object>>eval(
                        RECALL,
                        ScriptOutputType.MULTI,
                        keys,
                        number(fetched),
                        number(conversation.starts() ? 1 : 0),
                        number(tenant.memory().ttl().toSeconds()),
                        number(least(FROZEN, tenant).toSeconds()))
                .map(MemoryStore::recalled);
    }

    /**
     * Keeps the block for the conversation.
     *
     * @param goesOn whether the conversation has had an answer before
     */
    public Mono<Void> freeze(Tenant tenant, String user, String conversation, Snapshot snapshot, boolean goesOn) {
        byte[] key = UserKeys.snapshot(tenant.id(), user, conversation);
        byte[] value = snapshot.encode();
        return record.send(redis -> redis.set(key, value, SetArgs.Builder.ex(least(goesOn ? FROZEN : FIRST, tenant))))
                .then();
    }

    /** What is known of a user is not kept for longer than the user. */
    private static Duration least(Duration time, Tenant tenant) {
        Duration ttl = tenant.memory().ttl();
        return ttl.compareTo(time) < 0 ? ttl : time;
    }

    /** Adds the interaction; the same request's earlier record, if there is one, gives way to it. */
    public Mono<Void> append(Tenant tenant, String user, Interaction interaction) {
        MemoryPolicy policy = tenant.memory();
        byte[][] keys = {UserKeys.profile(tenant.id(), user), UserKeys.interactions(tenant.id(), user)};
        return record.<Long>eval(
                        APPEND,
                        ScriptOutputType.INTEGER,
                        keys,
                        InteractionCodec.encode(interaction),
                        number(policy.keep()),
                        number(MOST),
                        number(policy.ttl().toSeconds()))
                .then();
    }

    /** {@code [snapshot or nil]}, or {@code [snapshot or nil, version, members, tokens, record …]}. */
    private static Recalled recalled(List<Object> answer) {
        Snapshot snapshot = answer.getFirst() instanceof byte[] stored ? Snapshot.decode(stored) : null;
        if (answer.size() == 1) {
            return new Frozen(Objects.requireNonNullElse(snapshot, EMPTY));
        }
        List<Interaction> recent = interactions(answer.subList(4, answer.size()));
        Preferences preferences =
                PreferencesCodec.decode(bytes(answer.get(1)), bytes(answer.get(2)), bytes(answer.get(3)));
        return new Parts(preferences, recent, snapshot);
    }

    private static List<Interaction> interactions(List<Object> records) {
        if (records.isEmpty()) {
            return List.of();
        }
        List<Interaction> interactions = new ArrayList<>(records.size());
        try (ZstdDecompressCtx unpacker = new ZstdDecompressCtx()) {
            for (Object record : records) {
                Interaction interaction =
                        record instanceof byte[] bytes ? InteractionCodec.decode(bytes, unpacker) : null;
                if (interaction != null) {
                    interactions.add(interaction);
                }
            }
        }
        return interactions;
    }

    private static byte @Nullable [] bytes(@Nullable Object value) {
        return value instanceof byte[] bytes ? bytes : null;
    }

    private static byte[] number(long value) {
        return Long.toString(value).getBytes(US_ASCII);
    }

    /** What Redis knows of a user for one call. */
    public sealed interface Recalled {

        /** The conversation has its block. */
        record Frozen(Snapshot snapshot) implements Recalled {}

        /**
         * What a block is to be composed of.
         *
         * @param recent oldest first
         * @param previous the block that the conversation's name had before; null when it had none
         */
        record Parts(
                Preferences preferences,
                List<Interaction> recent,
                @Nullable Snapshot previous) implements Recalled {

            public Parts {
                recent = List.copyOf(recent);
            }
        }
    }
}
