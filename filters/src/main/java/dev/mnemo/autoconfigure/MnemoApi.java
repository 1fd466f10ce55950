package dev.mnemo.autoconfigure;

import dev.mnemo.api.ApiDoor;
import dev.mnemo.api.PreferencesApi;
import dev.mnemo.api.UsageApi;
import dev.mnemo.budget.UsageBook;
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
    RouterFunction<ServerResponse> mnemoRoutes(KeyIdentity identity, PreferencesStore preferences, UsageBook usage) {
        ApiDoor door = new ApiDoor(identity);
        return new PreferencesApi(door, preferences)
                .routes()
                .and(new UsageApi(door, usage).routes())
                .and(ApiDoor.nothingElse());
    }
}
