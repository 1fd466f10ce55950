package dev.mnemo.budget;

import static dev.mnemo.redis.Wire.number;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads what the ledger knows: how a tenant's limits stand, and what was used on each day. It changes nothing. Thread-safe;
 * an error means that Redis did not answer.
 */
public final class UsageBook {

    /** Thirteen months, so that a month can be held against the same one of last year. */
    private static final int DAYS = 400;

    /** Holds or rows that are read with one command, so that it does not keep Redis from others for long. */
    private static final int AT_ONCE = 500;

    private static final Script LEVELS = Script.of(UsageBook.class, "levels.lua");
    private static final Script HELD = Script.of(UsageBook.class, "held.lua");

    private final RedisLink link;
    private final InstantSource clock;
    private final Windows windows = new Windows();

    public UsageBook(RedisLink link, InstantSource clock) {
        this.link = link;
        this.clock = clock;
    }

    /**
     * How a limit stands for one subject.
     *
     * @param subject id of the key or the user, empty for the anonymous callers; null where the limit is the tenant's or Mnemo's own
     * @param used in this window, without what is held
     * @param held by calls in flight
     * @param resets when the window ends; null for a limit that has none
     */
    public record Standing(
            Limit limit,
            @Nullable String subject,
            long used,
            long held,
            @Nullable Instant resets) {

        /** What is left for others; negative when more was used than the limit. */
        public long left() {
            return limit.amount() - used - held;
        }
    }

    private record Counted(Line line, @Nullable String subject) {}

    /**
     * How the tenant's own limits stand, those of each key, and those of a user.
     *
     * @param user empty: all anonymous callers together; null: none
     */
    public Mono<List<Standing>> standing(Tenant tenant, @Nullable String user) {
        List<Counted> all = counted(tenant, user);
        if (all.isEmpty()) {
            return Mono.just(List.of());
        }
        Instant now = clock.instant();
        List<String> names = all.stream()
                .map(counted ->
                        counted.line().counter(windows.around(counted.line().limit(), now)))
                .toList();
        byte[][] keys =
                names.stream().map(name -> Keys.tenant(tenant.id(), name)).toArray(byte[][]::new);
        return link.<List<Long>>eval(
                        LEVELS,
                        ScriptOutputType.MULTI,
                        keys,
                        number(all.stream().filter(c -> c.line().isCalendar()).count()),
                        number(all.stream().filter(c -> c.line().isMinute()).count()))
                .flatMap(levels ->
                        held(tenant.id(), levels.getFirst(), names).map(held -> standings(all, levels, held, now)));
    }

    private List<Standing> standings(List<Counted> all, List<Long> levels, long[] held, Instant now) {
        List<Standing> standings = new ArrayList<>(all.size());
        for (int i = 0; i < all.size(); i++) {
            Line line = all.get(i).line();
            long used = levels.get(1 + i);
            long holding = line.isInFlight() ? used : Math.min(held[i], used);
            Instant end =
                    Instant.ofEpochSecond(windows.around(line.limit(), now).end());
            Instant resets = line.isCalendar()
                    ? end
                    : line.isMinute() ? now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(61) : null;
            standings.add(new Standing(line.limit(), all.get(i).subject(), used - holding, holding, resets));
        }
        return standings;
    }

    private static List<Counted> counted(Tenant tenant, @Nullable String user) {
        List<Counted> all = new ArrayList<>();
        for (Limit limit : tenant.budgets().limits()) {
            switch (limit.per()) {
                case TENANT, MAINTENANCE -> all.add(counted(limit, Claim.subject(limit, "", null), null));
                case KEY -> {
                    for (ApiKey key : tenant.keys()) {
                        all.add(counted(limit, Claim.subject(limit, key.id(), null), key.id()));
                    }
                }
                case USER -> {
                    if (user != null) {
                        all.add(counted(limit, Claim.subject(limit, "", user.isEmpty() ? null : user), user));
                    }
                }
            }
        }
        all.sort((a, b) -> Line.ORDER.compare(a.line(), b.line()));
        return all;
    }

    private static Counted counted(Limit limit, String subject, @Nullable String id) {
        return new Counted(new Line(limit, subject, 0, 0), id);
    }

    /** What calls in flight hold of each counter: all whose lease is not over, some hundred at a time. */
    private Mono<long[]> held(String tenant, long now, List<String> names) {
        byte[] leases = Keys.tenant(tenant, "leases");
        byte[][] args = names.stream().map(name -> name.getBytes(US_ASCII)).toArray(byte[][]::new);
        Range<Long> alive = Range.from(Boundary.excluding(now), Boundary.unbounded());
        return link.<List<byte[]>>send(redis -> redis.zrangebyscore(leases, alive))
                .flatMapMany(holds -> Flux.fromIterable(holds).buffer(AT_ONCE))
                .concatMap(holds ->
                        link.<List<Long>>eval(HELD, ScriptOutputType.MULTI, holds.toArray(byte[][]::new), args))
                .reduce(new long[names.size()], UsageBook::plus);
    }

    private static long[] plus(long[] sums, List<Long> more) {
        long[] both = sums.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] += more.get(i);
        }
        return both;
    }

    /** What was used on a day, in UTC. */
    public Flux<UsageRow> day(String tenant, LocalDate day) {
        byte[] key = key(tenant, day);
        return page(key, ScanCursor.INITIAL)
                .expand(page -> page.isFinished() ? Mono.empty() : page(key, page))
                .concatMapIterable(page -> page.getMap().entrySet())
                .map(row -> new UsageRow(
                        UsageRow.Name.ofField(new String(row.getKey(), US_ASCII)),
                        Consumption.ofBytes(row.getValue())));
    }

    private Mono<MapScanCursor<byte[], byte[]>> page(byte[] key, ScanCursor from) {
        return link.send(redis -> redis.hscan(key, from, ScanArgs.Builder.limit(AT_ONCE)));
    }

    /** The first day that may still be known. */
    public LocalDate first() {
        return today().minusDays(DAYS - 1);
    }

    /** In UTC. */
    public LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    /** What was used on a day: rows of {@link UsageRow.Name#field} and {@link Consumption#toBytes}. */
    static byte[] key(String tenant, LocalDate day) {
        return Keys.tenant(tenant, "usage:" + day);
    }

    /** When a day is forgotten, in epoch seconds. */
    static long forgotten(LocalDate day) {
        return day.plusDays(DAYS).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    }
}
