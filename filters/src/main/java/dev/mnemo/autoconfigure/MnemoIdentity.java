package dev.mnemo.autoconfigure;

import static dev.mnemo.autoconfigure.MnemoAutoConfiguration.CLOCK;

import dev.mnemo.call.Identity;
import dev.mnemo.identity.CallerIdentity;
import dev.mnemo.identity.JwksFetch;
import dev.mnemo.identity.KeyIdentity;
import dev.mnemo.identity.SigningKeys;
import dev.mnemo.identity.TokenIdentity;
import dev.mnemo.metrics.StateMetrics;
import dev.mnemo.tenant.TenantCatalog;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.LoopResources;

/** Who calls: keys and tokens. */
@Configuration(proxyBeanMethods = false)
final class MnemoIdentity {

    private static final Duration FETCH = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofSeconds(1);

    /** A replica that says it is ready has its issuers' keys, where they can be had; it does not depend on them. */
    private static final Duration FIRST = Duration.ofSeconds(2);

    @Bean
    KeyIdentity mnemoKeys(Supplier<TenantCatalog> tenants) {
        return new KeyIdentity(tenants, CLOCK);
    }

    @Bean
    SigningKeys mnemoSigningKeys(Supplier<TenantCatalog> tenants, LoopResources mnemoEventLoops, StateMetrics metrics) {
        // One request in five minutes: a connection is not worth keeping.
        HttpClient http = HttpClient.newConnection().runOn(mnemoEventLoops);
        return new SigningKeys(tenants, new JwksFetch(http, FETCH), CLOCK, new SigningKeys.Listener() {
            @Override
            public void added(String source, DoubleSupplier age) {
                metrics.jwks(source, age);
            }

            @Override
            public void removed(String source) {
                metrics.jwksGone(source);
            }

            @Override
            public void failed(String source) {
                metrics.jwksFailed(source);
            }
        });
    }

    @Bean
    Heartbeat mnemoSigningKeysRefresh(SigningKeys keys) {
        return new Heartbeat(keys.refreshDue(), LOOK, FIRST);
    }

    @Bean
    @ConditionalOnMissingBean
    Identity mnemoIdentity(KeyIdentity keys, SigningKeys signing, Supplier<TenantCatalog> tenants) {
        return new CallerIdentity(keys, new TokenIdentity(tenants, signing, CLOCK));
    }
}
