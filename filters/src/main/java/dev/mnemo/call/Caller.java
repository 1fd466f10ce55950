package dev.mnemo.call;

import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Tenant.UserSource;
import org.jspecify.annotations.Nullable;

/**
 * Who speaks: the tenant, proved by a key or a token, and the user inside it.
 *
 * @param key the key that was sent, or {@link ApiKey#TOKEN}, or {@link ApiKey#MAINTENANCE}; its id is shown, never the key
 * @param user null for an anonymous caller
 * @param userFrom where the user was found; null for an anonymous caller, and for one whom a token names
 */
public record Caller(
        Tenant tenant,
        ApiKey key,
        @Nullable String user,
        @Nullable UserSource userFrom) {

    /** Mnemo itself, for a tenant. */
    static Caller mnemo(Tenant tenant) {
        return new Caller(tenant, ApiKey.MAINTENANCE, null, null);
    }

    /** Whether Mnemo calls by itself, and no client. */
    public boolean isMnemo() {
        return key.equals(ApiKey.MAINTENANCE);
    }

    /** Whether a token says who it is: nothing else in the request does. */
    public boolean byToken() {
        return key.equals(ApiKey.TOKEN);
    }

    public Caller as(String found, UserSource from) {
        return new Caller(tenant, key, found, from);
    }
}
