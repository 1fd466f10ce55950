package dev.mnemo.autoconfigure;

import dev.mnemo.call.TokenEstimate;
import dev.mnemo.metrics.StateMetrics;
import dev.mnemo.tenant.LiveTenants;
import dev.mnemo.tenant.TenantCatalog;
import dev.mnemo.upstream.Breakers;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The tenants, as the files of a directory are now. There are none where somebody gives a {@link TenantCatalog} of their own. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingBean(TenantCatalog.class)
final class MnemoTenants {

    @Bean
    LiveTenants mnemoTenants(
            MnemoProperties properties, Breakers breakers, TokenEstimate estimate, StateMetrics metrics) {
        LiveTenants tenants = new LiveTenants(
                properties.tenants(),
                System::getenv,
                MnemoAutoConfiguration.CLOCK,
                new TenantNews(breakers, estimate, metrics));
        metrics.tenants(tenants);
        return tenants;
    }

    /** It reads files, so it has a thread that may wait. */
    @Bean
    Heartbeat mnemoTenantsReload(LiveTenants tenants, MnemoProperties properties) {
        Mono<Void> look = Mono.<Void>fromRunnable(tenants::poll).subscribeOn(Schedulers.boundedElastic());
        return new Heartbeat(look, properties.reload());
    }

    /** No part of liveness or readiness: the last good files are served, and a restart would find only the bad ones. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthIndicator.class)
    static final class Seen {

        @Bean
        HealthIndicator mnemoTenantsHealthIndicator(LiveTenants tenants) {
            return () -> {
                int problems = tenants.state().problems().size();
                Health.Builder health = problems == 0 ? Health.up() : Health.status("DEGRADED");
                return health.withDetail("tenants", tenants.get().tenants().size())
                        .withDetail("problems", problems)
                        .build();
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class Asked {

        @Bean
        @ConditionalOnAvailableEndpoint
        TenantsEndpoint mnemoTenantsEndpoint(LiveTenants tenants) {
            return new TenantsEndpoint(tenants);
        }
    }
}
