package dev.mnemo.api;

import dev.mnemo.call.Refusal;
import dev.mnemo.memory.PreferencesStore.PreferencesProblem;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
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

    static Mono<ServerResponse> of(int status, String detail) {
        return answer(status, "mnemo: " + detail);
    }

    private static Mono<ServerResponse> answer(int status, String detail) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", HttpStatus.valueOf(status).getReasonPhrase());
        problem.put("status", status);
        problem.put("detail", detail);
        ServerResponse.BodyBuilder answer =
                ServerResponse.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == 503) {
            answer.header("Retry-After", SOON);
        }
        return answer.bodyValue(problem);
    }
}
