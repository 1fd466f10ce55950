package dev.mnemo.upstream;

import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.isAlreadyRouted;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.setAlreadyRouted;

import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Stage;
import java.net.URI;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Sends a call to its tenant's upstream. It completes when the answer's headers are there; the line writes the body, once
 * the route's own filters have had their say. Exchanges without a call pass by. Thread-safe.
 */
public final class UpstreamFilter implements GlobalFilter, Ordered {

    private final UpstreamClient client;

    public UpstreamFilter(UpstreamClient client) {
        this.client = client;
    }

    @Override
    public int getOrder() {
        return Stage.UPSTREAM.order();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        LlmCall call = LlmCall.of(exchange);
        if (call == null || isAlreadyRouted(exchange)) {
            return chain.filter(exchange);
        }
        if (isWebsocket(exchange)) {
            return chain.filter(toUpstream(exchange, call));
        }
        setAlreadyRouted(exchange);
        return client.send(call, exchange).then(Mono.defer(() -> chain.filter(exchange)));
    }

    private static boolean isWebsocket(ServerWebExchange exchange) {
        return "websocket".equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade());
    }

    /** Spring Cloud Gateway has a websocket proxy of its own; it needs the address and clean headers. */
    private static ServerWebExchange toUpstream(ServerWebExchange exchange, LlmCall call) {
        String url = UpstreamUrl.of(call.upstream(), exchange.getRequest().getURI());
        exchange.getAttributes().put(GATEWAY_REQUEST_URL_ATTR, URI.create("ws" + url.substring("http".length())));
        HttpHeaders clean =
                UpstreamHeaders.forWebsocket(call, exchange.getRequest().getHeaders());
        call.sent();
        return exchange.mutate()
                .request(request -> request.headers(headers -> {
                    headers.clear();
                    headers.addAll(clean);
                }))
                .build();
    }
}
