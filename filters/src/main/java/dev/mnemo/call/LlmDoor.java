package dev.mnemo.call;

import dev.mnemo.dialect.Endpoint;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * A filter of a route's YAML: {@code Llm}, {@code LlmIdentify}, {@code LlmPersonalize} or {@code LlmBudget}. It says which
 * parts of the line are wanted; {@link LlmLine} does them, once, however many doors a route has.
 */
public final class LlmDoor implements GatewayFilterFactory<LlmDoor.Config> {

    /** A door has nothing to configure: a route says that it wants a part, the tenant's file says how. */
    public static final class Config {}

    private final String name;
    private final Set<Part> parts;
    private final LongSupplier nanos;

    /**
     * @param name in YAML
     */
    public LlmDoor(String name, Set<Part> parts, LongSupplier nanos) {
        this.name = name;
        this.parts = Set.copyOf(parts);
        this.nanos = nanos;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Class<Config> getConfigClass() {
        return Config.class;
    }

    @Override
    public Config newConfig() {
        return new Config();
    }

    @Override
    public List<String> shortcutFieldOrder() {
        return List.of();
    }

    @Override
    public GatewayFilter apply(Config config) {
        return new Door();
    }

    private final class Door implements GatewayFilter, Ordered {

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
            LlmCall call = LlmCall.of(exchange);
            if (call == null) {
                call = call(exchange.getRequest(), exchange.getResponse().getHeaders(), nanos);
                call.attachTo(exchange);
            }
            call.want(parts);
            return chain.filter(exchange);
        }

        @Override
        public int getOrder() {
            return Stage.DOOR.order();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static LlmCall call(ServerHttpRequest request, HttpHeaders answerHeaders, LongSupplier nanos) {
        return new LlmCall(
                Endpoint.of(
                        request.getMethod().name(),
                        plainPath(request),
                        request.getURI().getRawQuery(),
                        request.getHeaders()::getFirst),
                request.getHeaders(),
                answerHeaders,
                nanos,
                request.getRemoteAddress());
    }

    /**
     * The path decoded, without empty segments and without parameters: an upstream may read
     * {@code //v1/chat%2Fcompletions;a/} as the chat path, and a call that is one must not pass as anything else.
     */
    static String plainPath(ServerHttpRequest request) {
        String raw = request.getURI().getRawPath();
        if (raw.indexOf('%') < 0 && raw.indexOf(';') < 0 && !raw.contains("//") && !raw.endsWith("/")) {
            return raw;
        }
        return "/" + segments(raw).collect(Collectors.joining("/"));
    }

    /**
     * Holds that the path has no segments that mean another place. Readers of such paths disagree about where that is, and an
     * upstream's address may end with a path that the tenant's credential must not leave.
     *
     * @throws Refusal 400 when it has
     */
    static void checkPath(ServerHttpRequest request) {
        String raw = request.getURI().getRawPath();
        boolean may = raw.contains("/.") || raw.indexOf('%') >= 0;
        if (may && segments(raw).anyMatch(segment -> segment.equals(".") || segment.equals(".."))) {
            throw Refusal.badRequest(
                    "invalid_path",
                    "path: has a segment of dots only (expected: the path that is meant, without . and ..)");
        }
    }

    /** Decoded, those that are not empty; what was an encoded slash divides too. */
    private static Stream<String> segments(String raw) {
        return PathContainer.parsePath(raw).elements().stream()
                .filter(PathContainer.PathSegment.class::isInstance)
                .map(element -> ((PathContainer.PathSegment) element).valueToMatch())
                .flatMap(value -> Stream.of(value.split("[/\\\\]")))
                .filter(segment -> !segment.isEmpty());
    }

    /** A part of the line that a route's filter asks for. Identity is always part of it. */
    public enum Part {
        PERSONALIZE,
        BUDGET
    }
}
