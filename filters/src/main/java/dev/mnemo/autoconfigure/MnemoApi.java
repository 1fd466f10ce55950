package dev.mnemo.autoconfigure;

import dev.mnemo.api.PreferencesApi;
import dev.mnemo.identity.KeyIdentity;
import dev.mnemo.memory.PreferencesStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The API's routes; WebFlux asks them before the gateway's. */
@Configuration(proxyBeanMethods = false)
final class MnemoApi {

    @Bean
    RouterFunction<ServerResponse> mnemoPreferencesApi(KeyIdentity identity, PreferencesStore preferences) {
        return new PreferencesApi(identity, preferences).routes();
    }
}
