package dev.mnemo.call;

import dev.mnemo.dialect.Dialect.Problem;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** Answers with a refusal in the caller's own dialect, with the headers that SDKs act upon. */
final class Refusals {

    private Refusals() {}

    static Mono<Void> answer(ServerHttpResponse response, LlmCall call, Refusal refusal) {
        call.refused(refusal);
        if (response.isCommitted()) {
            return Mono.error(refusal);
        }
        byte[] body =
                call.dialect().error(new Problem(refusal.status(), refusal.code(), refusal.getMessage(), call.id()));
        response.setStatusCode(HttpStatusCode.valueOf(refusal.status()));
        HttpHeaders headers = response.getHeaders();
        // Of an answer that has begun and is not sent.
        headers.clearContentHeaders();
        headers.setContentType(MediaType.APPLICATION_JSON);
        headers.setContentLength(body.length);
        // Where SDKs look for the id that people are asked for.
        headers.set("x-request-id", call.id());
        headers.set("request-id", call.id());
        Duration wait = refusal.retryAfter();
        if (wait != null) {
            headers.set(
                    HttpHeaders.RETRY_AFTER,
                    String.valueOf(Math.max(1, wait.plusMillis(999).toSeconds())));
        }
        if (refusal.status() == 401) {
            headers.set(
                    HttpHeaders.WWW_AUTHENTICATE,
                    refusal.code().equals("invalid_token") ? "Bearer error=\"invalid_token\"" : "Bearer");
        }
        if (!refusal.retryHelps()) {
            headers.set("x-should-retry", "false");
        }
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }
}
