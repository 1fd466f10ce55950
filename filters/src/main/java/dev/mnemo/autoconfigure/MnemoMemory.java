package dev.mnemo.autoconfigure;

import dev.mnemo.call.Budget;
import dev.mnemo.call.Detached;
import dev.mnemo.call.Memory;
import dev.mnemo.call.OwnCalls;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.memory.Access;
import dev.mnemo.memory.AccessStore;
import dev.mnemo.memory.ArchiveStore;
import dev.mnemo.memory.CallRecords;
import dev.mnemo.memory.Finder;
import dev.mnemo.memory.Importer;
import dev.mnemo.memory.InteractionStore;
import dev.mnemo.memory.MarkStore;
import dev.mnemo.memory.MemoryStore;
import dev.mnemo.memory.PreferencesStore;
import dev.mnemo.memory.ProfileLock;
import dev.mnemo.memory.ProfileWriter;
import dev.mnemo.memory.Recorder;
import dev.mnemo.memory.SummaryStore;
import dev.mnemo.memory.TokenCounter;
import dev.mnemo.memory.UserMemory;
import dev.mnemo.memory.UserStore;
import dev.mnemo.metrics.StateMetrics;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.retrieval.Embedder;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.retrieval.Models;
import dev.mnemo.retrieval.OnnxEmbedder;
import dev.mnemo.upstream.Breakers;
import dev.mnemo.upstream.OwnClient;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnResource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** What is known of users. */
@Configuration(proxyBeanMethods = false)
final class MnemoMemory {

    /** A profile that is longer in the making is given up. */
    private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(60);

    /** What would wait longer than this many comes too late anyway. */
    private static final int FINDING_QUEUE = 100;

    /** Texts that wait to be indexed; so many calls of tenants with an archive do not end within a second. */
    private static final int INDEXING_QUEUE = 10_000;

    /** Profiles that a replica writes at once. */
    private static final int WRITERS = 4;

    @Bean
    Access mnemoAccess(StateMetrics metrics) {
        return new Access(metrics::unreadable);
    }

    @Bean
    AccessStore mnemoAccessStore(RedisLinks redis, Access access) {
        return new AccessStore(redis.record(), access);
    }

    @Bean
    MemoryStore mnemoMemoryStore(RedisLinks redis, Access access) {
        return new MemoryStore(redis.recall(), redis.record(), access);
    }

    /** What is looked for while a call waits does not queue behind what is recorded. */
    @Bean(destroyMethod = "dispose")
    Scheduler mnemoFinding() {
        return Schedulers.newBoundedElastic(Runtime.getRuntime().availableProcessors(), FINDING_QUEUE, "mnemo-finding");
    }

    /** A model that reads what was said leaves the other half of the processors to the calls. */
    @Bean(destroyMethod = "dispose")
    Scheduler mnemoIndexing() {
        int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        return Schedulers.newBoundedElastic(half, INDEXING_QUEUE, "mnemo-indexing");
    }

    @Bean
    ArchiveStore mnemoArchive(RedisLinks redis, Scheduler mnemoBackground, Scheduler mnemoFinding) {
        return new ArchiveStore(redis.search(), redis.record(), mnemoBackground, mnemoFinding);
    }

    @Bean
    CallRecords mnemoCallRecords(RedisLinks redis) {
        return new CallRecords(redis.record());
    }

    @Bean
    UserStore mnemoUsers(RedisLinks redis, CallRecords calls) {
        return new UserStore(redis.record(), calls);
    }

    @Bean
    InteractionStore mnemoInteractions(RedisLinks redis, Access access, Scheduler mnemoBackground) {
        return new InteractionStore(redis.record(), access, mnemoBackground);
    }

    @Bean
    MarkStore mnemoMarks(RedisLinks redis, Access access, Scheduler mnemoBackground) {
        return new MarkStore(redis.record(), access, mnemoBackground);
    }

    /** Its indexes hold words alone: a model would take minutes for a history. */
    @Bean
    Importer mnemoImporter(RedisLinks redis, Access access, TokenCounter tokens, Scheduler mnemoBackground) {
        return new Importer(
                redis.record(), access, new Indexer(null), tokens, mnemoBackground, MnemoAutoConfiguration.CLOCK);
    }

    @Bean
    PreferencesStore mnemoPreferences(
            RedisLinks redis, AccessStore access, TokenCounter tokens, Scheduler mnemoBackground) {
        return new PreferencesStore(redis.record(), access, tokens, mnemoBackground, MnemoAutoConfiguration.CLOCK);
    }

    /** Loaded when the first interaction of a tenant with an archive is recorded. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @ConditionalOnClass(name = "ai.onnxruntime.OrtEnvironment")
    @ConditionalOnResource(resources = "classpath:bge-small-en-v1.5-q.onnx")
    Embedder mnemoEmbedder() {
        return new OnnxEmbedder(Models.CHOSEN);
    }

    @Bean
    Indexer mnemoIndexer(ObjectProvider<Embedder> embedder) {
        return new Indexer(embedder.getIfAvailable());
    }

    @Bean
    Finder mnemoFinder(
            ArchiveStore archive,
            ObjectProvider<Embedder> embedder,
            Scheduler mnemoBackground,
            Scheduler mnemoFinding,
            MnemoProperties properties) {
        return new Finder(
                archive,
                embedder.getIfAvailable(),
                mnemoBackground,
                mnemoFinding,
                properties.redis().timeout());
    }

    @Bean
    SummaryStore mnemoSummaries(RedisLinks redis, Access access) {
        return new SummaryStore(redis.record(), access);
    }

    @Bean
    ProfileWriter mnemoProfiles(
            RedisLinks redis,
            SummaryStore summaries,
            Budget budget,
            TokenEstimate estimate,
            ConnectionProvider mnemoUpstreamConnections,
            LoopResources mnemoEventLoops,
            Breakers breakers,
            TokenCounter tokens,
            Detached detached,
            Scheduler mnemoBackground,
            StateMetrics metrics) {
        HttpClient client = HttpClient.create(mnemoUpstreamConnections).runOn(mnemoEventLoops);
        return new ProfileWriter(
                summaries,
                new ProfileLock(redis.record()),
                new OwnCalls(
                        budget,
                        new OwnClient(client, breakers, WRITTEN_WITHIN),
                        estimate,
                        MnemoAutoConfiguration.NANOS),
                tokens,
                detached,
                mnemoBackground,
                MnemoAutoConfiguration.CLOCK,
                metrics::maintained,
                WRITERS);
    }

    /** Before it is waited for what still runs. */
    @Bean
    AtStop mnemoProfilesStop(ProfileWriter profiles) {
        return new AtStop(GentleStop.PHASE + 1, Mono.fromRunnable(profiles::stop));
    }

    @Bean
    @ConditionalOnMissingBean
    Memory mnemoMemory(
            MemoryStore store,
            AccessStore access,
            ArchiveStore archive,
            CallRecords calls,
            Finder finder,
            Indexer indexer,
            ProfileWriter profiles,
            TokenCounter tokens,
            Detached detached,
            Scheduler mnemoBackground,
            Scheduler mnemoIndexing) {
        Recorder recorder = new Recorder(
                store,
                access,
                archive,
                calls,
                indexer,
                profiles,
                tokens,
                mnemoBackground,
                mnemoIndexing,
                MnemoAutoConfiguration.CLOCK);
        return new UserMemory(store, finder, recorder, tokens, detached);
    }
}
