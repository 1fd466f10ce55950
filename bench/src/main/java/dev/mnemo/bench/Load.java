package dev.mnemo.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A closed loop of calls over kept connections. */
final class Load {

    /**
     * What a loop has seen.
     *
     * @param cpuMicros of the gateway, per call
     * @param nanos the latencies, sorted
     */
    record Result(long calls, double seconds, double cpuMicros, long[] nanos) {

        double perSecond() {
            return calls / seconds;
        }

        double micros(double quantile) {
            return Table.quantile(nanos, quantile) / 1e3;
        }
    }

    private Load() {}

    static Result run(Gateway gateway, Request request, int connections, double seconds) throws Exception {
        return run(gateway, request, connections, seconds, 0);
    }

    /**
     * @param pause of each connection before its next call, in milliseconds
     */
    static Result run(Gateway gateway, Request request, int connections, double seconds, long pause) throws Exception {
        double cpu = gateway.cpuMicros();
        long began = System.nanoTime();
        long end = began + (long) (seconds * 1e9);
        List<Callable<long[]>> loops = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            loops.add(() -> loop(gateway, request, end, pause));
        }
        long[] all = {};
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            for (Future<long[]> loop : threads.invokeAll(loops, (long) seconds + 30, TimeUnit.SECONDS)) {
                long[] nanos = loop.get();
                int before = all.length;
                all = Arrays.copyOf(all, before + nanos.length);
                System.arraycopy(nanos, 0, all, before, nanos.length);
            }
        }
        double took = (System.nanoTime() - began) / 1e9;
        Arrays.sort(all);
        return new Result(all.length, took, (gateway.cpuMicros() - cpu) / all.length, all);
    }

    private static long[] loop(Gateway gateway, Request request, long end, long pause)
            throws IOException, InterruptedException {
        long[] nanos = new long[1 << 14];
        int calls = 0;
        try (Client client = new Client(gateway)) {
            while (System.nanoTime() < end) {
                if (calls == nanos.length) {
                    nanos = Arrays.copyOf(nanos, calls * 2);
                }
                nanos[calls++] = client.call(request);
                if (pause > 0) {
                    Thread.sleep(pause);
                }
            }
        }
        return Arrays.copyOf(nanos, calls);
    }
}
