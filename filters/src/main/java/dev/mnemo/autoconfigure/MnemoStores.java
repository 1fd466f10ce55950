package dev.mnemo.autoconfigure;

import dev.mnemo.budget.BudgetGate;
import dev.mnemo.budget.InMemoryLedger;
import dev.mnemo.budget.Leases;
import dev.mnemo.budget.RedisLedger;
import dev.mnemo.budget.Retries;
import dev.mnemo.budget.SharedRatios;
import dev.mnemo.budget.UsageBook;
import dev.mnemo.call.Budget;
import dev.mnemo.call.BudgetListener;
import dev.mnemo.call.Detached;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.experiment.Experiment;
import dev.mnemo.memory.TokenCounter;
import dev.mnemo.metrics.StateMetrics;
import dev.mnemo.redis.RedisLinks;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** What stands in Redis, the budgets there, and what experiments count. */
@Configuration(proxyBeanMethods = false)
final class MnemoStores {

    private static final int BACKGROUND_QUEUE = 10_000;

    private static final Duration EXCHANGE = Duration.ofSeconds(30);

    /** What a replica holds by itself dies with it; nothing has to be renewed. */
    private static final Duration LONGEST_CALL = Duration.ofDays(1);

    /** Closed in a phase of its own, before the event loops that it shares. */
    @Bean(destroyMethod = "")
    RedisLinks mnemoRedis(MnemoProperties properties, LoopResources mnemoEventLoops, StateMetrics metrics) {
        RedisLinks links = new RedisLinks(
                properties.redis().address(),
                properties.redis().timeout(),
                mnemoEventLoops.onServer(LoopResources.DEFAULT_NATIVE));
        links.all().forEach(link -> metrics.breaker("redis", link.name(), link.breaker()));
        return links;
    }

    /** Calls that are to be settled when Redis is back. */
    @Bean
    Detached mnemoUnsettled(MnemoProperties properties, StateMetrics metrics) {
        Detached unsettled = new Detached(properties.after().unsettled());
        metrics.detached("unsettled", unsettled);
        return unsettled;
    }

    @Bean
    Leases mnemoLedger(
            RedisLinks redis,
            MnemoProperties properties,
            @Qualifier("mnemoUnsettled") Detached unsettled,
            BudgetListener listener) {
        RedisLedger ledger = new RedisLedger(redis.budget(), properties.budget().lease());
        return new Leases(ledger, new Retries(ledger, unsettled, MnemoAutoConfiguration.CLOCK), listener);
    }

    @Bean
    Heartbeat mnemoLeases(Leases leases, MnemoProperties properties) {
        return new Heartbeat(leases.renew(), properties.budget().lease().dividedBy(3));
    }

    @Bean
    @ConditionalOnMissingBean
    Budget mnemoBudget(Leases leases, TokenEstimate estimate, BudgetListener listener) {
        InMemoryLedger alone = new InMemoryLedger(MnemoAutoConfiguration.CLOCK, LONGEST_CALL);
        return new BudgetGate(leases, alone, estimate, MnemoAutoConfiguration.CLOCK, listener);
    }

    @Bean
    UsageBook mnemoUsage(RedisLinks redis) {
        return new UsageBook(redis.record(), MnemoAutoConfiguration.CLOCK);
    }

    @Bean
    Experiment mnemoExperiment(RedisLinks redis, Budget budget) {
        return new Experiment(redis.record(), budget, MnemoAutoConfiguration.CLOCK);
    }

    @Bean
    TokenEstimate mnemoTokenEstimate() {
        return new TokenEstimate();
    }

    /** Replicas learn from each other. */
    @Bean
    Heartbeat mnemoRatios(TokenEstimate estimate, RedisLinks redis) {
        return new Heartbeat(new SharedRatios(estimate, redis.record()).exchange(), EXCHANGE);
    }

    @Bean
    TokenCounter mnemoTokenCounter() {
        return new TokenCounter();
    }

    /** Counting and packing beside the event loops; bounded, so that a flood of answers cannot fill the heap. */
    @Bean(destroyMethod = "dispose")
    Scheduler mnemoBackground() {
        return Schedulers.newBoundedElastic(
                Runtime.getRuntime().availableProcessors(), BACKGROUND_QUEUE, "mnemo-background");
    }
}
