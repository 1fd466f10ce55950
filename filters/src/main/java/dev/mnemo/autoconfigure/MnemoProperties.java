package dev.mnemo.autoconfigure;

import dev.mnemo.redis.RedisAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the process. What concerns a tenant stands in the tenant's file.
 *
 * @param tenants directory of tenant files
 * @param reload how often it is looked whether they have changed; 0: never
 * @param drain how long calls in flight may go on when the process is asked to stop
 * @param bodyLimit of a request that is read, also unpacked; larger ones are refused with 413
 */
@ConfigurationProperties("mnemo")
public record MnemoProperties(
        @DefaultValue("tenants") Path tenants,
        @DefaultValue("2s") Duration reload,
        @DefaultValue("20s") Duration drain,
        @DefaultValue("8MB") DataSize bodyLimit,
        @DefaultValue Redis redis,
        @DefaultValue Budget budget,
        @DefaultValue Upstreams upstream,
        @DefaultValue Limits limits,
        @DefaultValue After after) {

    /**
     * Where memory and budgets live; what each is, {@link RedisAddress} says.
     *
     * @param timeout of a command, and of looking through an archive: how long a silent Redis can hold a call up, until its
     *     breaker opens
     */
    public record Redis(
            @DefaultValue("redis://localhost:6379") String url,
            @Nullable String username,
            @Nullable String password,
            @Nullable String sentinelPassword,
            @Nullable Path ca,
            @DefaultValue("250ms") Duration timeout) {

        RedisAddress address() {
            return new RedisAddress(url, username, password, sentinelPassword, ca);
        }

        /** Without the passwords. */
        @Override
        public String toString() {
            return "Redis[timeout=" + timeout + "]";
        }
    }

    /**
     * The ledger.
     *
     * @param lease after which a call's hold ends when its replica has died; renewed three times as often
     */
    public record Budget(@DefaultValue("60s") Duration lease) {

        public Budget {
            if (lease.toSeconds() < 1) {
                throw new IllegalArgumentException("mnemo.budget.lease: " + lease + " (expected: at least 1s)");
            }
        }
    }

    /**
     * The pool of connections to upstreams.
     *
     * @param connections to one upstream host at the most
     * @param pending calls that may wait for one; more are refused with 503
     * @param idle after which an unused connection is closed; below what upstreams and balancers allow
     */
    public record Upstreams(
            @DefaultValue("2000") int connections,
            @DefaultValue("2000") int pending,
            @DefaultValue("20s") Duration idle) {}

    /**
     * What one replica takes on at once. What is beyond is refused, or its connection closed.
     *
     * @param inFlight calls, of all tenants; websockets count for as long as they are open
     * @param bodies bytes of request bodies held at once; a quarter of the heap where nothing is said; a body counts
     *     four times while it is worked on
     * @param connections of clients
     * @param head the time a request's head may take, from its first byte to its last
     * @param stall the time in which a client that is to send, or to take, something must have got on with it
     */
    public record Limits(
            @DefaultValue("1000") int inFlight,
            @Nullable DataSize bodies,
            @DefaultValue("10000") int connections,
            @DefaultValue("15s") Duration head,
            @DefaultValue("30s") Duration stall) {

        public Limits {
            atLeast(inFlight > 0, "in-flight", inFlight, "1");
            atLeast(connections > 0, "connections", connections, "1");
            atLeast(head.toMillis() >= 100, "head", head, "100ms");
            atLeast(stall.toMillis() >= 100, "stall", stall, "100ms");
        }

        private static void atLeast(boolean held, String name, Object value, String least) {
            if (!held) {
                throw new IllegalArgumentException(
                        "mnemo.limits." + name + ": " + value + " (expected: at least " + least + ")");
            }
        }

        /**
         * @param largest body that is read at all; one of those must always fit
         */
        long bodyBytes(DataSize largest) {
            long wanted = bodies == null ? Runtime.getRuntime().maxMemory() / 4 : bodies.toBytes();
            return Math.max(wanted, 4 * largest.toBytes());
        }
    }

    /**
     * Work that outlives its call: settling and recording.
     *
     * @param running at once, at the most; more is dropped and counted
     * @param unsettled calls that wait for Redis to come back to be settled; more are dropped and counted
     * @param drain how long it is waited for when the last call has ended
     */
    public record After(
            @DefaultValue("10000") int running,
            @DefaultValue("20000") int unsettled,
            @DefaultValue("10s") Duration drain) {}
}
