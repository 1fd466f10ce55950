package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Calls are sent away before the memory is gone, and let in again when there is some. */
class MemoryPressureTest {

    private double heap;
    private double direct;
    private final AtomicInteger collections = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final MemoryPressure pressure =
            new MemoryPressure(() -> heap, () -> direct, collections::incrementAndGet, nanos::get);

    @Test
    void eitherMemoryThatIsNearlyUsedUpTells() {
        assertThat(looked()).isFalse();
        heap = 0.93;
        assertThat(looked()).isTrue();
        heap = 0.91;
        assertThat(looked()).isFalse();
        direct = 0.93;
        assertThat(looked()).isTrue();
        direct = 0;
        assertThat(looked()).isFalse();
    }

    /** Else what was true once would be believed for ever: nothing is allocated while all calls are refused. */
    @Test
    void itIsCollectedNowAndThenForAsLongAsTheHeapIsFull() {
        heap = 0.95;
        for (int second = 0; second <= 30; second++) {
            nanos.set(second * 1_000_000_000L);
            looked();
        }
        assertThat(collections).hasValue(3);

        heap = 0.5;
        nanos.set(60_000_000_000L);
        assertThat(looked()).isFalse();
        assertThat(collections).hasValue(3);
    }

    private boolean looked() {
        pressure.look();
        return pressure.getAsBoolean();
    }
}
