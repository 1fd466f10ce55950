package dev.mnemo.budget;

import dev.mnemo.budget.Ledger.Claim;
import dev.mnemo.redis.Keys;
import dev.mnemo.tenant.Limit;

/** Whose use a limit counts, as a part of a key's name. */
final class Subjects {

    private Subjects() {}

    /** Injective: an encoded id is never empty, so that no user is the anonymous one. */
    static String of(Limit limit, Claim claim) {
        String name = "limit:" + limit.name();
        return switch (limit.per()) {
            case TENANT -> name;
            case KEY -> name + ":key:" + Keys.encoded(claim.keyId());
            case USER -> name + ":user:" + (claim.user() == null ? "" : Keys.encoded(claim.user()));
        };
    }
}
