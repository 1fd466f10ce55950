package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mount that is swapped a thousand times while it is read and while its tenants are asked for. */
class ThousandSwapsTest {

    private static final int SWAPS = 1_000;
    private static final int TENANTS = 5;
    private static final int WAIT = 10;

    @TempDir
    Path directory;

    private final AtomicBoolean over = new AtomicBoolean();

    /** The markers of the catalogues that took effect, and are not yet waited for. */
    private final BlockingQueue<String> effective = new LinkedBlockingQueue<>();

    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    @Test
    void noCatalogueIsTornAndNoBadOneTakesEffect() throws Exception {
        Mount mount = new Mount(directory);
        mount.swap(files(0));
        LiveTenants live = new LiveTenants(
                directory, name -> null, InstantSource.system(), (before, now) -> effective.add(marker(now.catalog())));
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            running.add(threads.submit(() -> {
                while (!over.get()) {
                    live.poll();
                }
            }));
            running.add(threads.submit(() -> {
                while (!over.get()) {
                    seen.add(marker(live.get()));
                    Thread.yield();
                }
            }));
            try {
                swap(mount);
            } finally {
                over.set(true);
            }
        }
        for (Future<?> done : running) {
            done.get();
        }
        assertThat(seen).isNotEmpty().allMatch(marker -> isGood(Integer.parseInt(marker)));
        assertThat(live.state().generation()).isGreaterThan(SWAPS / WAIT);
        assertThat(live.state().problems()).isEmpty();
    }

    /** Some are waited for, so that many really take effect, also where a machine is slow. */
    private void swap(Mount mount) throws Exception {
        for (int swap = 1; swap <= SWAPS; swap++) {
            mount.swap(files(swap));
            if (swap % WAIT == 0) {
                String marker;
                do {
                    marker = effective.poll(20, TimeUnit.SECONDS);
                    assertThat(marker).as("swap %s takes effect", swap).isNotNull();
                } while (!marker.equals(String.valueOf(swap)));
            }
        }
    }

    private static boolean isGood(int swap) {
        return swap % 7 != 3 || swap % WAIT == 0;
    }

    /** Tenants whose names are the number of the swap. In a bad generation the last of them is wrong. */
    private static Map<String, String> files(int swap) {
        Map<String, String> files = new HashMap<>();
        for (int i = 0; i < TENANTS; i++) {
            String bad = !isGood(swap) && i == TENANTS - 1 ? "anonymous: perhaps\n" : "";
            files.put("t" + i + ".yaml", "name: " + swap + "\n" + bad + TenantFiles.small(String.valueOf(i)));
        }
        return files;
    }

    /** The number of the one swap that the whole catalogue is of. */
    private static String marker(TenantCatalog catalog) {
        String marker = null;
        for (Tenant tenant : catalog.tenants()) {
            if (marker != null && !marker.equals(tenant.name())) {
                throw new AssertionError("torn: " + catalog.tenants());
            }
            marker = tenant.name();
        }
        if (catalog.tenants().size() != TENANTS) {
            throw new AssertionError("torn: " + catalog.tenants());
        }
        return marker;
    }
}
