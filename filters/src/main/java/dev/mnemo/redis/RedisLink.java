package dev.mnemo.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The connections to Redis for one purpose, so that a large answer of one purpose never delays a small answer of another:
 * one connection for each event loop.
 *
 * <p>A command fails at once while there is no connection, after the link's timeout when Redis is silent, and without
 * being sent while the breaker is open. What may have run is never sent twice: what was in flight when a connection broke
 * is reported as failed, and whoever sent it must be able to send it again (every script that changes something is
 * idempotent). What a cluster did not run, because it is just moving the keys, is sent again a few times.
 * Thread-safe. Answers arrive on the event loop that asked; for another thread, on any.
 */
public final class RedisLink {

    private static final RedisException NOT_CONNECTED = new RedisException("redis: not connected");

    /** What a node says while only some of a command's keys have moved to another one. It has not run the command. */
    private static final String TRY_AGAIN = "TRYAGAIN";

    /** In milliseconds. In sum less than a command's timeout, and long enough for a slot of some thousand keys. */
    private static final int[] PAUSES = {5, 15, 30, 60, 90};

    /** One command, sent on what it is given. */
    @FunctionalInterface
    public interface Command<T> {
        RedisFuture<T> on(RedisClusterAsyncCommands<byte[], byte[]> redis);
    }

    /** One connection, and the event loop that it lives on. */
    record Lane(EventLoop loop, RedisClusterAsyncCommands<byte[], byte[]> commands, Channels channels) {}

    private final String name;
    private final CircuitBreaker breaker;
    private final int loops;
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();

    /**
     * @param loops how many event loops there are
     */
    RedisLink(String name, CircuitBreaker breaker, int loops) {
        this.name = name;
        this.breaker = breaker;
        this.loops = loops;
    }

    /** What this link is for: {@code budget}, {@code recall} or {@code record}. */
    public String name() {
        return name;
    }

    /** Whether a command would be sent now, on whichever event loop. */
    public boolean isUp() {
        return lanes.size() == loops
                && lanes.stream().allMatch(lane -> lane.channels().isConnected())
                && breaker.getState() != CircuitBreaker.State.OPEN;
    }

    /** The breaker in front of this link, for metrics. */
    public CircuitBreaker breaker() {
        return breaker;
    }

    /** Whether a command that failed so has changed nothing: it was never given to Redis, or Redis has said no. */
    public static boolean neverDone(Throwable e) {
        return e == NOT_CONNECTED
                || e instanceof CallNotPermittedException
                || e instanceof RedisCommandExecutionException;
    }

    /** Whether a command failed so because Redis was not there, or did not answer; else it is what was asked that is wrong. */
    public static boolean isAway(Throwable e) {
        return e instanceof RedisException || e instanceof CallNotPermittedException || e instanceof TimeoutException;
    }

    void connected(Lane lane) {
        lanes.add(lane);
    }

    /** The connection of the event loop that asks; for another thread, any. Null while there is none. */
    private @Nullable Lane lane() {
        for (Lane lane : lanes) {
            if (lane.loop().inEventLoop()) {
                return lane;
            }
        }
        int open = lanes.size();
        return open == 0 ? null : lanes.get(ThreadLocalRandom.current().nextInt(open));
    }

    /**
     * Runs a script by its digest; sends its text when Redis does not know it (after a restart or a fail-over).
     *
     * <p>Cancelling does not undo the script: it may have run.
     *
     * @param type {@code MULTI} for a list of {@code Long} and {@code byte[]}
     */
    public <T> Mono<T> eval(Script script, ScriptOutputType type, byte[][] keys, byte[]... args) {
        Command<T> known = redis -> redis.evalsha(script.sha1(), type, keys, args);
        Command<T> whole = redis -> redis.eval(script.text(), type, keys, args);
        return Mono.create(sink -> send(known, sink, e -> {
            if (e instanceof RedisNoScriptException) {
                send(whole, sink, sink::error);
            } else {
                sink.error(e);
            }
        }));
    }

    /** Sends one command. The Mono is empty when Redis answers nil. */
    public <T> Mono<T> send(Command<T> command) {
        return Mono.create(sink -> send(command, sink, sink::error));
    }

    private <T> void send(Command<T> command, MonoSink<T> sink, Consumer<Throwable> failed) {
        send(command, sink, failed, 0);
    }

    private <T> void send(Command<T> command, MonoSink<T> sink, Consumer<Throwable> failed, int before) {
        Lane lane = lane();
        if (lane == null) {
            failed.accept(NOT_CONNECTED);
            return;
        }
        if (!breaker.tryAcquirePermission()) {
            failed.accept(CallNotPermittedException.createCallNotPermittedException(breaker));
            return;
        }
        long started = breaker.getCurrentTimestamp();
        command.on(lane.commands()).whenComplete((answer, e) -> {
            long took = breaker.getCurrentTimestamp() - started;
            if (e == null) {
                breaker.onSuccess(took, TimeUnit.NANOSECONDS);
                sink.success(answer);
                return;
            }
            if (e instanceof RedisCommandExecutionException) {
                // An error that Redis itself answered shows that it is there.
                breaker.onSuccess(took, TimeUnit.NANOSECONDS);
            } else if (e instanceof RedisCommandTimeoutException) {
                breaker.onError(took, TimeUnit.NANOSECONDS, e);
            } else {
                // Without a connection a command fails at once and costs a call nothing. Counted, it would keep calls
                // from a Redis that is back, and from the nodes of a cluster that are well.
                breaker.releasePermission();
            }
            if (e instanceof RedisReadOnlyException) {
                lane.channels().leaveReplica(started + took);
            }
            if (before < PAUSES.length && isTryAgain(e)) {
                lane.loop()
                        .schedule(() -> send(command, sink, failed, before + 1), PAUSES[before], TimeUnit.MILLISECONDS)
                        .addListener(sent -> {
                            if (!sent.isSuccess()) {
                                failed.accept(e);
                            }
                        });
            } else {
                failed.accept(e);
            }
        });
    }

    private static boolean isTryAgain(Throwable e) {
        String message = e instanceof RedisCommandExecutionException ? e.getMessage() : null;
        return message != null && message.startsWith(TRY_AGAIN);
    }
}
