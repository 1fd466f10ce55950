package dev.mnemo.identity;

import dev.mnemo.call.Caller;
import dev.mnemo.call.Credential;
import dev.mnemo.call.Identity;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.ApiKey.Permission;
import dev.mnemo.tenant.Tenant.UserSource;
import dev.mnemo.tenant.TenantCatalog;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Identity by API key: the key's SHA-256 names the tenant, the tenant's list names the user. Thread-safe. */
public final class KeyIdentity implements Identity {

    private final Supplier<TenantCatalog> catalog;

    /**
     * @param catalog the tenants as they are now
     */
    public KeyIdentity(Supplier<TenantCatalog> catalog) {
        this.catalog = catalog;
    }

    @Override
    public Caller authenticate(LlmCall call) {
        Credential credential = credential(call.headers());
        KeyOwner owner = owner(credential);
        if (!owner.key().may(Permission.CHAT)) {
            throw Refusal.of(
                    403, "key_not_permitted", "key: \"" + owner.key().id() + "\" may not chat (expected: may: [chat])");
        }
        call.credential(credential);
        return new Caller(owner.tenant(), owner.key(), null, null);
    }

    /**
     * The owner of the credential that a request carries.
     *
     * @throws Refusal 401 when there is none, or nobody owns it
     */
    public KeyOwner owner(HttpHeaders headers) {
        return owner(credential(headers));
    }

    private static Credential credential(HttpHeaders headers) {
        Credential credential = Credential.of(headers);
        if (credential == null) {
            throw Refusal.of(
                    401,
                    "missing_api_key",
                    "credential: missing (expected: your key in Authorization: Bearer, x-api-key, api-key or x-goog-api-key)");
        }
        return credential;
    }

    private KeyOwner owner(Credential credential) {
        KeyOwner owner = catalog.get().key(credential.sha256());
        if (owner == null) {
            throw Refusal.of(
                    401,
                    "invalid_api_key",
                    "credential: not known (expected: a key whose SHA-256 stands in a tenant's file)");
        }
        return owner;
    }

    @Override
    public Caller user(LlmCall call, Caller caller) {
        for (UserSource source : caller.tenant().user()) {
            String found = read(call, source);
            if (found != null) {
                return caller.as(UserIds.checked(found), source);
            }
        }
        if (!caller.tenant().anonymous()) {
            throw Refusal.of(
                    403,
                    "user_required",
                    "user: missing (expected: " + expected(caller.tenant().user()) + ")");
        }
        return caller;
    }

    private static @Nullable String read(LlmCall call, UserSource source) {
        return switch (source) {
            case UserSource.Header(String name) -> header(call, name);
            case UserSource.Body(String member) ->
                call.dialect().reads() ? present(call.request().carriers().get(member)) : null;
        };
    }

    private static @Nullable String header(LlmCall call, String name) {
        List<String> values = call.headers().get(name);
        if (values == null) {
            return null;
        }
        if (values.size() > 1) {
            throw Refusal.badRequest("ambiguous_user", name + ": sent " + values.size() + " times (expected: once)");
        }
        return present(values.getFirst());
    }

    private static @Nullable String present(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static String expected(List<UserSource> sources) {
        return String.join(
                " or ",
                sources.stream()
                        .map(source -> switch (source) {
                            case UserSource.Header(String name) -> "header " + name;
                            case UserSource.Body(String member) -> "body member " + member;
                        })
                        .toList());
    }
}
