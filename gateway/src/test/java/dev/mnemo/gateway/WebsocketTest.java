package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.call.Capacity;
import dev.mnemo.redis.TestRedis;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A realtime session passes through, with the tenant's credential and no header of Mnemo's. */
class WebsocketTest {

    @Test
    void aSessionPassesBothWaysAndIsClosedWithAWordWhenTheReplicaStops() throws Exception {
        CompletableFuture<String> headers = new CompletableFuture<>();
        DisposableServer upstream = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.get("/v1/realtime", (request, response) -> {
                    headers.complete(request.requestHeaders().toString().toLowerCase());
                    return response.sendWebsocket((in, out) ->
                            out.sendString(in.receive().asString().concatMap(text -> Mono.just("echo " + text))));
                }))
                .bindNow();
        String tenant = TestRedis.fresh("socket");
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        CompletableFuture<String> closed = new CompletableFuture<>();
        try (Mnemo mnemo = Mnemo.start(
                TestRedis.url(), Map.of(tenant, Mnemo.tenant(tenant, upstream.port(), "")), "mnemo.drain=0s")) {
            WebSocket socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .header("Authorization", "Bearer " + tenant + "-key")
                    .header("X-Mnemo-User", "ada")
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + mnemo.port() + "/v1/realtime?model=m"),
                            new WebSocket.Listener() {
                                @Override
                                public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                    heard.add(data.toString());
                                    from.request(1);
                                    return null;
                                }

                                @Override
                                public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
                                    closed.complete(status + " " + reason);
                                    return null;
                                }

                                @Override
                                public void onError(WebSocket from, Throwable error) {
                                    closed.completeExceptionally(error);
                                }
                            })
                    .get(10, TimeUnit.SECONDS);

            socket.sendText("hello", true).get(10, TimeUnit.SECONDS);

            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("echo hello");
            assertThat(headers.get(10, TimeUnit.SECONDS))
                    .contains("bearer upstream-secret")
                    .doesNotContain("mnemo")
                    .doesNotContain(tenant);
            Capacity capacity = mnemo.bean(Capacity.class);
            assertThat(capacity.calls())
                    .as("it is in flight for as long as it is open")
                    .isEqualTo(1);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(mnemo::close);

            assertThat(closed.get(10, TimeUnit.SECONDS))
                    .isEqualTo("1001 mnemo: this replica is stopping; send the call again");
            stopped.get(10, TimeUnit.SECONDS);
            assertThat(capacity.calls()).as("it has left").isZero();
        } finally {
            upstream.disposeNow();
        }
    }
}
