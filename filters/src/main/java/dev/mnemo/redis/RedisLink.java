package dev.mnemo.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One connection to Redis, kept for one purpose, so that a large answer of one never delays a small answer of another.
 *
 * <p>A command fails at once while there is no connection, after the link's timeout when Redis is silent, and without
 * being sent while the breaker is open. It is never sent twice: what was in flight when a connection broke is reported
 * as failed, and whoever sent it must be able to send it again (every script that changes something is idempotent).
 * Thread-safe. Answers arrive on a Redis I/O thread, which must not be blocked.
 */
public final class RedisLink {

    private static final RedisException NOT_CONNECTED = new RedisException("redis: not connected");

    private final String name;
    private final CircuitBreaker breaker;
    private volatile @Nullable StatefulConnection<byte[], byte[]> connection;
    private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;

    RedisLink(String name, CircuitBreaker breaker) {
        this.name = name;
        this.breaker = breaker;
    }

    /** What this link is for: {@code budget}, {@code recall} or {@code record}. */
    public String name() {
        return name;
    }

    /** Whether a command would be sent now. */
    public boolean isUp() {
        StatefulConnection<byte[], byte[]> current = connection;
        return current != null && current.isOpen() && breaker.getState() != CircuitBreaker.State.OPEN;
    }

    /** The breaker in front of this link, for metrics. */
    public CircuitBreaker breaker() {
        return breaker;
    }

    void connected(StatefulConnection<byte[], byte[]> opened, RedisClusterAsyncCommands<byte[], byte[]> async) {
        connection = opened;
        commands = async;
    }

    /**
     * Runs a script by its digest; sends its text when Redis does not know it (after a restart or a fail-over).
     *
     * <p>Cancelling does not undo the script: it may have run.
     *
     * @param type {@code MULTI} for a list of {@code Long} and {@code byte[]}
     */
    public <T> Mono<T> eval(Script script, ScriptOutputType type, byte[][] keys, byte[]... args) {
        return send(async -> async.<T>evalsha(script.sha1(), type, keys, args))
                .onErrorResume(
                        RedisNoScriptException.class,
                        e -> send(async -> async.<T>eval(script.text(), type, keys, args)));
    }

    /** Sends one command. The Mono is empty when Redis answers nil. */
    public <T> Mono<T> send(Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> command) {
        return Mono.defer(() -> {
            RedisClusterAsyncCommands<byte[], byte[]> async = commands;
            if (async == null) {
                return Mono.error(NOT_CONNECTED);
            }
            if (!breaker.tryAcquirePermission()) {
                return Mono.error(CallNotPermittedException.createCallNotPermittedException(breaker));
            }
            long started = breaker.getCurrentTimestamp();
            return Mono.fromCompletionStage(command.apply(async))
                    .doOnSuccess(answer -> breaker.onSuccess(elapsed(started), TimeUnit.NANOSECONDS))
                    .doOnError(e -> {
                        if (isAnswer(e)) {
                            breaker.onSuccess(elapsed(started), TimeUnit.NANOSECONDS);
                        } else {
                            breaker.onError(elapsed(started), TimeUnit.NANOSECONDS, e);
                        }
                    })
                    .doOnCancel(breaker::releasePermission);
        });
    }

    private long elapsed(long started) {
        return breaker.getCurrentTimestamp() - started;
    }

    /** An error that Redis itself answered shows that it is there. */
    private static boolean isAnswer(Throwable e) {
        return e instanceof RedisCommandExecutionException;
    }
}
