package dev.mnemo.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The rounds of one measurement. */
final class Series {

    private final Meter meter;
    private final Gateway gateway;
    private final Request request;
    private final int connections;
    private final double seconds;
    private final long pause;
    private final List<Load.Result> rounds = new ArrayList<>();

    /**
     * @param seconds of a round
     */
    Series(Meter meter, Gateway gateway, Request request, int connections, double seconds) {
        this(meter, gateway, request, connections, seconds, 0);
    }

    /**
     * @param seconds of a round
     * @param pause of each connection before its next call, in milliseconds
     */
    Series(Meter meter, Gateway gateway, Request request, int connections, double seconds, long pause) {
        this.meter = meter;
        this.gateway = gateway;
        this.request = request;
        this.connections = connections;
        this.seconds = seconds;
        this.pause = pause;
    }

    /** Calls that do not count. */
    Series warm(double forSeconds) throws Exception {
        meter.load(gateway, request, connections, forSeconds, pause);
        return this;
    }

    void round() throws Exception {
        rounds.add(meter.load(gateway, request, connections, seconds, pause));
    }

    /** Of the rounds' figures. */
    double median(ToDoubleFunction<Load.Result> figure) {
        return Table.median(rounds, figure);
    }

    /** In microseconds. */
    double p50() {
        return median(result -> result.micros(0.50));
    }
}
