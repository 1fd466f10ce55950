package dev.mnemo.experiment;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.call.Budget;
import dev.mnemo.call.Budget.Used;
import dev.mnemo.call.CallListener;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.Holdout;
import dev.mnemo.call.LlmCall;
import dev.mnemo.dialect.Answer;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.ScriptOutputType;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Counts what the calls of both arms cost and bring, for tenants that hold users out, and tells it. Counting is one command
 * after the call; nothing of it is on the call's path. Thread-safe; an error means that Redis did not answer.
 */
public final class Experiment implements CallListener {

    /** For how long a day is known. */
    private static final int DAYS = 100;

    private static final String SHARE = "share:";

    private static final Script ADD = Script.of(Experiment.class, "add.lua");

    private final RedisLink link;
    private final Budget budget;
    private final InstantSource clock;

    /**
     * @param budget tells what a call has used
     */
    public Experiment(RedisLink link, Budget budget, InstantSource clock) {
        this.link = link;
        this.budget = budget;
        this.clock = clock;
    }

    /**
     * What some days have shown.
     *
     * @param users about how many, by arm: within 2 %
     * @param shares of the users who were held out on these days, in 1/10000: more than one when it was changed meanwhile
     */
    public record Findings(Map<Arm, Totals> totals, Map<Arm, Long> users, List<Integer> shares) {

        public Findings {
            shares = List.copyOf(shares);
        }

        /** One for each metric, in their order. */
        public List<Comparison> comparisons() {
            List<Comparison> all = new ArrayList<>();
            for (Metric metric : Metric.values()) {
                all.add(Comparison.of(metric, of(Arm.TREATED), of(Arm.HELD_OUT)));
            }
            return all;
        }

        public Totals of(Arm arm) {
            return totals.getOrDefault(arm, new Totals());
        }
    }

    @Override
    public void ended(LlmCall call, Ending ending) {
        Holdout place = Holdout.of(call);
        if (place == null || call.request().counts()) {
            return;
        }
        long took = call.times().elapsed();
        call.atEnd(end -> add(call.tenant(), String.valueOf(call.caller().user()), place, sums(call, end, took)));
    }

    @Override
    public void settled(LlmCall call, long nanos) {}

    private long[] sums(LlmCall call, Ending ending, long took) {
        long[] sums = new long[Sum.COUNT];
        long first = call.times().firstByteAt();
        sums[Sum.CALLS.ordinal()] = 1;
        if (call.refusal() != null || ending.upstreamRefused() || ending.outcome() == Outcome.UPSTREAM_FAILED) {
            sums[Sum.REFUSED.ordinal()] = 1;
        }
        if (first < 0 || ending.upstreamRefused()) {
            return sums;
        }
        Used used = budget.used(call, ending);
        Answer answer = ending.answer();
        sums[Sum.ANSWERED.ordinal()] = 1;
        sums[Sum.CONVERSATIONS.ordinal()] = call.request().starts() ? 1 : 0;
        sums[Sum.TURNS.ordinal()] = answer != null && answer.step() ? 0 : 1;
        sums[Sum.INPUT.ordinal()] = used.input();
        sums[Sum.OUTPUT.ordinal()] = used.output();
        sums[Sum.INJECTED.ordinal()] = used.injected();
        sums[Sum.COST.ordinal()] = used.cost();
        sums[Sum.FIRST_BYTE.ordinal()] = TimeUnit.NANOSECONDS.toMicros(first);
        sums[Sum.DURATION.ordinal()] = TimeUnit.NANOSECONDS.toMicros(took);
        return sums;
    }

    /**
     * Counts what a user says of an answer, where the tenant holds users out.
     *
     * @param rating from −1 to 1
     * @param replaced what the user has said of it before, if anything: it has been counted, and only the difference is added
     */
    public Mono<Void> feedback(Tenant tenant, String user, double rating, OptionalDouble replaced) {
        if (tenant.memory().holdout() == 0 || tenant.memory().contextTokens() == 0) {
            return Mono.empty();
        }
        long more = thousandths(rating) - thousandths(replaced.orElse(0));
        if (replaced.isPresent() && more == 0) {
            return Mono.empty();
        }
        long[] sums = new long[Sum.COUNT];
        sums[Sum.RATINGS.ordinal()] = replaced.isPresent() ? 0 : 1;
        sums[Sum.RATING.ordinal()] = more;
        return add(tenant, user, Holdout.of(tenant.id(), user), sums);
    }

    private static long thousandths(double rating) {
        return Math.round(rating * 1_000);
    }

    private Mono<Void> add(Tenant tenant, String user, Holdout place, long[] sums) {
        int share = tenant.memory().holdout();
        Arm arm = place.heldOut(share) ? Arm.HELD_OUT : Arm.TREATED;
        LocalDate today = today();
        long forgotten = today.plusDays(DAYS).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
        return link.<Long>eval(
                        ADD,
                        ScriptOutputType.INTEGER,
                        new byte[][] {day(tenant.id(), today), users(tenant.id(), today, arm)},
                        (arm.member() + ':' + place.bucket()).getBytes(US_ASCII),
                        Sum.toBytes(sums),
                        user.getBytes(UTF_8),
                        (SHARE + share).getBytes(US_ASCII),
                        Long.toString(forgotten).getBytes(US_ASCII))
                .then();
    }

    /** What is known of these days. */
    public Mono<Findings> findings(String tenant, List<LocalDate> days) {
        Map<Arm, Totals> totals = new EnumMap<>(Map.of(Arm.TREATED, new Totals(), Arm.HELD_OUT, new Totals()));
        TreeSet<Integer> shares = new TreeSet<>();
        return Flux.fromIterable(days)
                .concatMap(day -> link.<Map<byte[], byte[]>>send(redis -> redis.hgetall(day(tenant, day))))
                .doOnNext(fields ->
                        fields.forEach((field, value) -> read(new String(field, US_ASCII), value, totals, shares)))
                .then(Mono.zip(users(tenant, days, Arm.TREATED), users(tenant, days, Arm.HELD_OUT)))
                .map(users -> new Findings(
                        totals, Map.of(Arm.TREATED, users.getT1(), Arm.HELD_OUT, users.getT2()), List.copyOf(shares)));
    }

    private static void read(String field, byte[] value, Map<Arm, Totals> totals, TreeSet<Integer> shares) {
        if (field.startsWith(SHARE)) {
            shares.add(Integer.valueOf(field.substring(SHARE.length())));
            return;
        }
        totals.forEach((arm, sums) -> {
            if (field.startsWith(arm.member() + ':')) {
                sums.add(Integer.parseInt(field.substring(arm.member().length() + 1)), value);
            }
        });
    }

    private Mono<Long> users(String tenant, List<LocalDate> days, Arm arm) {
        byte[][] keys = days.stream().map(day -> users(tenant, day, arm)).toArray(byte[][]::new);
        return keys.length == 0 ? Mono.just(0L) : link.send(redis -> redis.pfcount(keys));
    }

    /** Forgets all that was counted. Who is held out stays so. */
    public Mono<Void> clear(String tenant) {
        byte[][] keys = first().datesUntil(today().plusDays(2))
                .flatMap(day ->
                        List.of(day(tenant, day), users(tenant, day, Arm.TREATED), users(tenant, day, Arm.HELD_OUT))
                                .stream())
                .toArray(byte[][]::new);
        return link.send(redis -> redis.unlink(keys)).then();
    }

    /** The first day that may still be known. */
    public LocalDate first() {
        return today().minusDays(DAYS - 1);
    }

    /** In UTC. */
    public LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private static byte[] day(String tenant, LocalDate day) {
        return Keys.tenant(tenant, "experiment:" + day);
    }

    private static byte[] users(String tenant, LocalDate day, Arm arm) {
        return Keys.tenant(tenant, "experiment:" + day + ':' + arm.member());
    }
}
