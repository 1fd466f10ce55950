package dev.mnemo.budget;

import dev.mnemo.Fixtures;
import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Unheld;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;
import reactor.util.retry.Retry;

/**
 * Writers that reserve and settle in a loop, each over links of its own as a replica of the gateway has them, and a log of
 * what the ledger acknowledged. What fails is sent again, by the same id, until it is acknowledged: so that in the end
 * nothing is unknown, and what the ledger has forgotten is what it had acknowledged before.
 */
final class LedgerWriters implements AutoCloseable {

    /** What a call holds, and what it turns out to have spent, in tokens. */
    static final long HELD = 100;

    static final long SPENT = 60;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** As in production. */
    private static final Duration TIMEOUT = Duration.ofMillis(250);

    /** A call that was admitted; when, as {@code System.nanoTime()}. */
    record Call(String tenant, int writer, long began, long settled) {}

    /** How the two limits of a tenant stand. */
    record Used(long tokens, long calls) {}

    private final List<LoopResources> loops = new ArrayList<>();
    private final List<RedisLinks> links = new ArrayList<>();
    private final List<Ledger> ledgers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Call> log = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> tries = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> errors = new ConcurrentSkipListMap<>();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean over;

    /**
     * Connected.
     *
     * @param url of Redis, as the gateway takes it
     * @param replicas how many
     */
    LedgerWriters(String url, int replicas) {
        for (int i = 0; i < replicas; i++) {
            LoopResources loop = LoopResources.create("writer-" + i, 1, true);
            loops.add(loop);
            RedisLinks connected = TestRedis.connected(
                    new RedisLinks(RedisAddress.of(url), TIMEOUT, loop.onServer(LoopResources.DEFAULT_NATIVE)));
            links.add(connected);
            ledgers.add(new RedisLedger(connected.budget(), Duration.ofSeconds(60)));
        }
    }

    /** Two limits over the whole tenant, one of tokens and one of calls. */
    static Tenant tenant(String id, long tokens) {
        return Fixtures.tenant(
                id,
                MemoryPolicy.DEFAULT,
                Fixtures.limit("tokens", Scope.TENANT, Unit.TOKENS, tokens, Window.MONTH),
                Fixtures.limit("calls", Scope.TENANT, Unit.REQUESTS, 1_000_000_000, Window.MONTH));
    }

    static Claim claim(Tenant tenant, long tokens) {
        return new Claims(tenant.id(), tenant.budgets().limits()).claim(Instant.now(), "ada", tokens, 0);
    }

    static Consumption spent(long tokens) {
        return tokens == 0 ? Consumption.NONE : Claims.spent(tokens);
    }

    /** As the ledger says it, without leaving a trace. */
    Used used(Tenant tenant) {
        Claim probe = claim(tenant, 0);
        Verdict verdict = reserve(ledgers.getFirst(), probe);
        settle(ledgers.getFirst(), probe, spent(0));
        return switch (verdict) {
            case Admitted admitted ->
                new Used(level(admitted.levels(), Unit.TOKENS), level(admitted.levels(), Unit.REQUESTS) - 1);
            case Refused no -> new Used(level(no.levels(), Unit.TOKENS), level(no.levels(), Unit.REQUESTS));
        };
    }

    private static long level(List<Level> levels, Unit unit) {
        return levels.stream()
                .filter(level -> level.limit().unit() == unit)
                .findFirst()
                .orElseThrow()
                .used();
    }

    Ledger ledger() {
        return ledgers.getFirst();
    }

    /** So many loops for each replica, until {@link #rest}. */
    void work(int each, Function<Integer, Tenant> whose) {
        over = false;
        for (int i = 0; i < ledgers.size(); i++) {
            int writer = i;
            for (int j = 0; j < each; j++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int n = 0; !over; n++) {
                        call(writer, whose.apply(n));
                    }
                }));
            }
        }
    }

    private void call(int writer, Tenant tenant) {
        long began = System.nanoTime();
        Claim claim = claim(tenant, HELD);
        if (reserve(ledgers.get(writer), claim) instanceof Admitted admitted) {
            settle(ledgers.get(writer), admitted.claim(), spent(SPENT));
            log.add(new Call(tenant.id(), writer, began, System.nanoTime()));
        } else {
            refused.incrementAndGet();
        }
    }

    /** Lets what is under way come to its end. */
    void rest() {
        over = true;
        for (Thread thread : threads) {
            try {
                if (!thread.join(PATIENCE)) {
                    throw new AssertionError("a writer hangs; errors so far: " + errors);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        threads.clear();
    }

    Verdict reserve(Ledger ledger, Claim claim) {
        return acknowledged(claim, ledger.reserve(claim));
    }

    boolean settle(Ledger ledger, Claim claim, Consumption spent) {
        return acknowledged(claim, ledger.settle(claim, spent, Unheld.CHARGE));
    }

    private <T> T acknowledged(Claim claim, Mono<T> operation) {
        AtomicLong tried = tries.computeIfAbsent(claim.tenant(), none -> new AtomicLong());
        return Objects.requireNonNull(Mono.defer(() -> {
                    tried.incrementAndGet();
                    return operation;
                })
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(10))
                        .doBeforeRetry(again -> errors.computeIfAbsent(kind(again.failure()), none -> new AtomicLong())
                                .incrementAndGet()))
                .block(PATIENCE));
    }

    /** The first word of what Redis said, else the kind of failure. */
    private static String kind(Throwable e) {
        String message = Objects.requireNonNullElse(e.getMessage(), "");
        if (e instanceof RedisCommandExecutionException) {
            String word = message.split(" ", 2)[0];
            return word.equals("ERR") ? message.split("script:", 2)[0].strip() : word;
        }
        return e.getClass().getSimpleName();
    }

    /** Calls that were admitted and settled, in no order. */
    List<Call> log() {
        return List.copyOf(log);
    }

    /** How often something was asked for a tenant, with or without success. */
    long tries(Tenant tenant) {
        AtomicLong tried = tries.get(tenant.id());
        return tried == null ? 0 : tried.get();
    }

    /** What a caller saw: how often, by kind. */
    Map<String, AtomicLong> errors() {
        return errors;
    }

    long refused() {
        return refused.get();
    }

    @Override
    public void close() {
        rest();
        links.forEach(link -> link.closed().block());
        loops.forEach(LoopResources::dispose);
    }
}
