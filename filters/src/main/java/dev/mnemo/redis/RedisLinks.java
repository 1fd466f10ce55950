package dev.mnemo.redis;

import dev.mnemo.redis.RedisLink.Lane;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EpollProvider;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * The links to one Redis: a single server, a Sentinel group or a Cluster. Each event loop that serves HTTP has connections
 * of its own, so that a call asks Redis and hears its answer without changing threads. Connecting is in the background, for
 * ever, so that a gateway starts and answers while Redis is away.
 *
 * <p>Why each option is what it is: {@code docs/decisions/0006-redis.md}.
 */
public final class RedisLinks {

    private static final Logger log = LoggerFactory.getLogger(RedisLinks.class);

    /** Commands that may wait for one connection. Beyond it they fail, so that memory stays bounded. */
    private static final int QUEUE = 10_000;

    private static final Duration RECONNECT_AT_MOST = Duration.ofSeconds(1);

    /** Opens after ten silent commands, so that a call waits for Redis no more; asks again each second. */
    private static final CircuitBreakerConfig BREAKER = CircuitBreakerConfig.custom()
            .slidingWindowType(SlidingWindowType.COUNT_BASED)
            .slidingWindowSize(20)
            .minimumNumberOfCalls(10)
            .failureRateThreshold(50)
            .waitDurationInOpenState(Duration.ofSeconds(1))
            .permittedNumberOfCallsInHalfOpenState(3)
            .maxWaitDurationInHalfOpenState(Duration.ofSeconds(2))
            .writableStackTraceEnabled(false)
            .build();

    private final String where;
    private final SslOptions ssl;
    private final ClientResources shared;
    private final List<AbstractRedisClient> clients = new ArrayList<>();
    /** Reasons, should they differ each time. */
    private static final int MOST_TOLD = 64;

    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final Disposable.Composite connecting = Disposables.composite();
    private final RedisLink budget;
    private final RedisLink recall;
    private final RedisLink record;
    private final RedisLink search;

    /**
     * Begins to connect.
     *
     * @param timeout of a command
     * @param loops of the HTTP server; they are not stopped
     * @throws IllegalArgumentException when the address is none
     */
    public RedisLinks(RedisAddress address, Duration timeout, EventLoopGroup loops) {
        List<RedisURI> uris = address.uris(timeout);
        where = RedisAddress.where(uris);
        ssl = address.ssl();
        int count =
                Math.toIntExact(StreamSupport.stream(loops.spliterator(), false).count());
        budget = link("budget", count);
        recall = link("recall", count);
        record = link("record", count);
        search = link("search", count);
        shared = DefaultClientResources.builder()
                .reconnectDelay(Delay.exponential(Duration.ofMillis(50), RECONNECT_AT_MOST, 2, TimeUnit.MILLISECONDS))
                .eventLoopGroupProvider(new OneEventLoop(loops))
                .build();
        List<Channels> all = new ArrayList<>();
        for (EventExecutor loop : loops) {
            Channels channels = new Channels();
            all.add(channels);
            connect(
                    (EventLoop) loop,
                    shared.mutate()
                            .eventLoopGroupProvider(new OneEventLoop((EventLoop) loop))
                            .nettyCustomizer(channels)
                            .build(),
                    uris,
                    channels);
        }
        if (uris.size() == 1 && !uris.getFirst().getSentinels().isEmpty()) {
            follow(uris.getFirst(), all);
        }
    }

    private void connect(EventLoop loop, ClientResources resources, List<RedisURI> uris, Channels channels) {
        if (uris.size() == 1) {
            RedisClient single = RedisClient.create(resources);
            single.setOptions(with(ClientOptions.builder()).build());
            clients.add(single);
            keepTrying(link -> single.connectAsync(ByteArrayCodec.INSTANCE, uris.getFirst())
                    .thenAccept(opened -> link.connected(new Lane(loop, opened.async(), channels))));
        } else {
            RedisClusterClient cluster = RedisClusterClient.create(resources, uris);
            cluster.setOptions((ClusterClientOptions) with(ClusterClientOptions.builder()
                            .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                                    .enablePeriodicRefresh(Duration.ofSeconds(30))
                                    .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                                    .build()))
                    .build());
            clients.add(cluster);
            keepTrying(link -> cluster.refreshPartitionsAsync()
                    .thenCompose(known -> cluster.connectAsync(ByteArrayCodec.INSTANCE))
                    .thenAccept(opened -> link.connected(new Lane(loop, opened.async(), channels))));
        }
    }

    /**
     * Hears from each Sentinel that there is a new primary. Without it, calls would be counted on the old one for as long as
     * it lives and is not told: ten seconds at a planned fail-over, and what they write is forgotten.
     */
    private void follow(RedisURI group, List<Channels> all) {
        RedisClient sentinels = RedisClient.create(shared);
        sentinels.setOptions(with(ClientOptions.builder()).build());
        clients.add(sentinels);
        RedisPubSubAdapter<String, String> moved = new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                // Its name, the old host and port, the new host and port.
                String[] words = message.split(" ", -1);
                if (words.length == 5 && words[0].equals(group.getSentinelMasterId())) {
                    log.warn("redis: the primary is {}:{} now", words[3], words[4]);
                    all.forEach(channels -> channels.moveTo(words[3], Integer.parseInt(words[4])));
                }
            }
        };
        for (RedisURI sentinel : group.getSentinels()) {
            keepTrying(
                    "sentinel",
                    () -> sentinels
                            .connectPubSubAsync(StringCodec.UTF8, sentinel)
                            .thenCompose(opened -> {
                                opened.addListener(moved);
                                return opened.async().subscribe("+switch-master");
                            }));
        }
    }

    private void keepTrying(Function<RedisLink, CompletionStage<Void>> connect) {
        for (RedisLink link : all()) {
            keepTrying(link.name(), () -> connect.apply(link));
        }
    }

    private void keepTrying(String name, Supplier<CompletionStage<Void>> connect) {
        connecting.add(Mono.fromCompletionStage(connect)
                .doOnError(e -> failed(name, e))
                .retryWhen(Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(100)).maxBackoff(RECONNECT_AT_MOST))
                .subscribe());
    }

    /** Each reason is told once for each link: the others of its connections fail alike, and each second. */
    private void failed(String name, Throwable e) {
        String what = cause(e);
        if (told.size() < MOST_TOLD && told.add(name + ": " + what)) {
            log.warn("redis {} at {}: no connection yet, and it is tried again: {}", name, where, what);
        } else {
            log.debug("redis {}: {}", name, what);
        }
    }

    /** What is innermost says it best, were it but by its name. */
    static String cause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    /** For the ledger: small answers that a call waits for. */
    public RedisLink budget() {
        return budget;
    }

    /** For reading memory: larger answers that a call waits for. */
    public RedisLink recall() {
        return recall;
    }

    /** For writing memory: large commands that nobody waits for. */
    public RedisLink record() {
        return record;
    }

    /** What is large: a whole archive, which must not delay, nor open the breaker of, what every call waits for. */
    public RedisLink search() {
        return search;
    }

    public List<RedisLink> all() {
        return List.of(budget, recall, record, search);
    }

    /** Closes every connection; completes when that is done, or after two seconds. */
    public Mono<Void> closed() {
        return Mono.defer(() -> {
            connecting.dispose();
            return Mono.whenDelayError(clients.stream()
                            .map(client -> Mono.fromFuture(client.shutdownAsync(0, 2, TimeUnit.SECONDS)))
                            .toList())
                    .onErrorComplete()
                    .then(Mono.create(
                            sink -> shared.shutdown(0, 2, TimeUnit.SECONDS).addListener(ended -> sink.success())));
        });
    }

    private ClientOptions.Builder with(ClientOptions.Builder options) {
        return options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(QUEUE)
                .timeoutOptions(TimeoutOptions.enabled())
                .sslOptions(ssl)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(1))
                        .keepAlive(KeepAliveOptions.builder()
                                .enable()
                                .idle(Duration.ofSeconds(15))
                                .interval(Duration.ofSeconds(5))
                                .count(3)
                                .build())
                        // Without native code of Netty's for the platform Lettuce would refuse to connect with it.
                        .tcpUserTimeout(TcpUserTimeoutOptions.builder()
                                .enable(EpollProvider.isAvailable())
                                .tcpUserTimeout(Duration.ofSeconds(10))
                                .build())
                        .build());
    }

    private static RedisLink link(String name, int loops) {
        CircuitBreaker breaker = CircuitBreaker.of("redis-" + name, BREAKER);
        breaker.getEventPublisher()
                .onStateTransition(event -> log.warn(
                        "redis {}: {}", name, event.getStateTransition().getToState()));
        return new RedisLink(name, breaker, loops);
    }
}
