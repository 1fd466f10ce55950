package dev.mnemo.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** Meters of what comes and goes. */
class StateMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StateMetrics metrics = new StateMetrics(registry);

    @Test
    void aSourceOfKeysHasItsMetersForAsLongAsItIsOne() {
        metrics.jwks("login.example/keys", () -> 7);
        metrics.jwks("other.example/keys", () -> 8);
        metrics.jwksFailed("login.example/keys");

        assertThat(registry.get("mnemo.jwks.age.seconds")
                        .tag("source", "login.example/keys")
                        .gauge()
                        .value())
                .isEqualTo(7);
        assertThat(registry.get("mnemo.jwks.failures")
                        .tag("source", "login.example/keys")
                        .counter()
                        .count())
                .isEqualTo(1);

        metrics.jwksGone("login.example/keys");

        assertThat(registry.find("mnemo.jwks.age.seconds").gauges()).hasSize(1);
        assertThat(registry.find("mnemo.jwks.failures").counters()).hasSize(1);
        assertThat(registry.get("mnemo.jwks.age.seconds")
                        .tag("source", "other.example/keys")
                        .gauge()
                        .value())
                .isEqualTo(8);
    }
}
