package dev.mnemo.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

/**
 * Takes from a client the power to delete the gateway's headers: proxies drop each header that {@code Connection} names,
 * and do so after the gateway has set its own (RFC 9110 §7.6.1; reproduced with Spring Cloud Gateway 5.0.3).
 */
final class ConnectionHeader {

    private static final Set<String> HARMLESS = Set.of("close", "keep-alive", "upgrade", "te");

    private ConnectionHeader() {}

    /** The exchange itself, or one whose request has lost the headers that its {@code Connection} named, and the names. */
    static ServerWebExchange neutralised(ServerWebExchange exchange) {
        List<String> values = exchange.getRequest().getHeaders().get(HttpHeaders.CONNECTION);
        if (values == null) {
            return exchange;
        }
        List<String> kept = new ArrayList<>();
        List<String> named = new ArrayList<>();
        for (String value : values) {
            for (String option : value.split(",")) {
                String name = option.strip();
                (HARMLESS.contains(name.toLowerCase(Locale.ROOT)) ? kept : named).add(name);
            }
        }
        if (named.isEmpty()) {
            return exchange;
        }
        return exchange.mutate()
                .request(request -> request.headers(headers -> {
                    named.stream().filter(name -> !name.isEmpty()).forEach(headers::remove);
                    if (kept.isEmpty()) {
                        headers.remove(HttpHeaders.CONNECTION);
                    } else {
                        headers.set(HttpHeaders.CONNECTION, String.join(", ", kept));
                    }
                }))
                .build();
    }
}
