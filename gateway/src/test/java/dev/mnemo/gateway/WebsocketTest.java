package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

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
    void aSessionPassesBothWays() throws Exception {
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
        try (Mnemo mnemo = Mnemo.start(TestRedis.url(), Map.of(tenant, Mnemo.tenant(tenant, upstream.port(), "")))) {
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
                            })
                    .get(10, TimeUnit.SECONDS);

            socket.sendText("hello", true).get(10, TimeUnit.SECONDS);

            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("echo hello");
            assertThat(headers.get(10, TimeUnit.SECONDS))
                    .contains("bearer upstream-secret")
                    .doesNotContain("mnemo")
                    .doesNotContain(tenant);
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
        } finally {
            upstream.disposeNow();
        }
    }
}
