package dev.mnemo.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;

/** Issues tokens, right ones and wrong ones. */
public final class Issuer {

    public static final String NAME = "https://login.example";
    public static final ECKey EC = ec("ec", Curve.P_256);
    static final ECKey NEXT = ec("next", Curve.P_256);

    /** Made when somebody asks for it: that takes a second. */
    static final class Rsa {

        static final RSAKey KEY = rsa("rsa", 2048);
    }

    private Issuer() {}

    static RSAKey rsa(String kid, int bits) {
        try {
            return new RSAKeyGenerator(bits, true)
                    .keyID(kid)
                    .keyUse(KeyUse.SIGNATURE)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static ECKey ec(String kid, Curve curve) {
        try {
            return new ECKeyGenerator(curve).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The document that an issuer publishes. */
    public static byte[] jwks(JWK... keys) {
        return new JWKSet(List.of(keys)).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** For an hour, signed with {@link #EC}. */
    public static String token(String audience, String user, Instant now) {
        return token(JWSAlgorithm.ES256, EC, claims(audience, user, now).build());
    }

    static JWTClaimsSet.Builder claims(String audience, String user, Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(NAME)
                .audience(audience)
                .subject(user)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(3_600)));
    }

    static String token(JWSAlgorithm algorithm, JWK key, JWTClaimsSet claims) {
        return token(algorithm, key, claims, header -> header.keyID(key.getKeyID()));
    }

    static String token(JWSAlgorithm algorithm, JWK key, JWTClaimsSet claims, UnaryOperator<JWSHeader.Builder> header) {
        try {
            JWSSigner signer = key instanceof RSAKey rsa
                    ? new RSASSASigner(rsa.toPrivateKey(), true)
                    : new ECDSASigner((ECKey) key);
            SignedJWT jwt = new SignedJWT(
                    header.apply(new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT))
                            .build(),
                    claims);
            jwt.sign(signer);
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A text in base64url. */
    static String part(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
