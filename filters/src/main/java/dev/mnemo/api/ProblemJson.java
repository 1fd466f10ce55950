package dev.mnemo.api;

import dev.mnemo.call.Refusal;
import dev.mnemo.memory.PreferencesStore.PreferencesProblem;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** An error of the API: {@code application/problem+json} (RFC 9457). */
final class ProblemJson {

    private static final String SOON = "2";

    private ProblemJson() {}

    static Mono<ServerResponse> of(Throwable e) {
        return switch (e) {
            case Refusal refusal -> answer(refusal.status(), refusal.getMessage());
            case PreferencesProblem problem -> of(problem.status(), String.valueOf(problem.getMessage()));
            default -> of(503, "Redis does not answer; try again");
        };
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
        return answer(status, "mnemo: " + detail);
    }

    /**
     * @param more members of the problem's own
     */
    static Mono<ServerResponse> of(int status, String detail, Map<String, Object> more) {
        Map<String, Object> body = body(status, "mnemo: " + detail);
        body.putAll(more);
        return problem(status).bodyValue(body);
    }

    private static Mono<ServerResponse> answer(int status, String detail) {
        ServerResponse.BodyBuilder answer = problem(status);
        if (status == 503) {
            answer.header(HttpHeaders.RETRY_AFTER, SOON);
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
