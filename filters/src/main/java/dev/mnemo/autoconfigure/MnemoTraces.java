package dev.mnemo.autoconfigure;

import dev.mnemo.metrics.CallTraces;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Traces, where there is somewhere to send them: an OpenTelemetry that the application has, or an endpoint in
 * OpenTelemetry's own variables. Without either nothing of it is loaded.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(OpenTelemetry.class)
final class MnemoTraces {

    @Bean
    @ConditionalOnBean(OpenTelemetry.class)
    CallTraces mnemoTraces(OpenTelemetry telemetry) {
        return new CallTraces(telemetry, MnemoAutoConfiguration.CLOCK);
    }

    /** OpenTelemetry's SDK, set up by its own variables ({@code OTEL_…}), which are properties ({@code otel.…}) as well. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AutoConfiguredOpenTelemetrySdk.class)
    @ConditionalOnMissingBean(OpenTelemetry.class)
    @Conditional(EndpointIsSet.class)
    static final class Sdk {

        /** What is left is sent at the end, for a second: a collector that is away does not hold up a stop. */
        @Bean
        AutoCloseable mnemoTracesEnd(OpenTelemetrySdk telemetry) {
            return () -> telemetry.shutdown().join(1, TimeUnit.SECONDS);
        }

        @Bean(destroyMethod = "")
        OpenTelemetrySdk mnemoOpenTelemetry(Environment environment) {
            return AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> settings(environment))
                    .disableShutdownHook()
                    .build()
                    .getOpenTelemetrySdk();
        }

        /** Traces alone, over HTTP: meters are scraped, logs are written. */
        private static Map<String, String> settings(Environment environment) {
            Map<String, String> settings = new HashMap<>();
            settings.put("otel.metrics.exporter", "none");
            settings.put("otel.logs.exporter", "none");
            settings.put("otel.exporter.otlp.protocol", "http/protobuf");
            settings.put("otel.service.name", environment.getProperty("spring.application.name", "mnemo-gateway"));
            Binder.get(environment)
                    .bind("otel", Bindable.mapOf(String.class, String.class))
                    .ifBound(own -> own.forEach((name, value) -> settings.put("otel." + name, value)));
            return settings;
        }
    }

    /** Whether there is somewhere to send traces. */
    static final class EndpointIsSet extends AnyNestedCondition {

        EndpointIsSet() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty("otel.exporter.otlp.endpoint")
        static final class ForAll {}

        @ConditionalOnProperty("otel.exporter.otlp.traces.endpoint")
        static final class ForTraces {}
    }
}
