package dev.mnemo.memory;

import dev.mnemo.redis.RedisLink;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import reactor.core.publisher.Mono;

/**
 * Lets one replica at a time write a user's profile. Nobody gives it back, it ends: a call lasts a minute at the most, and
 * the next is due after ten. Thread-safe.
 */
public final class ProfileLock {

    private static final Duration HELD = Duration.ofSeconds(120);

    private static final byte[] TAKEN = {'1'};

    private final RedisLink link;

    public ProfileLock(RedisLink link) {
        this.link = link;
    }

    /**
     * Takes the right to write.
     *
     * @return whether it was free; an error means that Redis did not answer
     */
    Mono<Boolean> take(String tenant, String user) {
        byte[] key = new UserKeys(tenant, user).writing();
        return link.<String>send(
                        redis -> redis.set(key, TAKEN, SetArgs.Builder.nx().ex(HELD)))
                .hasElement();
    }
}
