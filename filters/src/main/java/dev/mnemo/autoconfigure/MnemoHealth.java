package dev.mnemo.autoconfigure;

import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tells operators how Redis is. It is no part of liveness or readiness: without Redis calls still go on, and a probe that
 * fails everywhere at once takes every replica away.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(HealthIndicator.class)
final class MnemoHealth {

    @Bean
    HealthIndicator mnemoRedisHealthIndicator(RedisLinks redis) {
        return () -> {
            boolean up = redis.all().stream().allMatch(RedisLink::isUp);
            Health.Builder health = up ? Health.up() : Health.status("DEGRADED");
            redis.all().forEach(link -> health.withDetail(link.name(), link.isUp() ? "up" : "down"));
            return health.build();
        };
    }
}
