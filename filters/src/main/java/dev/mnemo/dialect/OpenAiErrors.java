package dev.mnemo.dialect;

import static dev.mnemo.dialect.DialectJson.quoted;

import dev.mnemo.dialect.Dialect.Problem;

/** Errors as OpenAI's SDKs read them: all four members are required by its specification. */
final class OpenAiErrors {

    private OpenAiErrors() {}

    static String json(Problem problem) {
        return "{\"error\":" + error(problem) + "}";
    }

    /** The error alone. */
    static String error(Problem problem) {
        return "{\"message\":" + quoted(problem.message()) + ",\"type\":\"" + type(problem.status())
                + "\",\"param\":null,\"code\":" + quoted(problem.code()) + "}";
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
