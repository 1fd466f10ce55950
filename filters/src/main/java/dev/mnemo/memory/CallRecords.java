package dev.mnemo.memory;

import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.SetArgs;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What each call was given, for as long as the tenant wants to know: ids, versions, tokens and reasons, no text. Each stands by
 * itself under its call's id; its user has a list of them. Thread-safe; an error means that Redis did not answer.
 */
public final class CallRecords {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final RedisLink record;

    public CallRecords(RedisLink record) {
        this.record = record;
    }

    /** What is known of a call; empty when nothing is, or nothing any more. */
    public Mono<ObjectNode> get(Tenant tenant, String call) {
        byte[] key = Keys.call(tenant.id(), call);
        return record.<byte[]>send(redis -> redis.get(key)).mapNotNull(CallRecords::decoded);
    }

    /**
     * @param interaction that the call was recorded as; null when it was not
     */
    Mono<Void> keep(Turn turn, Ending ending, @Nullable Interaction interaction, Instant now) {
        byte[] key = Keys.call(turn.tenant().id(), turn.call().id());
        byte[] value = MAPPER.writeValueAsBytes(told(turn, ending, interaction, now));
        return record.send(redis ->
                        redis.set(key, value, SetArgs.Builder.ex(turn.policy().calls())))
                .then();
    }

    private static ObjectNode told(Turn turn, Ending ending, @Nullable Interaction interaction, Instant now) {
        LlmCall call = turn.call();
        ObjectNode told = MAPPER.createObjectNode()
                .put("call", call.id())
                .put("at", now.toString())
                .put("user", turn.user())
                .put("dialect", lower(call.dialect().protocol()))
                .put("model", call.request().model())
                .put("outcome", lower(ending.outcome()));
        if (ending.status() > 0) {
            told.put("status", ending.status());
        }
        Context context = call.context();
        if (context != null) {
            told.put("tokens", context.tokens());
            if (context.reason() == null) {
                told.put("snapshot", context.snapshot());
            } else {
                told.put("reason", lower(context.reason()));
            }
        }
        Snapshot shown = turn.shown();
        if (shown != null && shown.account().length > 0) {
            told.set("context", MAPPER.readTree(shown.account()));
        }
        if (interaction != null) {
            told.put("interaction", Interaction.toHex(interaction.id()));
        }
        return told;
    }

    /** Keeps what was thought of a call with what is known of it. False when nothing is known of it any more. */
    public Mono<Boolean> rate(Tenant tenant, String call, double rating) {
        byte[] key = Keys.call(tenant.id(), call);
        return get(tenant, call)
                .flatMap(told -> record.send(redis -> redis.set(
                        key,
                        MAPPER.writeValueAsBytes(told.put("rating", rating)),
                        SetArgs.Builder.xx().keepttl())))
                .hasElement();
    }

    /** Each stands in a slot of its own. */
    Mono<Void> drop(Tenant tenant, List<String> calls) {
        return Flux.fromIterable(calls).flatMap(call -> drop(tenant, call)).then();
    }

    Mono<Void> drop(Tenant tenant, String call) {
        byte[] key = Keys.call(tenant.id(), call);
        return record.send(redis -> redis.unlink(key)).then();
    }

    private static @Nullable ObjectNode decoded(byte[] stored) {
        try {
            return MAPPER.readTree(stored) instanceof ObjectNode told ? told : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
