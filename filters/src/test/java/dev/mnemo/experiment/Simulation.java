package dev.mnemo.experiment;

import dev.mnemo.call.Holdout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A tenant whose users are unlike each other: some call a hundred times as often as others, some write ten times as much, and
 * all of a user's calls are alike.
 *
 * @param users of the tenant
 * @param share of them who are held out, in 1/10000
 * @param unlike spread of what users send, and of how often they call, as the deviation of its logarithm
 * @param more tokens that a treated call uses
 * @param times as many tokens that a treated call uses, before {@code more} are added
 */
record Simulation(int users, int share, double unlike, double more, double times) {

    private static final double TOKENS = 500;

    private static final List<Holdout> PLACES = IntStream.range(0, 30_011)
            .mapToObj(user -> Holdout.of("simulated", "user-" + user))
            .toList();

    /** What the difference of the arms is when all users that there could be are asked. */
    double effect() {
        return (times - 1) * TOKENS * Math.exp(unlike * unlike / 2) + more;
    }

    /** So many tenants of the kind, one after the other. */
    Stream<Comparison> runs(int runs) {
        return LongStream.range(0, runs).mapToObj(this::run);
    }

    private Comparison run(long seed) {
        SplittableRandom random = new SplittableRandom(seed * 7_919);
        Totals treated = new Totals();
        Totals heldOut = new Totals();
        for (int user = 0; user < users; user++) {
            Holdout place = PLACES.get((int) ((seed * users + user) % PLACES.size()));
            boolean held = place.heldOut(share);
            double own = TOKENS * Math.exp(unlike * random.nextGaussian());
            long calls = 1 + (long) (5 * Math.exp(unlike * random.nextGaussian()));
            // The mean of so many calls that are unlike, too.
            double mean = own * Math.max(0.1, 1 + 0.6 * random.nextGaussian() / Math.sqrt(calls));
            double tokens = calls * (held ? mean : mean * times + more);
            Totals arm = held ? heldOut : treated;
            arm.add(place.bucket(), Sum.ANSWERED, calls);
            arm.add(place.bucket(), Sum.INPUT, Math.round(tokens));
        }
        return Comparison.of(Metric.INPUT_TOKENS_PER_CALL, treated, heldOut);
    }
}
