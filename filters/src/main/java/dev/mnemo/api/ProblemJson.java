package dev.mnemo.api;

import dev.mnemo.call.Refusal;
import dev.mnemo.memory.PreferencesProblem;
import dev.mnemo.redis.RedisLink;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** An error of the API: {@code application/problem+json} (RFC 9457). */
final class ProblemJson {

    private static final Logger log = LoggerFactory.getLogger(ProblemJson.class);

    private static final Duration SOON = Duration.ofSeconds(2);

    private ProblemJson() {}

    static Mono<ServerResponse> of(Throwable e) {
        return switch (e) {
            case Refusal refusal -> answer(refusal.status(), refusal.getMessage(), refusal.retryAfter());
            case PreferencesProblem problem -> of(problem.status(), String.valueOf(problem.getMessage()));
            case RejectedExecutionException busy -> of(503, "this replica has too much to do; try again");
            default -> RedisLink.isAway(e) ? of(503, "Redis does not answer; try again") : ofFault(e);
        };
    }

    private static Mono<ServerResponse> ofFault(Throwable e) {
        log.error("the API failed", e);
        return of(500, "a fault of the gateway's own, which its log tells; nothing says that trying again helps");
    }

    /**
     * @param methods that are, as {@code Allow} says them
     */
    static Mono<ServerResponse> notAllowed(ServerRequest request, String methods) {
        String detail =
                request.method() + " " + request.path() + ": not a method of this resource (expected: " + methods + ")";
        return problem(405).header(HttpHeaders.ALLOW, methods).bodyValue(body(405, "mnemo: " + detail));
    }

    static Mono<ServerResponse> of(int status, String detail) {
        return answer(status, "mnemo: " + detail, null);
    }

    /**
     * @param more members of the problem's own
     */
    static Mono<ServerResponse> of(int status, String detail, Map<String, Object> more) {
        Map<String, Object> body = body(status, "mnemo: " + detail);
        body.putAll(more);
        return problem(status).bodyValue(body);
    }

    private static Mono<ServerResponse> answer(int status, String detail, @Nullable Duration asked) {
        ServerResponse.BodyBuilder answer = problem(status);
        Duration wait = asked == null && status == 503 ? SOON : asked;
        if (wait != null) {
            answer.header(
                    HttpHeaders.RETRY_AFTER,
                    String.valueOf(Math.max(1, wait.plusMillis(999).toSeconds())));
        }
        if (status == 401) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        return answer.bodyValue(body(status, detail));
    }

    private static ServerResponse.BodyBuilder problem(int status) {
        return ServerResponse.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    private static Map<String, Object> body(int status, String detail) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", HttpStatus.valueOf(status).getReasonPhrase());
        problem.put("status", status);
        problem.put("detail", detail);
        return problem;
    }
}
