package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is held out is drawn fairly, and once. */
class HoldoutTest {

    private static final int USERS = 50_000;
    private static final List<Holdout> ACME = places("acme");

    @Test
    void aUserAlwaysStandsAtTheSamePlace() {
        // Another place would move users from one arm to the other: these numbers must never change.
        assertThat(Holdout.of("acme", "ada")).isEqualTo(new Holdout(0.9268854331212854, 29));
        assertThat(Holdout.of("acme", "ada")).isNotEqualTo(Holdout.of("acm", "eada"));
    }

    @Test
    void aHigherShareKeepsAllWhoAreHeldOut() {
        Set<Integer> five = heldOut(ACME, 500);
        Set<Integer> ten = heldOut(ACME, 1_000);

        assertThat(ten).containsAll(five);
        assertThat(heldOut(ACME, 0)).isEmpty();
        assertThat(heldOut(ACME, 10_000)).hasSize(USERS);
    }

    @Test
    void aShareOfUsersIsThatShare() {
        for (int share : new int[] {50, 500, 1_000, 5_000, 9_000}) {
            double expected = share / 10_000.0;
            // Four standard errors.
            double error = 4 * Math.sqrt(expected * (1 - expected) / USERS);
            assertThat(heldOut(ACME, share).size() / (double) USERS).isCloseTo(expected, within(error));
        }
    }

    /** Chi-squared over 64 buckets and 16 sixteenths of the position: 1,023 degrees of freedom, 4.5 standard errors. */
    @Test
    void positionAndBucketAreUniformAndHaveNothingToDoWithEachOther() {
        double[][] cells = new double[Holdout.BUCKETS][16];
        ACME.forEach(place -> cells[place.bucket()][(int) (place.position() * 16)]++);
        double expected = USERS / (64.0 * 16);
        double chi = 0;
        for (double[] row : cells) {
            for (double count : row) {
                chi += (count - expected) * (count - expected) / expected;
            }
        }
        assertThat(chi).isCloseTo(1_023, within(4.5 * Math.sqrt(2 * 1_023)));
    }

    @Test
    void whoIsHeldOutOfOneTenantSaysNothingOfAnother() {
        Set<Integer> both = heldOut(ACME, 5_000);
        both.retainAll(heldOut(places("globex"), 5_000));

        assertThat(both.size() / (double) USERS).isCloseTo(0.25, within(4 * Math.sqrt(0.25 * 0.75 / USERS)));
    }

    private static List<Holdout> places(String tenant) {
        return IntStream.range(0, USERS)
                .mapToObj(user -> Holdout.of(tenant, "user-" + user))
                .toList();
    }

    private static Set<Integer> heldOut(List<Holdout> places, int share) {
        Set<Integer> held = new HashSet<>();
        for (int user = 0; user < places.size(); user++) {
            if (places.get(user).heldOut(share)) {
                held.add(user);
            }
        }
        return held;
    }
}
