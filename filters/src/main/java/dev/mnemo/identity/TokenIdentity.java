package dev.mnemo.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mnemo.call.Caller;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.Jwt;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Identity by token (JWT): issuer and audience name the tenant, a claim names the user. It is read from the token each time.
 * Thread-safe; it never waits.
 */
public final class TokenIdentity {

    /** Characters, which are bytes here. */
    private static final int LONGEST = 16 * 1024;

    /** A header, claims and a signature in base64url; without a signature too, to be told what it lacks. */
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]*+");

    private final Supplier<TenantCatalog> catalog;
    private final TokenVerifier verifier;

    /**
     * @param catalog the tenants as they are now
     */
    public TokenIdentity(Supplier<TenantCatalog> catalog, SigningKeys keys, InstantSource clock) {
        this.catalog = catalog;
        this.verifier = new TokenVerifier(keys, clock);
    }

    /** Whether there are tenants with tokens, and this looks like one. */
    boolean isToken(String credential) {
        return catalog.get().knowsTokens() && COMPACT.matcher(credential).matches();
    }

    /**
     * Whom the token proves; anonymous when its claims name no user.
     *
     * @param sha256 of the whole token
     * @throws Refusal 401 when it proves nobody, 400 when its user cannot be one, 503 while its issuer's keys are missing
     */
    Caller caller(String token, String sha256) {
        if (token.length() > LONGEST) {
            throw refused("longer than 16 KB (expected: one with fewer claims)");
        }
        SignedJWT jwt;
        JWTClaimsSet claims;
        try {
            jwt = SignedJWT.parse(token);
            claims = jwt.getJWTClaimsSet();
        } catch (ParseException | RuntimeException e) {
            // The library's reader knows no nulls where it expects none.
            throw refused("cannot be read (expected: a signed JWT: header.claims.signature)");
        }
        Tenant tenant = tenant(claims);
        Jwt rules = Objects.requireNonNull(tenant.jwt());
        verifier.verify(jwt, claims, sha256, rules);
        return new Caller(tenant, ApiKey.TOKEN, user(jwt, rules.user()), null);
    }

    /** By what nobody has proved yet; what follows is held to this tenant's rules. */
    private Tenant tenant(JWTClaimsSet claims) {
        String issuer = claims.getIssuer();
        Map<String, Tenant> tenants = issuer == null ? Map.of() : catalog.get().issuedBy(issuer);
        if (tenants.isEmpty()) {
            throw refused("its issuer (iss) is not known (expected: the issuer in a tenant's file, letter by letter)");
        }
        List<String> known = claims.getAudience().stream()
                .filter(tenants::containsKey)
                .distinct()
                .toList();
        if (known.isEmpty()) {
            throw refused("its audience (aud) is not known (expected: the audience in a tenant's file)");
        }
        if (known.size() > 1) {
            throw refused("its audience (aud) names several tenants (expected: a token for one)");
        }
        return Objects.requireNonNull(tenants.get(known.getFirst()));
    }

    private static @Nullable String user(SignedJWT jwt, String claim) {
        Object value = jwt.getPayload().toJSONObject().get(claim);
        return switch (value) {
            case null -> null;
            case String text when text.isBlank() -> null;
            case String text -> UserIds.checked(text);
            // A larger number, or one with a fraction, comes as a double, which two users may share.
            case Long number -> number.toString();
            default ->
                throw refused(
                        "its claim \"" + claim + "\" is no name (expected: a text, or a whole number of 64 bits)");
        };
    }

    /**
     * The caller, once its tenant lets it be what it is.
     *
     * @throws Refusal 403 when the token names no user and the tenant wants one
     */
    static Caller named(Caller caller) {
        if (caller.user() == null && !caller.tenant().anonymous()) {
            String claim = Objects.requireNonNull(caller.tenant().jwt()).user();
            throw Refusal.of(403, "user_required", "token: names no user (expected: the claim \"" + claim + "\")")
                    .to(caller.tenant(), caller.key());
        }
        return caller;
    }

    /**
     * @param why what is wrong and what to do, without a word of the token
     */
    static Refusal refused(String why) {
        return Refusal.of(401, "invalid_token", "token: " + why);
    }
}
