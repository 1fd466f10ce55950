package dev.mnemo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An interval of 95 % holds what is true in 95 % of the cases. All is seeded. */
class ComparisonTest {

    /** Of 400 runs of a method that is right in 95 %, so many lie within 2.3 standard errors. */
    private static final double FEWEST = 0.925;

    private static final double MOST = 0.975;

    /**
     * Users, share, how unlike they are, tokens more, tokens times. 2,000 with 5 % held out are 100 against 1,900. At 0.7 the
     * tenth that sends most sends six times what the tenth sends that sends least, or more, and calls as much more often.
     */
    @ParameterizedTest
    @CsvSource({
        "2000, 500, 0.5, 200, 1",
        "2000, 500, 0.7, 200, 1",
        "2000, 500, 0.7, 0, 1.5",
        "2000, 5000, 0.7, 0, 0.7",
        "4000, 2000, 1.0, 200, 1",
    })
    void aKnownEffectIsInsideItsInterval(int users, int share, double unlike, double more, double times) {
        Simulation simulation = new Simulation(users, share, unlike, more, times);

        List<Interval> intervals = simulation
                .runs(400)
                .map(Comparison::interval)
                .filter(Objects::nonNull)
                .toList();

        assertThat(intervals).hasSizeGreaterThan(360);
        assertThat(part(
                        intervals.stream()
                                .filter(i -> i.holds(simulation.effect()))
                                .count(),
                        intervals.size()))
                .isBetween(FEWEST, MOST);
    }

    /** Of 1,000 runs at most 5 %, and two standard errors of that: 1.38 %. */
    @ParameterizedTest
    @CsvSource({"2000, 500, 0.5", "2000, 500, 0.7", "2000, 5000, 1.0"})
    void whereThereIsNoEffectNoneIsFound(int users, int share, double unlike) {
        long found = new Simulation(users, share, unlike, 0, 1)
                .runs(1_000)
                .filter(Comparison::found)
                .count();

        assertThat(part(found, 1_000)).isLessThanOrEqualTo(0.0638);
    }

    /** What docs/experiment.md says of it: few users, and some that use a hundred times what others use. */
    @Test
    void whereAHundredVeryUnlikeUsersAreHeldOutIntervalsAreTooNarrowByThreePoints() {
        Simulation simulation = new Simulation(2_000, 500, 1.0, 0, 1);

        List<Interval> intervals = simulation
                .runs(800)
                .map(Comparison::interval)
                .filter(Objects::nonNull)
                .toList();

        assertThat(part(intervals.stream().filter(i -> i.holds(0)).count(), intervals.size()))
                .isBetween(0.905, 0.95);
    }

    @Test
    void aLargeEffectIsFoundAndSaid() {
        Comparison found =
                new Simulation(4_000, 5_000, 0.5, 200, 1).runs(1).findFirst().orElseThrow();

        assertThat(found.found()).isTrue();
        assertThat(found.difference()).isCloseTo(200, within(60.0));
        assertThat(found.reading())
                .matches("treated calls use [0-9.]+ more input tokens, 95 % interval [0-9.]+ to [0-9.]+");
        assertThat(found.relative())
                .isCloseTo(found.difference() / Objects.requireNonNull(found.heldOut()), within(1e-9));
        assertThat(found.relativeInterval().low()).isPositive().isLessThan(found.relative());
        assertThat(found.relativeInterval().high()).isGreaterThan(found.relative());
    }

    @Test
    void bothIntervalsSayTheSame() {
        new Simulation(2_000, 1_000, 0.7, 60, 1)
                .runs(100)
                .filter(each -> each.interval() != null)
                .forEach(each -> assertThat(each.relativeInterval().holds(0))
                        .isEqualTo(each.interval().holds(0)));
    }

    /** A metric that may be negative. */
    @Test
    void ratingsAreComparedWithoutProportions() {
        Random random = new Random(5);
        Totals treated = ratings(random, 100);
        Totals heldOut = ratings(random, -300);

        Comparison ratings = Comparison.of(Metric.MEAN_RATING, treated, heldOut);

        assertThat(ratings.found()).isTrue();
        assertThat(ratings.difference()).isCloseTo(0.4, within(0.1));
        assertThat(ratings.relative()).isNull();
        assertThat(ratings.relativeInterval()).isNull();
        assertThat(ratings.reading()).startsWith("treated users rate 0.").contains(" higher, 95 % interval 0.");
    }

    private static Totals ratings(Random random, int mean) {
        Totals totals = new Totals();
        for (int i = 0; i < 600; i++) {
            int bucket = random.nextInt(64);
            totals.add(bucket, Sum.RATINGS, 1);
            totals.add(bucket, Sum.RATING, mean + random.nextInt(-400, 401));
        }
        return totals;
    }

    @Test
    void tooLittleIsSaidInsteadOfGuessed() {
        Totals empty = new Totals();
        Totals few = equal(19, 10);
        Totals all = equal(64, 10);
        Totals unlike = new Totals();
        for (int i = 0; i < 64; i++) {
            unlike.add(i, Sum.ANSWERED, 1);
            unlike.add(i, Sum.INPUT, 10 + i);
        }

        assertThat(reading(empty, all)).isEqualTo("too little data: an arm has counted nothing yet");
        assertThat(reading(all, few)).isEqualTo("too little data: too few users in an arm");
        assertThat(reading(few, all)).isEqualTo("too little data: too few users in an arm");
        assertThat(reading(all, equal(64, 0))).isEqualTo("too little data: 0 in one of the arms");
        assertThat(reading(equal(64, 0), equal(64, 0))).isEqualTo("nothing to compare: 0 in both arms");
        assertThat(reading(all, all)).isEqualTo("too little data: no two users of an arm differ");
        assertThat(reading(all, unlike)).isEqualTo("too little data: no two users of an arm differ");
        assertThat(reading(unlike, all)).isEqualTo("too little data: no two users of an arm differ");
        all.add(3, Sum.INPUT, 1_000_000);
        assertThat(reading(all, unlike)).isEqualTo("too little data: a few users make up nearly all of an arm");
        assertThat(reading(unlike, all)).isEqualTo("too little data: a few users make up nearly all of an arm");
        assertThat(reading(unlike, unlike)).startsWith("no difference found");
        Comparison none = Comparison.of(Metric.INPUT_TOKENS_PER_CALL, empty, all);
        assertThat(none.treated()).isNull();
        assertThat(none.heldOut()).isPositive();
        assertThat(none.difference()).isNull();
        assertThat(none.found()).isFalse();
    }

    private static String reading(Totals treated, Totals heldOut) {
        return Comparison.of(Metric.INPUT_TOKENS_PER_CALL, treated, heldOut).reading();
    }

    private static Totals equal(int buckets, int tokens) {
        Totals totals = new Totals();
        for (int i = 0; i < buckets; i++) {
            totals.add(i, Sum.ANSWERED, 1);
            totals.add(i, Sum.INPUT, tokens);
        }
        return totals;
    }

    /** However the sums come out: rounding must not make a difference of none, nor anything that is no number. */
    @Test
    void whereEachCallCostsTheSameNoTwoUsersDiffer() {
        Random random = new Random(20_261_130);
        for (int i = 0; i < 5_000; i++) {
            long price = 1 + random.nextLong(1L << random.nextInt(1, 40));

            Comparison found = Comparison.of(Metric.USD_PER_CALL, priced(random, price, 0), priced(random, price, 0));

            assertThat(found.reading()).isEqualTo("too little data: no two users of an arm differ");
            assertThat(numbers(found)).allMatch(Double::isFinite);
        }
    }

    @Test
    void nothingIsEverNoNumber() {
        Random random = new Random(20_261_130);
        int said = 0;
        for (int i = 0; i < 20_000; i++) {
            long price = 1 + random.nextLong(1L << random.nextInt(1, 40));
            int unlike = random.nextInt(1, 40);

            Comparison found =
                    Comparison.of(Metric.USD_PER_CALL, priced(random, price, unlike), priced(random, price, unlike));

            assertThat(numbers(found)).allMatch(Double::isFinite);
            said += found.relativeInterval() == null ? 0 : 1;
        }
        assertThat(said).isGreaterThan(5_000);
    }

    /**
     * @param unlike bits of what a user's calls cost more than others'; 0: nothing
     */
    private static Totals priced(Random random, long price, int unlike) {
        Totals totals = new Totals();
        int calls = 1 << random.nextInt(20);
        for (int i = 0; i < 64; i++) {
            int made = 1 + random.nextInt(calls);
            totals.add(i, Sum.ANSWERED, made);
            totals.add(i, Sum.COST, made * price + (unlike == 0 ? 0 : random.nextLong(1L << unlike)));
        }
        return totals;
    }

    private static List<Double> numbers(Comparison found) {
        Interval none = new Interval(0, 0);
        Interval interval = Objects.requireNonNullElse(found.interval(), none);
        Interval relative = Objects.requireNonNullElse(found.relativeInterval(), none);
        return Stream.of(
                        found.treated(),
                        found.heldOut(),
                        found.difference(),
                        found.relative(),
                        interval.low(),
                        interval.high(),
                        relative.low(),
                        relative.high())
                .filter(Objects::nonNull)
                .toList();
    }

    /** Against a table. */
    @ParameterizedTest
    @CsvSource({"4, 2.7764", "5, 2.5706", "10, 2.2281", "20, 2.0860", "63, 1.9983", "1000, 1.9623"})
    void studentsTIsRight(double freedom, double t) {
        assertThat(Ratio.student(freedom)).isCloseTo(t, within(0.001));
    }

    private static double part(long some, int all) {
        return (double) some / all;
    }
}
