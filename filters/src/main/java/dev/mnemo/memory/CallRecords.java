package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Printable;
import dev.mnemo.call.Refusal;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.SetArgs;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * What each call was given, for as long as the tenant wants to know: ids, versions, tokens and reasons, no text. Each stands by
 * itself under its call's id; its user has a list of them. Thread-safe; an error means that Redis did not answer.
 */
public final class CallRecords {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** Of a model's name, which the client chooses. */
    private static final int LONGEST_MODEL = 128;

    /** The length of an account of nothing. */
    private static final int EMPTY = "{}".length();

    private final RedisLink record;

    public CallRecords(RedisLink record) {
        this.record = record;
    }

    /** What is known of a call; empty when nothing is, or nothing any more. */
    public Mono<ObjectNode> get(Tenant tenant, String call) {
        return stored(tenant, call)
                .map(told -> MAPPER.createObjectNode().put("call", call).setAll(told));
    }

    /** Without its id, which its key has. */
    private Mono<ObjectNode> stored(Tenant tenant, String call) {
        byte[] key = Keys.call(tenant.id(), call);
        return record.<byte[]>send(redis -> redis.get(key)).mapNotNull(CallRecordCodec::decode);
    }

    /** The conversation of a call, as its interactions show it. */
    public static String conversation(LlmCall call) {
        return Interaction.toHex(Interaction.conversation(call.conversation().first()));
    }

    /**
     * @param interaction that the call was recorded as; null when it was not
     */
    Mono<Void> keep(Turn turn, Ending ending, @Nullable Interaction interaction, Instant now) {
        byte[] key = Keys.call(turn.tenant().id(), turn.call().id());
        byte[] value = CallRecordCodec.encode(told(turn, ending, interaction, now));
        return record.send(redis ->
                        redis.set(key, value, SetArgs.Builder.ex(turn.policy().calls())))
                .then();
    }

    private static ObjectNode told(Turn turn, Ending ending, @Nullable Interaction interaction, Instant now) {
        LlmCall call = turn.call();
        ObjectNode told = MAPPER.createObjectNode()
                .put("at", now.truncatedTo(ChronoUnit.MILLIS).toString())
                .put("user", turn.user())
                .put("dialect", call.dialect().id())
                .put("model", Printable.of(call.request().model(), LONGEST_MODEL))
                .put("upstream", call.upstream().name())
                .put("conversation", conversation(call));
        ending(told, call, ending);
        if (call.estimated() > 0) {
            told.put("prompt", call.estimated());
        }
        Answer answer = ending.answer();
        if (answer != null && answer.usage() != null) {
            usage(told.putObject("usage"), answer.usage());
        }
        context(told, turn);
        if (interaction != null) {
            told.put("interaction", Interaction.toHex(interaction.id()));
        }
        return told;
    }

    private static void ending(ObjectNode told, LlmCall call, Ending ending) {
        told.put("outcome", lower(ending.outcome()));
        if (ending.status() > 0) {
            told.put("status", ending.status());
        }
        Refusal refusal = call.refusal();
        if (refusal != null) {
            told.putObject("error").put("status", refusal.status()).put("code", refusal.code());
        }
    }

    /** As the provider told it. */
    private static void usage(ObjectNode told, Usage usage) {
        told.put("input", usage.input()).put("output", usage.output());
        if (usage.cachedInput() > 0) {
            told.put("cached", usage.cachedInput());
        }
    }

    private static void context(ObjectNode told, Turn turn) {
        told.put("cap", turn.call().contextCap());
        if (turn.granted() >= 0) {
            told.put("granted", turn.granted());
        }
        Context context = turn.call().context();
        if (context != null) {
            told.put("tokens", context.tokens());
            if (context.reason() == null) {
                told.put("snapshot", context.snapshot());
            } else {
                told.put("reason", lower(context.reason()));
            }
        }
        account(told, "context", turn.shown());
        account(told, "tail", turn.tail());
    }

    private static void account(ObjectNode told, String name, @Nullable Snapshot of) {
        if (of != null && of.account().length > EMPTY) {
            told.putRawValue(name, new RawValue(new String(of.account(), UTF_8)));
        }
    }

    /**
     * Keeps what was thought of a call with what is known of it.
     *
     * @return the rating whose place it took, and of two at once the later the earlier's; empty when nothing is known of the
     *     call any more
     */
    public Mono<OptionalDouble> rate(Tenant tenant, String call, double rating) {
        byte[] key = Keys.call(tenant.id(), call);
        return stored(tenant, call)
                .map(told -> CallRecordCodec.encode(told.put("rating", rating)))
                .flatMap(value -> record.<byte[]>send(
                        redis -> redis.setGet(key, value, SetArgs.Builder.xx().keepttl())))
                .mapNotNull(CallRecordCodec::decode)
                .map(before -> before.has("rating")
                        ? OptionalDouble.of(before.path("rating").asDouble())
                        : OptionalDouble.empty());
    }

    /** In a cluster each stands in a slot of its own; the client divides them. */
    Mono<Void> drop(Tenant tenant, List<String> calls) {
        byte[][] keys = calls.stream().map(call -> Keys.call(tenant.id(), call)).toArray(byte[][]::new);
        return keys.length == 0
                ? Mono.empty()
                : record.send(redis -> redis.unlink(keys)).then();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
