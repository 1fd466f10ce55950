package dev.mnemo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.Jwt;
import dev.mnemo.tenant.TenantCatalog;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** When the keys of issuers are fetched, and how long they are good. */
class SigningKeysTest {

    private static final URI SOURCE = Tenants.JWKS;
    private static final String NAME = "login.example/jwks.json";

    private final Clock clock = new Clock();
    private final List<URI> fetched = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final Map<String, DoubleSupplier> ages = new HashMap<>();
    private TenantCatalog tenants = Tenants.both();
    private Mono<byte[]> issuer = Mono.just(Issuer.jwks(Issuer.EC));
    private final SigningKeys keys = new SigningKeys(() -> tenants, this::fetch, clock, new Noting());

    private final class Noting implements SigningKeys.Listener {

        @Override
        public void added(String source, DoubleSupplier age) {
            ages.put(source, age);
        }

        @Override
        public void removed(String source) {
            ages.remove(source);
        }

        @Override
        public void failed(String source) {
            failed.add(source);
        }
    }

    private Mono<byte[]> fetch(URI source) {
        fetched.add(source);
        return issuer;
    }

    private void tick(Duration later) {
        clock.pass(later);
        keys.refreshDue().block();
    }

    private List<String> kids() {
        return keys.of(SOURCE).getKeys().stream().map(JWK::getKeyID).toList();
    }

    private double age() {
        return Objects.requireNonNull(ages.get(NAME)).getAsDouble();
    }

    @Test
    void beforeTheFirstFetchCallsAreAskedToComeBack() {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> keys.of(SOURCE));

        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(refusal.retryHelps()).isTrue();
        assertThat(refusal.getMessage()).doesNotContain("canary");
    }

    @Test
    void tenantsWithOneSourceShareItAndItIsFetchedEveryFiveMinutes() {
        tick(Duration.ZERO);
        assertThat(fetched).containsExactly(SOURCE);
        assertThat(kids()).containsExactly("ec");
        tick(Duration.ofSeconds(299));
        assertThat(fetched).hasSize(1);
        assertThat(age()).isEqualTo(299);
        tick(Duration.ofSeconds(1));
        assertThat(fetched).hasSize(2);
        assertThat(age()).isZero();
    }

    @Test
    void aFailureIsFollowedByAnotherTryAfterHalfAMinute() {
        tick(Duration.ZERO);
        issuer = Mono.error(new IOException("down"));
        tick(Duration.ofMinutes(5));
        tick(Duration.ofSeconds(29));
        assertThat(fetched).hasSize(2);
        issuer = Mono.just(Issuer.jwks(Issuer.NEXT));
        tick(Duration.ofSeconds(1));
        assertThat(fetched).hasSize(3);
        assertThat(kids()).containsExactly("next");
        assertThat(failed).containsExactly(NAME);
    }

    @Test
    void asLongAsThereAreNoKeysItIsTriedEveryTwoSeconds() {
        issuer = Mono.error(new IOException("down"));
        tick(Duration.ZERO);
        tick(Duration.ofSeconds(1));
        assertThat(fetched).hasSize(1);
        tick(Duration.ofSeconds(1));
        assertThat(fetched).hasSize(2);
    }

    @Test
    void keysThatRotateWhileTheIssuerIsDownAreHonouredWhenItIsBack() {
        TokenIdentity identity = new TokenIdentity(() -> tenants, keys, clock);
        tick(Duration.ZERO);
        issuer = Mono.error(new IOException("down"));
        tick(Duration.ofMinutes(6));
        String old = Issuer.token("llm", "ada", clock.instant());
        String next = Issuer.token(
                JWSAlgorithm.ES256,
                Issuer.NEXT,
                Issuer.claims("llm", "ada", clock.instant()).build());

        assertThat(identity.caller(old, "old").user()).as("stale keys go on").isEqualTo("ada");
        Refusal unknown = catchThrowableOfType(Refusal.class, () -> identity.caller(next, "next"));
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown).hasMessageContaining("not known, or not yet");

        issuer = Mono.just(Issuer.jwks(Issuer.NEXT));
        tick(Duration.ofSeconds(10));
        assertThat(identity.caller(next, "next").user()).isEqualTo("ada");
        assertThat(catchThrowableOfType(Refusal.class, () -> identity.caller(old, "old"))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void lastKeysAreGoodForADay() {
        tick(Duration.ZERO);
        issuer = Mono.error(new IOException("down"));
        tick(Duration.ofHours(24));
        assertThat(kids()).containsExactly("ec");
        tick(Duration.ofSeconds(1));
        assertThat(catchThrowableOfType(Refusal.class, this::kids).status()).isEqualTo(503);
        assertThat(age()).isEqualTo(24 * 3_600 + 1);
        issuer = Mono.just(Issuer.jwks(Issuer.EC));
        tick(Duration.ofSeconds(30));
        assertThat(kids()).containsExactly("ec");
    }

    @Test
    void howeverManyKeysAreMissedASourceIsAskedOnceInTenSeconds() {
        tick(Duration.ZERO);
        for (int second = 1; second <= 100; second++) {
            keys.missing(SOURCE);
            tick(Duration.ofSeconds(1));
        }
        assertThat(fetched).hasSize(11);
        tick(Duration.ofSeconds(20));
        assertThat(fetched).as("none is missed any more").hasSize(11);
        keys.missing(URI.create("https://nobody.example"));
        tick(Duration.ZERO);
        assertThat(fetched).hasSize(11);
    }

    @Test
    void sourcesComeAndGoWithTheTenants() {
        tick(Duration.ZERO);
        URI other = URI.create("file:/etc/keys.json");
        Jwt jwt = Tenants.jwt("llm");
        tenants = new TenantCatalog(List.of(
                Tenants.tenant("acme", new Jwt(jwt.issuer(), "llm", other, "sub", jwt.algorithms(), jwt.skew()))));
        tick(Duration.ofSeconds(1));

        assertThat(fetched).containsExactly(SOURCE, other);
        assertThat(ages).containsOnlyKeys("/etc/keys.json");
        assertThat(keys.of(other).getKeys()).hasSize(1);
        assertThat(catchThrowableOfType(Refusal.class, () -> keys.of(SOURCE)).status())
                .isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{}",
                "{\"keys\":7}",
                "{\"keys\":[]}",
                "{\"keys\":[7]}",
                "{\"keys\":[null]}",
                "<html>",
                "{\"keys\":[{\"kty\":\"RSA\"}]}",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"s\"}]}"
            })
    void whatIsNoKeySetLeavesTheLastOne(String document) {
        tick(Duration.ZERO);
        issuer = Mono.just(document.getBytes(StandardCharsets.UTF_8));
        tick(Duration.ofMinutes(5));
        assertThat(kids()).containsExactly("ec");
        assertThat(failed).containsExactly(NAME);
    }

    @Test
    void keysOfKindsThatAreNotKnownAreLeftOut() {
        String set = new String(Issuer.jwks(Issuer.EC), StandardCharsets.UTF_8).replace("{\"keys\":[", """
                {"keys":[{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA","kid":"new"},{"kty":"EC","crv":"P-999","x":"AA","y":"AA"},""");
        issuer = Mono.just(set.getBytes(StandardCharsets.UTF_8));
        tick(Duration.ZERO);
        assertThat(kids()).containsExactly("ec");
    }

    @Test
    void ofAPrivateKeyThatIsPublishedOnlyThePublicHalfIsKept() {
        issuer = Mono.just(("{\"keys\":[" + Issuer.EC.toJSONString() + "]}").getBytes(StandardCharsets.UTF_8));
        tick(Duration.ZERO);
        assertThat(keys.of(SOURCE).getKeys()).hasSize(1).noneMatch(JWK::isPrivate);
    }

    @Test
    void aStartThatDoesNotWaitAnyLongerLeavesTheFetchToTheNextRun() {
        TestPublisher<byte[]> slow = TestPublisher.create();
        issuer = slow.mono();
        keys.refreshDue().subscribe().dispose();
        slow.assertCancelled();
        issuer = Mono.just(Issuer.jwks(Issuer.EC));
        tick(Duration.ofSeconds(1));
        assertThat(kids()).containsExactly("ec");
        assertThat(failed).isEmpty();
    }
}
