package dev.mnemo.autoconfigure;

import dev.mnemo.call.MemoryPressure;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.LongSupplier;

/** Where this process' memory can be read off. */
final class ProcessMemory {

    private ProcessMemory() {}

    static MemoryPressure pressure(LongSupplier nanos) {
        List<MemoryPoolMXBean> kept = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && isOld(pool.getName()))
                .toList();
        List<BufferPoolMXBean> buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .toList();
        return new MemoryPressure(() -> heap(kept), () -> direct(buffers), System::gc, nanos);
    }

    /** What survives is kept there: Tenured Gen, PS Old Gen, G1 Old Gen, ZGC Old Generation, and the heaps of one part. */
    private static boolean isOld(String name) {
        return name.contains("Old") || name.contains("Tenured") || name.equals("ZHeap") || name.contains("Shenandoah");
    }

    /** As the last collection of that part has left it; 0 before the first. */
    private static double heap(List<MemoryPoolMXBean> kept) {
        double most = 0;
        for (MemoryPoolMXBean pool : kept) {
            MemoryUsage after = pool.getCollectionUsage();
            if (after != null && after.getMax() > 0) {
                most = Math.max(most, (double) after.getUsed() / after.getMax());
            }
        }
        return most;
    }

    /** Netty counts its own, unless it lets the JDK do it. */
    private static double direct(List<BufferPoolMXBean> buffers) {
        long max = PlatformDependent.maxDirectMemory();
        long own = PlatformDependent.usedDirectMemory();
        long used = own > 0
                ? own
                : buffers.stream().mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
        return max > 0 ? (double) used / max : 0;
    }
}
