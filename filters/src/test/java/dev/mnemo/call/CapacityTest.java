package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.call.Capacity.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A replica takes what it has room for, and lets no tenant take all of it. */
class CapacityTest {

    private final AtomicBoolean memoryShort = new AtomicBoolean();
    private final List<Shed> shed = new ArrayList<>();
    private final Capacity capacity = new Capacity(100, 1000, memoryShort::get, shed::add);

    @Test
    void aGreedyTenantThatIsAloneStopsAtFourFifths() {
        enter("greedy", 80);

        refuses(() -> capacity.enter("greedy"), 429, Shed.TENANT_BUSY);
        assertThat(capacity.calls()).isEqualTo(80);
    }

    @Test
    void aNewcomerAlwaysFindsRoomBesideIt() {
        enter("greedy", 80);

        enter("newcomer", 20);

        assertThat(capacity.calls()).isEqualTo(100);
        refuses(() -> capacity.enter("third"), 503, Shed.REPLICA_BUSY);
    }

    @Test
    void whenItIsCrowdedEachHasItsPart() {
        enter("a", 40);
        enter("b", 30);
        enter("c", 10);

        // Three have calls now: a quarter is left to each, and to one who may come.
        refuses(() -> capacity.enter("a"), 429, Shed.TENANT_BUSY);
        refuses(() -> capacity.enter("b"), 429, Shed.TENANT_BUSY);
        enter("c", 15);
        refuses(() -> capacity.enter("c"), 429, Shed.TENANT_BUSY);
        enter("d", 5);
    }

    @Test
    void whileThereIsRoomNobodyIsHeldToAPart() {
        enter("a", 10);
        enter("b", 69);
        enter("b", 1);

        assertThat(shed).isEmpty();
    }

    @Test
    void manyTenantsWithOneCallEachFillItToTheLast() {
        for (int i = 0; i < 100; i++) {
            capacity.enter("t" + i);
        }

        refuses(() -> capacity.enter("t100"), 503, Shed.REPLICA_BUSY);
    }

    @Test
    void bodiesAreSharedInTheSameWay() {
        Seat greedy = capacity.enter("greedy");
        greedy.take(800);

        Seat another = capacity.enter("greedy");
        refuses(() -> another.take(1), 429, Shed.TENANT_BUSY);
        Seat newcomer = capacity.enter("newcomer");
        newcomer.take(200);
        refuses(() -> capacity.enter("third").take(1), 503, Shed.BODIES);

        greedy.leave();
        assertThat(capacity.bodies()).isEqualTo(200);
        newcomer.take(1);
    }

    /** A body that comes in pieces, or is unpacked, is not refused for want of what it holds itself. */
    @Test
    void oneThatHasBegunIsNotAskedAboutItsShareAndAloneItAlwaysFits() {
        Seat alone = capacity.enter("a");
        for (int piece = 0; piece < 12; piece++) {
            alone.take(100);
        }
        assertThat(capacity.bodies()).isEqualTo(1_200);
        refuses(() -> capacity.enter("b").take(1), 503, Shed.BODIES);
    }

    @Test
    void whoLeavesTwiceLeavesOnceAndTakesNothingMore() {
        Seat seat = capacity.enter("a");
        capacity.enter("a");
        seat.take(10);

        seat.leave();
        seat.leave();
        seat.take(10);

        assertThat(capacity.calls()).isEqualTo(1);
        assertThat(capacity.bodies()).isZero();
    }

    @Test
    void whenMemoryIsShortNobodyComesInBesideThoseWhoAreIn() {
        memoryShort.set(true);
        Seat only = capacity.enter("a");
        refuses(() -> capacity.enter("b"), 503, Shed.MEMORY);

        only.leave();
        capacity.enter("b");
        refuses(() -> capacity.enter("a"), 503, Shed.MEMORY);
        memoryShort.set(false);
        capacity.enter("a");
    }

    /** Never more than the limit at any moment, and nothing at the end. */
    @Test
    void itIsExactWhenAllComeAtOnce() throws Exception {
        AtomicLong inside = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CountDownLatch go = new CountDownLatch(1);
        Capacity busy = new Capacity(5, 50, () -> false, why -> {});
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String tenant = "t" + i % 3;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                for (int n = 0; n < 5_000; n++) {
                    comeAndGo(busy, tenant, inside, most);
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(most.get()).isBetween(1L, 5L);
        assertThat(busy.calls()).isZero();
        assertThat(busy.bodies()).isZero();
    }

    private static void comeAndGo(Capacity busy, String tenant, AtomicLong inside, AtomicLong most) {
        Seat seat;
        try {
            seat = busy.enter(tenant);
        } catch (Refusal full) {
            return;
        }
        long now = inside.incrementAndGet();
        most.accumulateAndGet(now, Math::max);
        try {
            seat.take(ThreadLocalRandom.current().nextInt(30));
        } catch (Refusal full) {
            // It leaves with what it has.
        }
        Thread.yield();
        inside.decrementAndGet();
        seat.leave();
    }

    private void enter(String tenant, int times) {
        for (int i = 0; i < times; i++) {
            capacity.enter(tenant);
        }
    }

    private void refuses(ThrowingCallable what, int status, Shed why) {
        int before = shed.size();
        assertThatThrownBy(what).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.status()).isEqualTo(status);
            assertThat(refusal.code()).isEqualTo(why.code());
            assertThat(refusal.retryAfter()).hasSeconds(1);
            assertThat(refusal.retryHelps()).isTrue();
        });
        assertThat(shed.subList(before, shed.size())).containsExactly(why);
    }
}
