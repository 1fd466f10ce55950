package dev.mnemo.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lettuce.core.api.sync.RedisCommands;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;

/**
 * Measures gateways. Of Mnemo it looks in Redis, after each measurement, whether every call was charged as the upstream
 * counted it, and whether the last ones were recorded: else the figures would be of something else.
 */
final class Meter {

    /** So many of the last calls must have been recorded. */
    private static final int LAST = 20;

    /** Where a record has its id, whose upper bits are its time in milliseconds since 1970. */
    private static final int ID_AT = 10;

    private static final int BITS_BELOW_TIME = 21;

    /** Where a row of the book has its tokens. */
    private static final int INPUT_AT = 8;

    private static final int OUTPUT_AT = 32;

    private final RedisCommands<byte[], byte[]> redis;

    Meter(RedisCommands<byte[], byte[]> redis) {
        this.redis = redis;
    }

    /** A closed loop of the call. */
    Load.Result load(Gateway gateway, Request request, int connections, double seconds) throws Exception {
        return load(gateway, request, connections, seconds, 0);
    }

    /** The same with a pause before the next call of each connection, in milliseconds. */
    Load.Result load(Gateway gateway, Request request, int connections, double seconds, long pause) throws Exception {
        return checked(
                gateway, request, () -> Load.run(gateway, request, connections, seconds, pause), Load.Result::calls);
    }

    /**
     * Any other measurement.
     *
     * @param calls how many it made
     */
    <T> T checked(Gateway gateway, Request request, Callable<T> measurement, ToLongFunction<T> calls) throws Exception {
        if (!gateway.personalises()) {
            return measurement.call();
        }
        long before = used(request.tenant());
        long began = System.currentTimeMillis();
        T result = measurement.call();
        long made = calls.applyAsLong(result);
        long expected = before + made * (WireFormat.INPUT + WireFormat.OUTPUT);
        long used = used(request.tenant());
        if (used != expected) {
            throw new IllegalStateException(request.format() + ": used " + used + " (expected: " + expected + ")");
        }
        if (request.recorded()) {
            awaitRecords(request.tenant(), Math.min(made, LAST), began);
        }
        return result;
    }

    /** Waits until the user has so many records that are not older than {@code since}. */
    void awaitRecords(String tenant, long count, long since) throws InterruptedException {
        byte[] key = key(tenant + ":ada", "interactions");
        for (int i = 0; i < 1_200; i++) {
            byte[] oldest = redis.lindex(key, -count);
            if (oldest != null && recordedAt(oldest) >= since) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException(tenant + ": fewer than " + count + " calls were recorded");
    }

    private static long recordedAt(byte[] stored) {
        return ByteBuffer.wrap(stored).getLong(ID_AT) >>> BITS_BELOW_TIME;
    }

    /** How many interactions are kept of the user, the archived ones included. */
    long kept(String tenant) {
        byte[] archived = redis.hget(key(tenant + ":ada", "profile"), "archived".getBytes(US_ASCII));
        long recent = redis.llen(key(tenant + ":ada", "interactions"));
        return recent + (archived == null ? 0 : Long.parseLong(new String(archived, US_ASCII)));
    }

    /** Gives another user the same history. */
    void copyUser(String tenant, String user) {
        for (String name : List.of("profile", "interactions", "archive")) {
            redis.copy(key(tenant + ":ada", name), key(tenant + ":" + user, name));
        }
    }

    /** What the user's archive takes, in bytes. */
    long archivedBytes(String tenant) {
        return redis.lrange(key(tenant + ":ada", "archive"), 0, -1).stream()
                .mapToLong(segment -> segment.length)
                .sum();
    }

    /** Tokens that the tenant's books of today and yesterday have, once no call holds anything and no more come. */
    private long used(String tenant) throws InterruptedException {
        long before = -1;
        long used = written(tenant);
        for (int i = 0; i < 200 && (used != before || redis.zcard(key(tenant, "leases")) != 0); i++) {
            Thread.sleep(50);
            before = used;
            used = written(tenant);
        }
        return used;
    }

    private long written(String tenant) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        long sum = 0;
        for (LocalDate day : List.of(today, today.minusDays(1))) {
            for (byte[] row : redis.hvals(key(tenant, "usage:" + day))) {
                sum += ByteBuffer.wrap(row).getLong(INPUT_AT)
                        + ByteBuffer.wrap(row).getLong(OUTPUT_AT);
            }
        }
        return sum;
    }

    private static byte[] key(String owner, String name) {
        return ("mnemo:v1:{" + owner + "}:" + name).getBytes(US_ASCII);
    }
}
