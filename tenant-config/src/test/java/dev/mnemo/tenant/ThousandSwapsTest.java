package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mount that is swapped a thousand times while it is read and while its tenants are asked for. */
class ThousandSwapsTest {

    private static final int SWAPS = 1_000;
    private static final int TENANTS = 8;

    @TempDir
    Path directory;

    private final AtomicBoolean over = new AtomicBoolean();

    /** The marker of each catalogue that anybody saw. */
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    @Test
    void noCatalogueIsTornAndNoBadOneTakesEffect() throws Exception {
        Mount mount = new Mount(directory);
        mount.swap(files(0, true));
        LiveTenants live = new LiveTenants(directory, name -> null, InstantSource.system(), (before, now) -> {});
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            running.add(threads.submit(() -> {
                while (!over.get()) {
                    live.poll();
                }
            }));
            for (int i = 0; i < 2; i++) {
                running.add(threads.submit(() -> {
                    while (!over.get()) {
                        look(live.get());
                    }
                }));
            }
            try {
                swap(mount, live);
            } finally {
                over.set(true);
            }
        }
        for (Future<?> done : running) {
            done.get();
        }
        assertThat(seen).hasSizeGreaterThan(SWAPS / 10).allMatch(name -> isGood(Integer.parseInt(name)));
        assertThat(live.state().problems()).isEmpty();
    }

    /** Every tenth is waited for, so that many are really seen, also where a machine is slow. */
    private void swap(Mount mount, LiveTenants live) throws IOException {
        for (int swap = 1; swap <= SWAPS; swap++) {
            mount.swap(files(swap, isGood(swap)));
            if (swap % 10 == 0) {
                String marker = String.valueOf(swap);
                for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                        !marker(live.get()).equals(marker); ) {
                    assertThat(System.nanoTime()).as("swap %s is seen", swap).isLessThan(end);
                    Thread.onSpinWait();
                }
                seen.add(marker);
            }
        }
    }

    private static boolean isGood(int swap) {
        return swap % 7 != 3 || swap % 10 == 0;
    }

    /** Tenants whose names are the number of the swap. In a bad generation the last of them is wrong. */
    private static Map<String, String> files(int swap, boolean good) {
        Map<String, String> files = new HashMap<>();
        for (int i = 0; i < TENANTS; i++) {
            String bad = !good && i == TENANTS - 1 ? "anonymous: perhaps\n" : "";
            files.put("t" + i + ".yaml", "name: " + swap + "\n" + bad + TenantFiles.small(String.valueOf(i)));
        }
        return files;
    }

    private void look(TenantCatalog catalog) {
        assertThat(catalog.tenants()).hasSize(TENANTS);
        seen.add(marker(catalog));
    }

    private static String marker(TenantCatalog catalog) {
        Set<String> markers = catalog.tenants().stream().map(Tenant::name).collect(Collectors.toSet());
        assertThat(markers).as("one generation").hasSize(1);
        return markers.iterator().next();
    }
}
