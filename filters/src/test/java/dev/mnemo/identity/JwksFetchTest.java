package dev.mnemo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** Key sets from issuers that are right, slow, large, or somewhere else. */
class JwksFetchTest {

    @TempDir
    Path directory;

    private final AtomicInteger elsewhere = new AtomicInteger();

    private final DisposableServer issuer = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(routes -> routes.get(
                            "/keys",
                            (request, response) -> response.sendString(
                                    Mono.just(request.requestHeaders().get("Accept"))))
                    .get("/moved", (request, response) -> response.sendRedirect("/elsewhere"))
                    .get("/elsewhere", (request, response) -> {
                        elsewhere.incrementAndGet();
                        return response.sendString(Mono.just("{}"));
                    })
                    .get("/large", (request, response) -> response.sendString(Mono.just(" ".repeat(1_000_001))))
                    .get("/full", (request, response) -> response.sendString(Mono.just(" ".repeat(1_000_000))))
                    .get("/silent", (request, response) -> Mono.never()))
            .bindNow();

    private Mono<byte[]> fetch(String path, Duration within) {
        return new JwksFetch(HttpClient.newConnection(), within)
                .apply(URI.create("http://127.0.0.1:" + issuer.port() + path));
    }

    private Mono<byte[]> fetch(String path) {
        return fetch(path, Duration.ofSeconds(10));
    }

    @AfterEach
    void stop() {
        issuer.disposeNow();
    }

    @Test
    void aDocumentIsFetchedWhole() {
        assertThat(fetch("/keys").block()).asString().isEqualTo("application/jwk-set+json, application/json");
        assertThat(fetch("/full").block()).hasSize(1_000_000);
    }

    @Test
    void aRedirectIsNotFollowed() {
        assertThatThrownBy(() -> fetch("/moved").block()).hasRootCauseMessage("answered 302");
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void whatIsMissingOrTooLargeFails() {
        assertThatThrownBy(() -> fetch("/none").block()).hasRootCauseMessage("answered 404");
        assertThatThrownBy(() -> fetch("/large").block()).hasMessageContaining("larger than 1 MB");
    }

    @Test
    void aSilentIssuerIsLeft() {
        assertThatThrownBy(() -> fetch("/silent", Duration.ofMillis(200)).block())
                .hasRootCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void aFileIsReadUpToTheSameSize() throws IOException {
        JwksFetch fetch = new JwksFetch(HttpClient.newConnection(), Duration.ofSeconds(10));
        Path file = Files.writeString(directory.resolve("keys.json"), "{\"keys\":[]}");
        assertThat(fetch.apply(file.toUri()).block()).asString().isEqualTo("{\"keys\":[]}");
        assertThat(fetch.apply(URI.create("file:" + file)).block()).hasSize(11);
        Files.writeString(file, " ".repeat(1_000_001));
        assertThatThrownBy(() -> fetch.apply(file.toUri()).block()).hasMessageContaining("larger than 1 MB");
        Files.delete(file);
        assertThatThrownBy(() -> fetch.apply(file.toUri()).block()).hasRootCauseInstanceOf(NoSuchFileException.class);
    }
}
