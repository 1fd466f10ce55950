package dev.mnemo.identity;

import static dev.mnemo.identity.TokenIdentity.refused;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyConverter;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.Jwt;
import java.security.Key;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds a token to a tenant's rules: algorithm, key, signature, times. The library does the cryptography; which keys may be
 * used is said here. Thread-safe.
 *
 * <p>It remembers, by the SHA-256 of the whole token, that a signature was right, and under which rules and keys: an elliptic
 * curve costs more than the rest of a call. It remembers nothing of what a token says.
 */
final class TokenVerifier {

    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_VERIFIED = 10_000;

    /** RFC 9068 and RFC 8725 §3.11: a type that is said must be one of an access token. */
    private static final DefaultJOSEObjectTypeVerifier<Trust> TYPES = new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), null);

    private final SigningKeys keys;
    private final InstantSource clock;
    private final DefaultJWTProcessor<Trust> processor = new DefaultJWTProcessor<>();
    private final Map<String, Trust> verified = new ConcurrentHashMap<>();

    /** What one token is held to. */
    private record Trust(Jwt rules, JWKSet keys) implements SecurityContext {}

    TokenVerifier(SigningKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
        processor.setJWSTypeVerifier(TYPES);
        processor.setJWSKeySelector((header, trust) -> fitting(header, Objects.requireNonNull(trust)));
        processor.setJWTClaimsSetVerifier((claims, trust) ->
                checkTimes(claims, Objects.requireNonNull(trust).rules()));
    }

    /**
     * Returns when the token is right.
     *
     * @param claims what the token says, not proved yet
     * @param sha256 of the token as it was sent, to its last character
     * @param rules those of the tenant that issuer and audience of the token name
     * @throws Refusal 401 when it is not, 503 while the issuer's keys are missing
     */
    void verify(SignedJWT token, JWTClaimsSet claims, String sha256, Jwt rules) {
        JWSHeader header = token.getHeader();
        if (!rules.algorithms().contains(header.getAlgorithm().getName())) {
            throw refused("signed in a way that is not allowed (expected: one of " + rules.algorithms() + ")");
        }
        if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
            throw refused("its header asks for extensions (expected: neither crit nor b64)");
        }
        Trust trust = new Trust(rules, keys.of(rules.jwks()));
        if (trust.equals(verified.get(sha256))) {
            checkTimes(claims, rules);
            return;
        }
        try {
            processor.process(token, trust);
        } catch (BadJWSException e) {
            // The issuer may have put another key under the same name.
            keys.missing(rules.jwks());
            throw refused("its signature does not match (expected: one by a key of the issuer)");
        } catch (BadJWTException e) {
            throw refused("its claims cannot be read (expected: a JSON object of claims)");
        } catch (BadJOSEException e) {
            throw refused("its type (typ) is of something else (expected: JWT, at+jwt or none)");
        } catch (JOSEException e) {
            throw unfit(header);
        }
        if (verified.size() >= MOST_VERIFIED) {
            verified.clear();
        }
        verified.put(sha256, trust);
    }

    /** Keys of the issuer, never one that the token brings along or points to. */
    private List<Key> fitting(JWSHeader header, Trust trust) {
        JWKMatcher fits = new JWKMatcher.Builder(Objects.requireNonNull(JWKMatcher.forJWSHeader(header)))
                .keyOperations(KeyOperation.VERIFY, KeyOperation.SIGN, null)
                .minKeySize(KeyType.RSA.equals(KeyType.forAlgorithm(header.getAlgorithm())) ? LEAST_RSA_BITS : 0)
                .curves(Curve.forJWSAlgorithm(header.getAlgorithm()))
                .build();
        List<JWK> found = new JWKSelector(fits).select(trust.keys());
        String kid = header.getKeyID();
        if (kid != null && trust.keys().getKeyByKeyId(kid) == null) {
            keys.missing(trust.rules().jwks());
            throw refused("signed with a key that is not known, or not yet: the issuer's keys are fetched again"
                    + " (expected: a kid of its key set)");
        }
        if (found.isEmpty()) {
            keys.missing(trust.rules().jwks());
            throw unfit(header);
        }
        if (kid == null && found.size() > 1) {
            throw refused("does not say which key it is signed with (expected: a kid, since several keys fit)");
        }
        return KeyConverter.toJavaKeys(found);
    }

    private static Refusal unfit(JWSHeader header) {
        return refused("no key of the issuer fits it (expected: one for signatures with " + header.getAlgorithm()
                + ", RSA from " + LEAST_RSA_BITS + " bits)");
    }

    private void checkTimes(JWTClaimsSet claims, Jwt rules) {
        Instant now = clock.instant();
        Date expires = claims.getExpirationTime();
        if (expires == null) {
            throw refused("never expires (expected: the claim exp)");
        }
        if (!now.isBefore(expires.toInstant().plus(rules.skew()))) {
            throw refused("expired at " + expires.toInstant() + " (expected: a fresh one)");
        }
        Instant latest = now.plus(rules.skew());
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && notBefore.toInstant().isAfter(latest)) {
            throw refused("not valid before " + notBefore.toInstant() + " (expected: later, or clocks that agree)");
        }
        Date issued = claims.getIssueTime();
        if (issued != null && issued.toInstant().isAfter(latest)) {
            throw refused("issued in the future, at " + issued.toInstant() + " (expected: clocks that agree)");
        }
    }
}
