package dev.mnemo.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.StaticCredentialsProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, and how to log in there. Immutable. What is given beside the url wins over what stands in it, and need not
 * be escaped as in a url. An empty text is as good as none.
 *
 * @param url {@code redis://}, {@code rediss://}, {@code redis-sentinel://}, {@code rediss-sentinel://}, or a comma-separated
 *     list of cluster nodes
 * @param username of an ACL user; null: the url's, or Redis' default user
 * @param password null: the url's, or none
 * @param sentinelPassword of the Sentinels themselves; null: none
 * @param ca file of PEM certificates that a TLS server's must descend from; null: those that the JVM trusts
 */
public record RedisAddress(
        String url,
        @Nullable String username,
        @Nullable String password,
        @Nullable String sentinelPassword,
        @Nullable Path ca) {

    private static final Pattern SENTINELS = Pattern.compile("\\s*rediss?-sentinel:");

    private static final String EXPECTED =
            " (expected: redis://host:port, rediss://, redis-sentinel://, rediss-sentinel://,"
                    + " or a comma-separated list of cluster nodes)";

    public RedisAddress {
        username = given(username);
        password = given(password);
        sentinelPassword = given(sentinelPassword);
    }

    /** An address whose url says everything. */
    public static RedisAddress of(String url) {
        return new RedisAddress(url, null, null, null, null);
    }

    /**
     * One uri, or one for each node of a cluster.
     *
     * @param timeout of a command
     * @throws IllegalArgumentException when the url is no such url, or a user stands without a password; the message repeats
     *     neither, as the url may hold a password
     */
    List<RedisURI> uris(Duration timeout) {
        List<RedisURI> uris = nodes().map(RedisAddress::parsed).toList();
        for (RedisURI uri : uris) {
            uri.setTimeout(timeout);
            if (password != null) {
                uri.setCredentialsProvider(credentials(username, password));
            } else if (username != null) {
                throw new IllegalArgumentException(
                        "mnemo.redis.username: without a password (expected: mnemo.redis.password beside it)");
            }
            for (RedisURI sentinel : uri.getSentinels()) {
                sentinel.setTimeout(timeout);
                sentinel.setSsl(uri.isSsl());
                sentinel.setVerifyPeer(uri.getVerifyMode());
                if (sentinelPassword != null) {
                    sentinel.setCredentialsProvider(credentials(null, sentinelPassword));
                }
            }
        }
        return uris;
    }

    /**
     * Read anew for each connection, so that a renewed file needs no restart.
     *
     * @throws IllegalArgumentException when there is no such file
     */
    SslOptions ssl() {
        SslOptions.Builder options = SslOptions.builder();
        if (ca == null || ca.toString().isEmpty()) {
            return options.build();
        }
        if (!Files.isReadable(ca)) {
            throw new IllegalArgumentException(
                    "mnemo.redis.ca: " + ca + " cannot be read (expected: a file of PEM certificates)");
        }
        return options.trustManager(ca.toFile()).build();
    }

    /** A Sentinel group is one url, whose sentinels stand between commas too. */
    private Stream<String> nodes() {
        return SENTINELS.matcher(url).lookingAt() ? Stream.of(url) : Arrays.stream(url.split(","));
    }

    private static RedisURI parsed(String url) {
        try {
            return RedisURI.create(url.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("mnemo.redis.url (REDIS_URL): not a Redis URL" + EXPECTED);
        }
    }

    private static StaticCredentialsProvider credentials(@Nullable String username, String password) {
        return new StaticCredentialsProvider(username, password.toCharArray());
    }

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    /** For people: each host and port that is asked first, and nothing that is secret. */
    static String where(List<RedisURI> uris) {
        return uris.stream()
                .flatMap(uri -> uri.getSentinels().isEmpty() ? Stream.of(uri) : uri.getSentinels().stream())
                .map(uri -> uri.getHost() + ":" + uri.getPort())
                .collect(Collectors.joining(", "));
    }

    /** Without its passwords; the url may hold one. */
    @Override
    public String toString() {
        return "RedisAddress";
    }
}
