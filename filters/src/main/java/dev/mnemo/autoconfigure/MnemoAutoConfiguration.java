package dev.mnemo.autoconfigure;

import dev.mnemo.call.Budget;
import dev.mnemo.call.BudgetListener;
import dev.mnemo.call.CallListener;
import dev.mnemo.call.Capacity;
import dev.mnemo.call.Detached;
import dev.mnemo.call.Flights;
import dev.mnemo.call.Identity;
import dev.mnemo.call.LlmDoor;
import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.call.LlmLine;
import dev.mnemo.call.Memory;
import dev.mnemo.call.MemoryPressure;
import dev.mnemo.call.Preparation;
import dev.mnemo.call.Preview;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.metrics.AuditLog;
import dev.mnemo.metrics.BudgetMetrics;
import dev.mnemo.metrics.CallLog;
import dev.mnemo.metrics.CallMetrics;
import dev.mnemo.metrics.GenAiMetrics;
import dev.mnemo.metrics.StateMetrics;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.tenant.TenantCatalog;
import dev.mnemo.upstream.Breakers;
import dev.mnemo.upstream.UpstreamClient;
import dev.mnemo.upstream.UpstreamFilter;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.gateway.config.GatewayAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpResources;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Puts the line together, for any Spring Cloud Gateway that has the jar. It acts on routes that ask for it. */
@AutoConfiguration(
        before = GatewayAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration"
        })
@EnableConfigurationProperties(MnemoProperties.class)
@Import({
    MnemoTenants.class,
    MnemoIdentity.class,
    MnemoStores.class,
    MnemoMemory.class,
    MnemoApi.class,
    MnemoServer.class,
    MnemoHealth.class,
    MnemoTraces.Sdk.class,
    MnemoTraces.class
})
public final class MnemoAutoConfiguration {

    /** One ticker for the whole line. */
    static final LongSupplier NANOS = System::nanoTime;

    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** How long it may be untold that there were more. */
    private static final Duration HIDDEN = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofSeconds(1);

    static final InstantSource CLOCK = InstantSource.system();

    /** Tenants that somebody else gives; else they are {@link MnemoTenants those of files}. */
    @Bean
    @ConditionalOnBean(TenantCatalog.class)
    Supplier<TenantCatalog> mnemoGivenTenants(TenantCatalog given) {
        return () -> given;
    }

    /** What settles and records a call after its answer. */
    @Bean
    @Primary
    Detached mnemoDetached(MnemoProperties properties, StateMetrics metrics) {
        Detached detached = new Detached(properties.after().running());
        metrics.detached("after", detached);
        return detached;
    }

    @Bean
    Flights mnemoFlights() {
        return new Flights();
    }

    @Bean
    AtStop mnemoStop(
            Flights flights,
            Detached detached,
            @Qualifier("mnemoUnsettled") Detached unsettled,
            MnemoProperties properties,
            ObjectProvider<DefaultLifecycleProcessor> phases) {
        GentleStop stop = new GentleStop(
                flights,
                List.of(detached, unsettled),
                properties.drain(),
                properties.after().drain());
        // Its own deadlines bound it; Spring's for all phases would end it early, without a word.
        long longest = stop.longest().plus(MARGIN).toMillis();
        phases.ifAvailable(all -> all.setTimeoutForShutdownPhase(GentleStop.PHASE, longest));
        return new AtStop(GentleStop.PHASE, stop.stopped());
    }

    /** Before the event loops that it shares are closed, and after all who use it. */
    @Bean
    AtStop mnemoRedisStop(RedisLinks redis) {
        return new AtStop(GentleStop.REDIS_PHASE, redis.closed());
    }

    /** Those of the HTTP server, so that a call stays on the event loop that it came in on. */
    @Bean(destroyMethod = "")
    LoopResources mnemoEventLoops(ObjectProvider<ReactorResourceFactory> server) {
        ReactorResourceFactory factory = server.getIfUnique();
        return factory == null ? HttpResources.get() : factory.getLoopResources();
    }

    @Bean
    StateMetrics mnemoStateMetrics(ObjectProvider<MeterRegistry> registry) {
        return new StateMetrics(registry.getIfAvailable(SimpleMeterRegistry::new));
    }

    @Bean
    CallMetrics mnemoCallMetrics(ObjectProvider<MeterRegistry> registry) {
        return new CallMetrics(registry.getIfAvailable(SimpleMeterRegistry::new));
    }

    @Bean
    GenAiMetrics mnemoGenAiMetrics(ObjectProvider<MeterRegistry> registry) {
        return new GenAiMetrics(registry.getIfAvailable(SimpleMeterRegistry::new));
    }

    @Bean
    CallLog mnemoCallLog() {
        return new CallLog();
    }

    @Bean
    AuditLog mnemoAudit(ObjectProvider<MeterRegistry> registry) {
        return new AuditLog(registry.getIfAvailable(SimpleMeterRegistry::new), NANOS);
    }

    @Bean
    Heartbeat mnemoAuditHidden(AuditLog audit) {
        return new Heartbeat(Mono.fromRunnable(audit::tellHidden), HIDDEN);
    }

    @Bean
    @ConditionalOnMissingBean
    BudgetListener mnemoBudgetMetrics(ObjectProvider<MeterRegistry> registry) {
        return new BudgetMetrics(registry.getIfAvailable(SimpleMeterRegistry::new));
    }

    @Bean
    MemoryPressure mnemoMemoryPressure() {
        return ProcessMemory.pressure(NANOS);
    }

    @Bean
    Heartbeat mnemoMemoryWatch(MemoryPressure pressure) {
        return new Heartbeat(Mono.fromRunnable(pressure::look), LOOK);
    }

    @Bean
    Capacity mnemoCapacity(MnemoProperties properties, MemoryPressure pressure, StateMetrics metrics) {
        MnemoProperties.Limits limits = properties.limits();
        Capacity capacity =
                new Capacity(limits.inFlight(), limits.bodyBytes(properties.bodyLimit()), pressure, metrics::shed);
        metrics.capacity(capacity);
        return capacity;
    }

    @Bean
    Preparation mnemoPreparation(
            Identity identity, Capacity capacity, MnemoProperties properties, TokenEstimate estimate) {
        int bodyLimit = Math.toIntExact(properties.bodyLimit().toBytes());
        return new Preparation(identity, capacity, bodyLimit, estimate);
    }

    @Bean
    LlmLine mnemoLine(
            Identity identity,
            Preparation preparation,
            Budget budget,
            Memory memory,
            List<CallListener> listeners,
            Detached detached,
            Flights flights) {
        return new LlmLine(identity, preparation, budget, memory, listeners, detached, flights, NANOS);
    }

    @Bean
    Preview mnemoPreview(Preparation preparation, Budget budget, Memory memory) {
        return new Preview(preparation, budget, memory, NANOS);
    }

    /** Before the event loops that they share are closed: a connection can only be closed on its own. */
    @Bean
    AtStop mnemoUpstreamStop(ConnectionProvider mnemoUpstreamConnections) {
        return new AtStop(GentleStop.REDIS_PHASE, mnemoUpstreamConnections.disposeLater());
    }

    @Bean(destroyMethod = "")
    ConnectionProvider mnemoUpstreamConnections(MnemoProperties properties) {
        MnemoProperties.Upstreams pool = properties.upstream();
        return ConnectionProvider.builder("mnemo-upstream")
                .maxConnections(pool.connections())
                .pendingAcquireMaxCount(pool.pending())
                .pendingAcquireTimeout(pool.idle())
                .maxIdleTime(pool.idle())
                .evictInBackground(pool.idle())
                .lifo()
                .build();
    }

    @Bean
    Breakers mnemoBreakers(StateMetrics metrics) {
        return new Breakers(new Breakers.Listener() {
            @Override
            public void created(Breakers.Name name, CircuitBreaker breaker) {
                metrics.breaker("upstream", name.toString(), breaker);
            }

            @Override
            public void gone(Breakers.Name name) {
                metrics.breakerGone("upstream", name.toString());
            }
        });
    }

    @Bean
    UpstreamFilter mnemoUpstream(
            ConnectionProvider mnemoUpstreamConnections,
            LoopResources mnemoEventLoops,
            Breakers breakers,
            StateMetrics metrics) {
        return new UpstreamFilter(new UpstreamClient(
                HttpClient.create(mnemoUpstreamConnections).runOn(mnemoEventLoops), breakers, metrics::tapFailed));
    }

    @Bean
    LlmDoor llmDoor() {
        return new LlmDoor("Llm", Set.of(Part.PERSONALIZE, Part.BUDGET), NANOS);
    }

    @Bean
    LlmDoor llmIdentifyDoor() {
        return new LlmDoor("LlmIdentify", Set.of(), NANOS);
    }

    @Bean
    LlmDoor llmPersonalizeDoor() {
        return new LlmDoor("LlmPersonalize", Set.of(Part.PERSONALIZE), NANOS);
    }

    @Bean
    LlmDoor llmBudgetDoor() {
        return new LlmDoor("LlmBudget", Set.of(Part.BUDGET), NANOS);
    }
}
