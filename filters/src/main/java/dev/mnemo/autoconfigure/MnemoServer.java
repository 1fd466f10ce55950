package dev.mnemo.autoconfigure;

import dev.mnemo.metrics.StateMetrics;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Limits of the server that calls come in on. The management's server has none: it has a context of its own, which asks only
 * its own customizers, and must answer whatever happens here.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(NettyReactiveWebServerFactory.class)
final class MnemoServer {

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> mnemoHttpLimits(
            MnemoProperties properties, StateMetrics metrics) {
        HttpLimits limits = new HttpLimits(properties.limits(), metrics::shed, MnemoAutoConfiguration.NANOS);
        metrics.connections(limits::open);
        return factory -> factory.addServerCustomizers(limits::on);
    }
}
