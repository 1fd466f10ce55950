package dev.mnemo.tenant;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Which tokens (JWT) are the tenant's, and who stands in them. Immutable.
 *
 * @param issuer the claim {@code iss} is this text exactly
 * @param audience the claim {@code aud} is this text exactly, or a list that holds it
 * @param jwks where the issuer's public keys are: {@code https}, {@code http} on a loopback host, or {@code file} with an
 *     absolute path
 * @param user the claim that names the user
 * @param algorithms that tokens may be signed with, of {@link #ALGORITHMS}; never empty
 * @param skew how far the issuer's clock may be from ours
 */
public record Jwt(String issuer, String audience, URI jwks, String user, List<String> algorithms, Duration skew) {

    /** All that a tenant may allow: they need a private key to sign, so that who can verify cannot forge. */
    public static final List<String> ALGORITHMS =
            List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    static final Duration MOST_SKEW = Duration.ofMinutes(5);

    public Jwt {
        algorithms = List.copyOf(algorithms);
    }
}
