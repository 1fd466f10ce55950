package dev.mnemo.bench;

import dev.mnemo.budget.Claim;
import dev.mnemo.budget.Claim.Line;
import dev.mnemo.budget.Consumption;
import dev.mnemo.budget.Ledger;
import dev.mnemo.budget.Ledger.Unheld;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.RedisLedger;
import dev.mnemo.budget.UsageRow;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;
import redis.embedded.RedisServer;

/**
 * Reserves and settles for one hot tenant with four limits, many at once, by the ledger of the gateway and one connection.
 * What Redis' one thread can do follows from the CPU that it takes for a pair, its reading and writing of the socket
 * included: the client shares the machine and is the slower of the two.
 */
final class LedgerTable {

    private static final int AT_ONCE = 256;
    private static final int USERS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Limit MONTH = limit("tenant-month", Scope.TENANT, Unit.TOKENS, Window.MONTH);
    private static final List<Limit> LIMITS = List.of(
            MONTH,
            limit("tenant-day", Scope.TENANT, Unit.USD, Window.DAY),
            limit("user-day", Scope.USER, Unit.TOKENS, Window.DAY),
            limit("key-minute", Scope.KEY, Unit.REQUESTS, Window.MINUTE));
    private static final BudgetPolicy POLICY = new BudgetPolicy(1_000, false, 100, 100, null, LIMITS);
    private static final Consumption USED = new Consumption(1, 400, 0, 0, 50, 0, 100, 1_500_000, 250_000, 0);

    /** What one round has seen; CPU and script in microseconds. */
    private record Round(double pairsPerSecond, double cpu, double script) {}

    private final RedisCommands<String, String> redis;
    private final Ledger ledger;
    private final AtomicLong ids = new AtomicLong();

    private LedgerTable(RedisCommands<String, String> redis, Ledger ledger) {
        this.redis = redis;
        this.ledger = ledger;
    }

    /** Of the empty Redis that {@code BENCH_REDIS} names, or of an embedded one. */
    static Table measure() throws Exception {
        String url = System.getenv("BENCH_REDIS");
        if (url != null) {
            return measure(url);
        }
        RedisServer server = RedisServer.builder()
                .port(Setup.free())
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        try {
            return measure("redis://127.0.0.1:" + server.ports().getFirst());
        } finally {
            server.stop();
        }
    }

    private static Table measure(String url) throws Exception {
        LoopResources loops = LoopResources.create("ledger", 1, true);
        RedisLinks links = new RedisLinks(RedisAddress.of(url), Duration.ofSeconds(10), loops.onServer(true));
        try (RedisClient client = RedisClient.create(url)) {
            while (!links.budget().isUp()) {
                Thread.sleep(10);
            }
            return new LedgerTable(client.connect().sync(), new RedisLedger(links.budget(), Duration.ofSeconds(60)))
                    .rounds();
        } finally {
            links.closed().block(PATIENCE);
            loops.disposeLater().block(PATIENCE);
        }
    }

    private Table rounds() {
        round();
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < 2 * Bench.ROUNDS; i++) {
            rounds.add(round());
        }
        check();
        double best = rounds.stream().mapToDouble(Round::cpu).min().orElseThrow();
        double cpu = Table.median(rounds, Round::cpu);
        return new Table(
                        "reserve and settle, four limits, Redis " + info("redis_version"), "median", "best of 6 rounds")
                .row(
                        "pairs/s from end to end, " + AT_ONCE + " at once",
                        Table.median(rounds, Round::pairsPerSecond),
                        rounds.stream().mapToDouble(Round::pairsPerSecond).max().orElseThrow())
                .row("CPU of Redis, µs per pair", cpu, best)
                .row(
                        "of it the two scripts (commandstats)",
                        Table.median(rounds, Round::script),
                        rounds.stream().mapToDouble(Round::script).min().orElseThrow())
                .row("pairs/s that one Redis core has time for", 1e6 / cpu, 1e6 / best);
    }

    private Round round() {
        redis.configResetstat();
        double cpu = cpu();
        long began = System.nanoTime();
        long end = began + (long) (Bench.SECONDS * 1e9);
        long pairs = Objects.requireNonNull(Flux.<Claim>generate(sink -> {
                    if (System.nanoTime() < end) {
                        sink.next(claim());
                    } else {
                        sink.complete();
                    }
                })
                .flatMap(this::pair, AT_ONCE)
                .count()
                .block(PATIENCE.plusSeconds((long) Bench.SECONDS)));
        double seconds = (System.nanoTime() - began) / 1e9;
        Matcher usec = Pattern.compile("cmdstat_evalsha:calls=\\d+,usec=(\\d+)").matcher(redis.info("commandstats"));
        return new Round(
                pairs / seconds, (cpu() - cpu) / pairs, usec.find() ? Double.parseDouble(usec.group(1)) / pairs : 0);
    }

    private Mono<Boolean> pair(Claim claim) {
        return ledger.reserve(claim)
                .flatMap(verdict -> ledger.settle(((Admitted) verdict).claim(), USED, Unheld.CHARGE))
                .filter(settled -> settled)
                .switchIfEmpty(Mono.error(new IllegalStateException("not settled")));
    }

    private Claim claim() {
        long id = ids.incrementAndGet();
        String user = "u" + id % USERS;
        List<Line> lines = List.of(
                new Line(LIMITS.get(0), "", 500, 1),
                new Line(LIMITS.get(1), "", 1_250_000, 2_500),
                new Line(LIMITS.get(2), ":user:" + user, 500, 1),
                new Line(LIMITS.get(3), ":key:web", 1, 0));
        return new Claim(
                "00000000-0000-4000-8000-%012d".formatted(id),
                "hot",
                POLICY,
                Instant.now(),
                lines,
                300,
                new UsageRow.Name("web", "gpt-4o", user));
    }

    /** All that was used is counted, else the figures would be of something else. */
    private void check() {
        long expected = ids.get() * 450 + 800;
        long used = Objects.requireNonNull(ledger.reserve(claim()).block(PATIENCE)).levels().stream()
                .filter(level -> level.limit().equals(MONTH))
                .mapToLong(Ledger.Level::used)
                .sum();
        if (used != expected) {
            throw new IllegalStateException("used " + used + " (expected: " + expected + ")");
        }
    }

    /** CPU time of the server so far, in microseconds. */
    private double cpu() {
        return (Double.parseDouble(info("used_cpu_user")) + Double.parseDouble(info("used_cpu_sys"))) * 1e6;
    }

    private String info(String field) {
        Matcher line = Pattern.compile("(?m)^" + field + ":([^\r\n]+)").matcher(redis.info());
        if (!line.find()) {
            throw new IllegalStateException("redis: no " + field);
        }
        return line.group(1);
    }

    private static Limit limit(String name, Scope per, Unit unit, Window every) {
        return new Limit(name, per, unit, 9_000_000_000_000_000L, every, ZoneOffset.UTC, List.of(), 80, false);
    }
}
