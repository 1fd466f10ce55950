package dev.mnemo.call;

import dev.mnemo.call.Capacity.Seat;
import dev.mnemo.call.Ending.Outcome;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.server.HttpServerRequest;

/**
 * The calls in flight. When the replica is to stop, new ones are refused, and those that have begun can be waited for, be
 * broken off with a word, and be cut. Thread-safe.
 */
public final class Flights {

    /** What a client is told, in its dialect: to send the call again is of use, another replica takes it. */
    static final Refusal STOPPING = Refusal.later(
            503, "stopping", "this replica is stopping; send the call again", Duration.ofSeconds(1), true);

    private final Set<Flight> flying = ConcurrentHashMap.newKeySet();
    private final Quiet quiet = new Quiet(flying::isEmpty);
    private volatile boolean stopping;

    Flight of(LlmCall call, ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        // A client that sends its next call elsewhere does not meet the end of this connection.
        response.beforeCommit(() -> {
            if (stopping) {
                response.getHeaders().set(HttpHeaders.CONNECTION, "close");
            }
            return Mono.empty();
        });
        return new Flight(call, exchange.getRequest());
    }

    /** From now on new calls are refused, and each answer that begins is its connection's last. */
    public void stop() {
        stopping = true;
    }

    /** How many there are. */
    public int count() {
        return flying.size();
    }

    /** Completes when there are none. One waits at a time. */
    public Mono<Void> landed() {
        return quiet.await();
    }

    /** Breaks off those that are left: each ends with an error of its dialect, and settles at what was delivered. */
    public void breakOff() {
        flying.forEach(Flight::breakOff);
    }

    /** Cuts those that are left: their clients do not read, and would keep them from being settled. */
    public void cut() {
        flying.forEach(Flight::hangUp);
    }

    /** One call, from its arrival until what settles and records it has begun. */
    final class Flight {

        private final LlmCall call;
        private final ServerHttpRequest request;
        private final Sinks.Empty<Void> cut = Sinks.empty();
        private volatile @Nullable Seat seat;

        private Flight(LlmCall call, ServerHttpRequest request) {
            this.call = call;
            this.request = request;
        }

        /**
         * @throws Refusal when the replica is stopping
         */
        void begin() {
            flying.add(this);
            // Whoever stops sees it, or is seen.
            if (stopping) {
                landed();
                throw stopped();
            }
        }

        /** Has the call keep its place in this replica until it has landed. */
        Seat take(Seat taken) {
            seat = taken;
            return taken;
        }

        /** The call is settled. A websocket's session goes on, until its connection is closed. */
        void end() {
            boolean upgraded = request.getHeaders().getUpgrade() != null
                    && withChannel(channel -> {
                        if (isWebsocket(channel)) {
                            var unused = channel.closeFuture().addListener(closed -> landed());
                        } else {
                            landed();
                        }
                    });
            if (!upgraded) {
                landed();
            }
        }

        private void landed() {
            Seat taken = seat;
            if (taken != null) {
                taken.leave();
            }
            flying.remove(this);
            quiet.check();
        }

        /** An error when the call is cut; else never anything. */
        Mono<Void> whenCut() {
            return cut.asMono();
        }

        private Refusal stopped() {
            call.answerHeaders().set("x-should-retry", "true");
            return STOPPING;
        }

        /** An answer that has begun can tell of it; else the call is refused, as far as it has come. */
        private void breakOff() {
            onItsThread(() -> {
                UpstreamAnswer answer = call.answer();
                if (answer == null) {
                    cut();
                } else {
                    answer.breakOff(stopped());
                }
            });
        }

        private void hangUp() {
            onItsThread(() -> {
                cut();
                // What waits to be written would hold it open.
                withChannel(channel -> {
                    var unused = channel.close();
                });
            });
        }

        private void cut() {
            call.end(Outcome.STOPPED);
            sayGoodbye();
            cut.tryEmitError(stopped());
        }

        /** A session that is a websocket has a word of its own for it. */
        private void sayGoodbye() {
            withChannel(channel -> {
                if (isWebsocket(channel)) {
                    var unused = channel.writeAndFlush(
                            new CloseWebSocketFrame(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, STOPPING.getMessage()));
                }
            });
        }

        private static boolean isWebsocket(Channel channel) {
            return channel.pipeline().get(WebSocketFrameEncoder.class) != null;
        }

        /** Where its buffers pass: nothing of the call is then done by two threads at once. */
        private void onItsThread(Runnable work) {
            if (!withChannel(channel -> channel.eventLoop().execute(work))) {
                work.run();
            }
        }

        private boolean withChannel(Consumer<Channel> work) {
            HttpServerRequest server = server();
            if (server == null) {
                return false;
            }
            server.withConnection(connection -> work.accept(connection.channel()));
            return true;
        }

        /** Null for a server that is not Netty. */
        private @Nullable HttpServerRequest server() {
            Object server = ServerHttpRequestDecorator.getNativeRequest(request);
            return server instanceof HttpServerRequest netty ? netty : null;
        }
    }
}
