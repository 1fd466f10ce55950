package dev.mnemo.budget;

import dev.mnemo.redis.Script;
import dev.mnemo.redis.TestRedis;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/** Lets scripts take the time from a key instead of from Redis' own clock, so that a test can turn it. */
final class RedisClock {

    private final String key = TestRedis.fresh("clock");

    void tell(Instant now) {
        TestRedis.commands().del(key);
        TestRedis.commands().rpush(key, String.valueOf(now.getEpochSecond()));
    }

    Script on(Script script) {
        String text = new String(script.text(), StandardCharsets.UTF_8)
                .replace("redis.call('TIME')", "redis.call('LRANGE', '" + key + "', 0, 0)");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            return new Script(
                    bytes,
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
