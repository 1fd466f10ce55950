package dev.mnemo.autoconfigure;

import dev.mnemo.api.ApiDoor;
import dev.mnemo.api.CallsApi;
import dev.mnemo.api.ExperimentApi;
import dev.mnemo.api.FeedbackApi;
import dev.mnemo.api.InteractionsApi;
import dev.mnemo.api.PreferencesApi;
import dev.mnemo.api.PreviewApi;
import dev.mnemo.api.SummaryApi;
import dev.mnemo.api.UsageApi;
import dev.mnemo.api.UsersApi;
import dev.mnemo.api.VersionsApi;
import dev.mnemo.budget.UsageBook;
import dev.mnemo.call.Audit;
import dev.mnemo.call.Preview;
import dev.mnemo.experiment.Experiment;
import dev.mnemo.identity.KeyIdentity;
import dev.mnemo.memory.CallRecords;
import dev.mnemo.memory.Importer;
import dev.mnemo.memory.InteractionStore;
import dev.mnemo.memory.MarkStore;
import dev.mnemo.memory.PreferencesStore;
import dev.mnemo.memory.SummaryStore;
import dev.mnemo.memory.UserStore;
import java.net.InetSocketAddress;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.scheduler.Scheduler;

/** The API's routes; WebFlux asks them before the gateway's. */
@Configuration(proxyBeanMethods = false)
final class MnemoApi {

    @Bean
    ApiDoor mnemoDoor(KeyIdentity identity, Audit audit) {
        return new ApiDoor(identity, audit);
    }

    @Bean
    InteractionsApi mnemoInteractionsApi(
            ApiDoor door, InteractionStore interactions, MarkStore marks, Importer importer) {
        return new InteractionsApi(door, interactions, marks, importer);
    }

    @Bean
    UsersApi mnemoUsersApi(
            ApiDoor door,
            PreferencesStore preferences,
            InteractionStore interactions,
            MarkStore marks,
            SummaryStore summaries,
            UserStore users,
            UsageBook usage,
            Scheduler mnemoBackground) {
        return new UsersApi(door, preferences, interactions, marks, summaries, users, usage, mnemoBackground);
    }

    @Bean
    FeedbackApi mnemoFeedbackApi(ApiDoor door, CallRecords calls, MarkStore marks, Experiment experiment) {
        return new FeedbackApi(door, calls, marks, experiment::feedback);
    }

    @Bean
    RouterFunction<ServerResponse> mnemoRoutes(
            ApiDoor door,
            PreferencesStore preferences,
            InteractionsApi interactions,
            UsersApi users,
            SummaryStore summaries,
            FeedbackApi feedback,
            UsageBook usage,
            Experiment experiment,
            CallRecords calls,
            Preview preview,
            Environment environment) {
        return onMainPort(
                new PreferencesApi(door, preferences)
                        .routes()
                        .and(new VersionsApi(door, preferences).routes())
                        .and(interactions.routes())
                        .and(users.routes())
                        .and(new SummaryApi(door, summaries, MnemoAutoConfiguration.CLOCK).routes())
                        .and(feedback.routes())
                        .and(new UsageApi(door, usage).routes())
                        .and(new ExperimentApi(door, experiment).routes())
                        .and(new CallsApi(door, calls).routes())
                        .and(new PreviewApi(door, preview, usage).routes())
                        .and(ApiDoor.nothingElse()),
                environment);
    }

    /** A management port of its own is served by a child context, which finds its parent's routes as well. */
    private static RouterFunction<ServerResponse> onMainPort(
            RouterFunction<ServerResponse> routes, Environment environment) {
        return RouterFunctions.nest(request -> !isManagement(request, environment), routes);
    }

    private static boolean isManagement(ServerRequest request, Environment environment) {
        InetSocketAddress here = request.exchange().getRequest().getLocalAddress();
        String management = environment.getProperty("local.management.port");
        return here != null
                && management != null
                && management.equals(String.valueOf(here.getPort()))
                && !management.equals(environment.getProperty("local.server.port"));
    }
}
