package dev.mnemo.budget;

import dev.mnemo.tenant.Limit;

/**
 * What a call has really used.
 *
 * @param requests 1 when the upstream has seen it, else 0
 */
public record Spent(long tokens, long requests) {

    long of(Limit.Unit unit) {
        return switch (unit) {
            case TOKENS -> tokens;
            case REQUESTS -> requests;
        };
    }
}
