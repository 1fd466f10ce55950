package dev.mnemo.gateway;

import dev.mnemo.redis.Keys;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a gateway's ledger has written down, so that no other test knows how it does that. */
final class Usage {

    private static final RedisClient CLIENT = RedisClient.create();
    private static final Map<String, StatefulRedisConnection<String, String>> CONNECTIONS = new ConcurrentHashMap<>();

    private final String redis;

    private Usage(String redis) {
        this.redis = redis;
    }

    static Usage of(Mnemo gateway) {
        return new Usage(gateway.redis());
    }

    static Usage of(Replica gateway) {
        return new Usage(gateway.redis());
    }

    /** In this window, what is held included. */
    long used(String tenant, String user, String limit) {
        return counter(tenant, user, limit, "used");
    }

    /** By calls in flight. */
    long held(String tenant, String user, String limit) {
        return counter(tenant, user, limit, "held");
    }

    private long counter(String tenant, String user, String limit, String field) {
        var commands = CONNECTIONS
                .computeIfAbsent(redis, url -> CLIENT.connect(RedisURI.create(url)))
                .sync();
        String name = "mnemo:v1:{" + Keys.encoded(tenant) + "}:limit:" + limit;
        String own = commands.hget(name + ":user:" + Keys.encoded(user), field);
        String value = own == null ? commands.hget(name, field) : own;
        return value == null ? 0 : Long.parseLong(value);
    }
}
