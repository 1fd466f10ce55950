package dev.mnemo.dialect;

import dev.mnemo.dialect.Dialect.Problem;
import dev.mnemo.json.JsonText;
import java.nio.charset.StandardCharsets;

/** Errors as OpenAI's SDKs read them: all four members are required by its specification. */
final class OpenAiErrors {

    private OpenAiErrors() {}

    static byte[] body(Problem problem) {
        return json(problem).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] event(Problem problem) {
        return ("data: " + json(problem) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String json(Problem problem) {
        return "{\"error\":{\"message\":\"" + quoted(problem.message()) + "\",\"type\":\"" + type(problem.status())
                + "\",\"param\":null,\"code\":\"" + quoted(problem.code()) + "\"}}";
    }

    private static String quoted(String text) {
        return new String(JsonText.escaped(text), StandardCharsets.UTF_8);
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_error";
            case 503 -> "service_unavailable_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }
}
