package dev.mnemo.identity;

import static com.nimbusds.jose.JWSAlgorithm.ES256;
import static com.nimbusds.jose.JWSAlgorithm.PS256;
import static com.nimbusds.jose.JWSAlgorithm.RS256;
import static dev.mnemo.identity.Issuer.EC;
import static dev.mnemo.identity.Issuer.claims;
import static dev.mnemo.identity.Issuer.part;
import static dev.mnemo.identity.Issuer.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mnemo.call.Caller;
import dev.mnemo.call.Credential;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.Jwt;
import dev.mnemo.tenant.TenantCatalog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Which tokens prove somebody, whom, and what is said to the others. */
class TokenIdentityTest {

    private static final UnaryOperator<JWTClaimsSet.Builder> AS_IT_IS = claims -> claims;

    private static final RSAKey RSA = Issuer.Rsa.KEY;

    private final Clock clock = new Clock();
    private final Instant now = clock.instant();
    private TenantCatalog tenants = Tenants.both();
    private byte[] published = Issuer.jwks(RSA, EC);
    private final SigningKeys keys = new SigningKeys(() -> tenants, source -> Mono.just(published), clock, new Deaf());
    private final TokenIdentity identity = new TokenIdentity(() -> tenants, keys, clock);

    private static final class Deaf implements SigningKeys.Listener {

        @Override
        public void added(String source, DoubleSupplier age) {}

        @Override
        public void removed(String source) {}

        @Override
        public void failed(String source) {}
    }

    TokenIdentityTest() {
        keys.refreshDue().block();
    }

    private Caller caller(String token) {
        return identity.caller(token, new Credential("authorization", token).sha256());
    }

    /** What is said of it: 401, and not a word of the token. */
    private String refused(String token) {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> caller(token));
        assertThat(refusal).as("it is refused").isNotNull();
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.code()).isEqualTo("invalid_token");
        for (String part : token.split("\\.", -1)) {
            assertThat(part.isEmpty() || !refusal.getMessage().contains(part)).isTrue();
        }
        return refusal.getMessage();
    }

    private static String rs256(String audience, String user, Instant now) {
        return token(RS256, RSA, claims(audience, user, now).build());
    }

    private String changed(UnaryOperator<JWTClaimsSet.Builder> change) {
        return token(RS256, RSA, change.apply(claims("llm", "ada", now)).build());
    }

    private String headed(UnaryOperator<JWSHeader.Builder> header) {
        return token(RS256, RSA, claims("llm", "ada", now).build(), h -> header.apply(h.keyID("rsa")));
    }

    private void publish(JWK... set) {
        published = Issuer.jwks(set);
        clock.pass(Duration.ofMinutes(5));
        keys.refreshDue().block();
    }

    private void rules(Jwt jwt) {
        tenants = new TenantCatalog(List.of(Tenants.tenant("acme", jwt)));
        keys.refreshDue().block();
    }

    // What is right.

    @Test
    void aTokenNamesTheTenantAndTheUser() {
        Caller caller = caller(rs256("llm", "ada", now));

        assertThat(caller.tenant().id()).isEqualTo("acme");
        assertThat(caller.user()).isEqualTo("ada");
        assertThat(caller.key()).isEqualTo(ApiKey.TOKEN);
        assertThat(caller.byToken()).isTrue();
        assertThat(caller.key().may(ApiKey.Permission.MEMORY)).isFalse();
    }

    @Test
    void twoTenantsShareAnIssuerAndDifferInTheAudience() {
        assertThat(caller(rs256("llm", "ada", now)).tenant().id()).isEqualTo("acme");
        assertThat(caller(rs256("globex-llm", "ada", now)).tenant().id()).isEqualTo("globex");
        assertThat(caller(changed(c -> c.audience(List.of("other", "llm"))))
                        .tenant()
                        .id())
                .isEqualTo("acme");
        assertThat(refused(changed(c -> c.audience(List.of("globex-llm", "llm")))))
                .contains("names several tenants");
    }

    @Test
    void eachAlgorithmOfTheDefaultIsVerified() {
        JWK p384 = Issuer.ec("p384", Curve.P_384);
        JWK p521 = Issuer.ec("p521", Curve.P_521);
        publish(RSA, EC, p384, p521);
        for (String name : Jwt.ALGORITHMS) {
            JWK key = name.startsWith("ES") ? (name.equals("ES256") ? EC : name.equals("ES384") ? p384 : p521) : RSA;
            String token = token(
                    com.nimbusds.jose.JWSAlgorithm.parse(name),
                    key,
                    claims("llm", name, clock.instant()).build());
            assertThat(caller(token).user()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "jwt", "at+jwt", "application/at+jwt"})
    void aTypeMayBeThatOfAnAccessToken(String type) {
        assertThat(caller(headed(h -> h.type(new JOSEObjectType(type)))).user()).isEqualTo("ada");
        assertThat(caller(headed(h -> h.type(null))).user()).isEqualTo("ada");
    }

    @Test
    void theUserIsTheClaimThatTheTenantNames() {
        Jwt byMail = new Jwt(Issuer.NAME, "llm", Tenants.JWKS, "email", Jwt.ALGORITHMS, Duration.ofSeconds(60));
        rules(byMail);
        assertThat(caller(changed(c -> c.claim("email", "ada@example.com"))).user())
                .isEqualTo("ada@example.com");
        assertThat(caller(changed(c -> c.claim("email", 42))).user()).isEqualTo("42");
        assertThat(caller(changed(AS_IT_IS)).user()).isNull();
        assertThat(caller(changed(c -> c.claim("email", " "))).user()).isNull();
        assertThat(refused(changed(c -> c.claim("email", List.of("a", "b"))))).contains("\"email\" is no name");
        assertThat(refused(changed(c -> c.claim("email", true)))).contains("\"email\" is no name");
    }

    @Test
    void numbersThatTwoUsersMayShareAreNoName() {
        assertThat(refused(changed(c -> c.claim("sub", new java.math.BigInteger("123456789012345678901")))))
                .contains("whole number of 64 bits");
        assertThat(refused(changed(c -> c.claim("sub", 1.5)))).contains("whole number of 64 bits");
    }

    @Test
    void aUserThatCannotBeOneIsToldSo() {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> caller(changed(c -> c.subject("a\nb"))));
        assertThat(refusal.status()).isEqualTo(400);
    }

    @Test
    void aTokenWithoutUserIsAnonymousWhereTheTenantAllowsIt() {
        String nobody = changed(c -> c.subject(null));
        assertThat(TokenIdentity.named(caller(nobody)).user()).isNull();

        tenants = new TenantCatalog(List.of(Tenants.tenant("acme", Tenants.jwt("llm"), false)));
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> TokenIdentity.named(caller(nobody)));
        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal).hasMessage("mnemo: token: names no user (expected: the claim \"sub\")");
    }

    // Claims.

    @Test
    void anotherIssuerOrAudienceIsRefused() {
        assertThat(refused(changed(c -> c.issuer(Issuer.NAME + "/")))).contains("issuer (iss) is not known");
        assertThat(refused(changed(c -> c.issuer(null)))).contains("issuer (iss) is not known");
        assertThat(refused(changed(c -> c.audience("LLM")))).contains("audience (aud) is not known");
        assertThat(refused(changed(c -> c.audience((String) null)))).contains("audience (aud) is not known");
    }

    @Test
    void anExpiredTokenIsToldWhenItDid() {
        String token = rs256("llm", "ada", now);
        clock.pass(Duration.ofSeconds(3_659));
        assertThat(caller(token).user()).as("within the skew").isEqualTo("ada");
        clock.pass(Duration.ofSeconds(1));
        assertThat(refused(token)).startsWith("mnemo: token: expired at 2026-11-25T11:00:00Z (expected: ");
        assertThat(refused(changed(c -> c.claim("x", 1)))).contains("expired").as("also one never seen before");
    }

    @Test
    void aTokenThatNeverExpiresIsRefused() {
        assertThat(refused(changed(c -> c.expirationTime(null)))).contains("exp");
    }

    @Test
    void aTokenOfTheFutureIsRefusedBeyondTheSkew() {
        Date near = Date.from(now.plusSeconds(60));
        Date far = Date.from(now.plusSeconds(61));
        assertThat(caller(changed(c -> c.notBeforeTime(near).issueTime(near))).user())
                .isEqualTo("ada");
        assertThat(refused(changed(c -> c.notBeforeTime(far)))).contains("not valid before 2026-11-25T10:01:01Z");
        assertThat(refused(changed(c -> c.issueTime(far)))).contains("issued in the future");
    }

    // Signatures and keys.

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "HS256", "RS256 "})
    void noneAndItsLikeAreNoAlgorithm(String algorithm) {
        String claims = part(claims("llm", "ada", now).build().toString());
        String unsigned = part("{\"alg\":\"" + algorithm + "\",\"kid\":\"rsa\"}") + "." + claims;
        String signature = rs256("llm", "ada", now).split("\\.")[2];
        for (String end : List.of("", "AAAA", signature)) {
            assertThat(refused(unsigned + "." + end)).startsWith("mnemo: token: ");
        }
    }

    @Test
    void anEmptySignatureIsNone() {
        String token = rs256("llm", "ada", now);
        assertThat(refused(token.substring(0, token.lastIndexOf('.') + 1))).startsWith("mnemo: token: ");
    }

    @Test
    void thePublicKeyIsNoSharedSecret() throws Exception {
        JWTClaimsSet claims = claims("llm", "ada", now).build();
        List<byte[]> guesses = List.of(
                RSA.toRSAPublicKey().getEncoded(),
                RSA.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                RSA.getModulus().decode(),
                published);
        for (byte[] guess : guesses) {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(com.nimbusds.jose.JWSAlgorithm.HS256)
                            .keyID("rsa")
                            .build(),
                    claims);
            jwt.sign(new MACSigner(guess));
            assertThat(refused(jwt.serialize())).contains("signed in a way that is not allowed");
        }
    }

    @Test
    void aSecretThatAnIssuerPublishesIsNoKey() throws Exception {
        OctetSequenceKey secret =
                new OctetSequenceKey.Builder(new byte[64]).keyID("s").build();
        publish(RSA, secret);
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(com.nimbusds.jose.JWSAlgorithm.HS256)
                        .keyID("s")
                        .build(),
                claims("llm", "ada", clock.instant()).build());
        jwt.sign(new MACSigner(secret));
        assertThat(refused(jwt.serialize())).contains("not allowed");
    }

    @Test
    void aTenantsOwnListOfAlgorithmsHolds() {
        rules(new Jwt(Issuer.NAME, "llm", Tenants.JWKS, "sub", List.of("ES256"), Duration.ofSeconds(60)));
        assertThat(refused(rs256("llm", "ada", now))).contains("expected: one of [ES256]");
        assertThat(caller(token(ES256, EC, claims("llm", "ada", now).build())).user())
                .isEqualTo("ada");
    }

    @Test
    void aKeyOfAnotherKindDoesNotFit() {
        JWTClaimsSet claims = claims("llm", "ada", now).build();
        assertThat(refused(token(RS256, RSA, claims, h -> h.keyID("ec")))).contains("no key of the issuer fits");
        assertThat(refused(token(ES256, EC, claims, h -> h.keyID("rsa")))).contains("no key of the issuer fits");
        publish(Issuer.ec("ec", Curve.P_384), RSA);
        assertThat(refused(
                        token(ES256, EC, claims("llm", "ada", clock.instant()).build())))
                .contains("no key of the issuer fits");
    }

    @Test
    void aKeyForOtherThingsDoesNotFit() {
        RSAKey forEncryption = new RSAKey.Builder(RSA).keyUse(KeyUse.ENCRYPTION).build();
        RSAKey forPs = new RSAKey.Builder(RSA).algorithm(PS256).build();
        RSAKey forWrapping = new RSAKey.Builder(RSA)
                .keyUse(null)
                .keyOperations(Set.of(com.nimbusds.jose.jwk.KeyOperation.WRAP_KEY))
                .build();
        for (RSAKey other : List.of(forEncryption, forPs, forWrapping)) {
            publish(other);
            assertThat(refused(rs256("llm", "ada", clock.instant()))).contains("no key of the issuer fits");
        }
    }

    @Test
    void aShortKeyDoesNotFit() {
        RSAKey small = Issuer.rsa("small", 1024);
        publish(small);
        assertThat(refused(token(
                        RS256, small, claims("llm", "ada", clock.instant()).build())))
                .contains("RSA from 2048 bits");
    }

    @Test
    void anotherKeyUnderTheSameNameDoesNotSign() {
        ECKey forged = new ECKey.Builder(Issuer.NEXT).keyID("ec").build();
        assertThat(refused(token(ES256, forged, claims("llm", "ada", now).build())))
                .contains("signature does not match");
    }

    @Test
    void aKeyThatATokenBringsAlongIsNotUsed() {
        JWTClaimsSet claims = claims("llm", "ada", now).build();
        String token = token(ES256, Issuer.NEXT, claims, h -> h.keyID("ec").jwk(Issuer.NEXT.toPublicJWK()));
        assertThat(refused(token)).contains("signature does not match");
        assertThat(refused(token(ES256, Issuer.NEXT, claims, h -> h.jwk(Issuer.NEXT.toPublicJWK()))))
                .contains("signature does not match");
    }

    @Test
    void withoutANameOneKeyMustFit() {
        JWTClaimsSet claims = claims("llm", "ada", now).build();
        assertThat(caller(token(ES256, EC, claims, AS_HEADER)).user()).isEqualTo("ada");
        publish(EC, Issuer.NEXT);
        assertThat(refused(
                        token(ES256, EC, claims("llm", "ada", clock.instant()).build(), AS_HEADER)))
                .contains("several keys fit");
    }

    private static final UnaryOperator<JWSHeader.Builder> AS_HEADER = header -> header;

    @Test
    void anUnknownKeyIsFetchedForTheNextCall() {
        String token = token(ES256, Issuer.NEXT, claims("llm", "ada", now).build());
        assertThat(refused(token)).contains("not known, or not yet: the issuer's keys are fetched again");

        published = Issuer.jwks(RSA, Issuer.NEXT);
        assertThat(refused(token)).as("not on the call's path").contains("not known, or not yet");
        clock.pass(Duration.ofSeconds(10));
        keys.refreshDue().block();

        assertThat(caller(token).user()).isEqualTo("ada");
    }

    @Test
    void extensionsAreRefused() {
        assertThat(refused(headed(h -> h.criticalParams(Set.of("exp"))))).contains("crit");
        assertThat(refused(headed(h -> h.base64URLEncodePayload(false)))).startsWith("mnemo: token: ");
        assertThat(refused(headed(h -> h.type(new JOSEObjectType("dpop+jwt"))))).contains("typ");
        assertThat(refused(headed(h -> h.type(JOSEObjectType.JOSE)))).contains("typ");
    }

    @Test
    void aChangedTokenIsRefusedAlsoWhenTheRightOneIsKnown() {
        String right = rs256("llm", "ada", now);
        assertThat(caller(right).user()).isEqualTo("ada");
        String[] parts = right.split("\\.");
        String claims = part(claims("llm", "eve", now).build().toString());

        assertThat(refused(parts[0] + "." + claims + "." + parts[2])).contains("signature does not match");
        assertThat(refused(parts[0] + "." + parts[1] + "." + parts[2].substring(4) + "AAAA"))
                .contains("signature does not match");
    }

    // What is remembered of a token is that its signature was right, and nothing else.

    @Test
    void aKeyThatIsWithdrawnTakesItsTokensAlong() {
        String token = rs256("llm", "ada", now);
        assertThat(caller(token).user()).isEqualTo("ada");
        publish(Issuer.NEXT);
        assertThat(refused(token)).contains("not known");
        publish(RSA);
        assertThat(caller(token).user()).isEqualTo("ada");
    }

    @Test
    void rulesThatChangeHoldForTokensThatAreKnown() {
        String token = rs256("llm", "ada", now);
        clock.pass(Duration.ofSeconds(3_630));
        assertThat(caller(token).user()).isEqualTo("ada");
        rules(new Jwt(Issuer.NAME, "llm", Tenants.JWKS, "sub", List.of("RS256"), Duration.ofSeconds(20)));
        assertThat(refused(token)).contains("expired");
    }

    @Test
    void tokensThatBeginAlikeNameTwoUsersHoweverManyComeAtOnce() throws Exception {
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            tokens.add(token(ES256, EC, claims("llm", "user-" + i, now).build()));
        }
        assertThat(tokens)
                .extracting(token -> token.substring(0, 20))
                .containsOnly(tokens.getFirst().substring(0, 20));
        assertThat(tokens).doesNotHaveDuplicates();
        List<Callable<String>> calls = new ArrayList<>();
        for (int round = 0; round < 50; round++) {
            IntStream.range(0, tokens.size())
                    .forEach(
                            i -> calls.add(() -> i + "=" + caller(tokens.get(i)).user()));
        }
        Collections.shuffle(calls, new Random(1));

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<String> call : threads.invokeAll(calls)) {
                assertThat(call.get()).matches("(\\d+)=user-\\1");
            }
        }
    }

    // What is no token at all.

    @ParameterizedTest
    @CsvSource({
        "eyJhbGciOiJSUzI1NiJ9.e30.AAAA, true",
        "a.b., true",
        "a.b, false",
        "a.b.c.d, false",
        "a..c, false",
        ".b.c, false",
        "sk-live-0123, false",
        "a.b.c=, false",
        "a.b.c d, false"
    })
    void aTokenHasThreePartsInBase64Url(String text, boolean token) {
        assertThat(identity.isToken(text)).isEqualTo(token);
    }

    @Test
    void whereNoTenantHasTokensNothingIsOne() {
        tenants = new TenantCatalog(List.of());
        assertThat(identity.isToken("a.b.c")).isFalse();
    }

    @Test
    void aHugeTokenIsNotEvenRead() {
        assertThat(refused(changed(c -> c.claim("groups", "g".repeat(16_000))))).contains("longer than 16 KB");
    }

    @Test
    void garbageIsRefusedAndNeverAFault() {
        Random random = new Random(7);
        String[] right = rs256("llm", "ada", now).split("\\.");
        String claims = claims("llm", "ada", now).build().toString();
        List<String> odd = List.of(
                "{}",
                "[]",
                "null",
                "{",
                "\"\"",
                "1e999",
                "{\"alg\":1}",
                "{\"alg\":null}",
                "{\"alg\":{}}",
                "{\"alg\":\"RS256\",\"crit\":[]}",
                "{\"alg\":\"RS256\",\"crit\":\"x\"}",
                "{\"alg\":\"RS256\",\"kid\":7}",
                "{\"alg\":\"RS256\",\"b64\":\"x\"}",
                "{\"alg\":\"RS256\",\"jwk\":{\"kty\":\"RSA\"}}",
                "{\"alg\":\"RS256\",\"x5c\":[1]}",
                "{\"alg\":\"RS256\",\"x5t#S256\":\"\"}",
                "{\"alg\":\"RS256\",\"enc\":\"A128GCM\"}",
                "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}",
                "{\"alg\":\"RS256\",\"zip\":\"DEF\"}",
                "{\"alg\":\"RS256\",\"jku\":\" \"}",
                "{\"iss\":\"https://login.example\",\"aud\":7}",
                "{\"iss\":[],\"aud\":\"llm\"}",
                "{\"iss\":\"https://login.example\",\"aud\":[null,1]}",
                "{\"iss\":\"https://login.example\",\"aud\":\"llm\",\"exp\":\"x\"}",
                "{\"iss\":\"https://login.example\",\"aud\":\"llm\",\"exp\":1e999}",
                "[".repeat(9_000),
                "{\"a\":".repeat(1_500),
                "\u0000",
                "\ud800",
                claims);
        for (String header : odd) {
            for (String payload : odd) {
                refused(part(header) + "." + part(payload) + "." + right[2], 16 * 1024);
            }
            refused(part(header) + "." + right[1] + "." + right[2], 16 * 1024);
            refused(right[0] + "." + part(header) + "." + right[2], 16 * 1024);
        }
        for (int i = 0; i < 2_000; i++) {
            StringBuilder mangled = new StringBuilder(String.join(".", right));
            for (int change = random.nextInt(4); change >= 0; change--) {
                // The last character holds bits that are none of the signature's.
                mangled.setCharAt(random.nextInt(mangled.length() - 1), "ABCDwxyz0189-_".charAt(random.nextInt(14)));
            }
            String token = mangled.toString();
            if (!token.equals(String.join(".", right)) && identity.isToken(token)) {
                refused(token, 16 * 1024);
            }
        }
    }

    private void refused(String token, int most) {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> caller(token));
        assertThat(refusal).as(token.length() > most ? "long" : token).isNotNull();
        assertThat(refusal.status()).isEqualTo(401);
    }
}
