package dev.mnemo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mnemo.call.Caller;
import dev.mnemo.call.Credential;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.LlmDoor;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.ApiKey.Permission;
import dev.mnemo.tenant.TenantCatalog;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

/** A key, or else a token. */
class CallerIdentityTest {

    private final Clock clock = new Clock();
    private final ApiKey web = key("web", Set.of(Permission.CHAT), null);
    private final ApiKey old = key("old", Set.of(Permission.CHAT, Permission.MEMORY), Duration.ofDays(1));
    private final ApiKey admin = key("admin", Set.of(Permission.MEMORY), null);
    private final TenantCatalog tenants =
            new TenantCatalog(List.of(Tenants.tenant("acme", Tenants.jwt("llm"), web, old, admin)));
    private final SigningKeys signing = new SigningKeys(
            () -> tenants, source -> Mono.just(Issuer.jwks(Issuer.EC)), clock, new SigningKeys.Listener() {
                @Override
                public void added(String source, DoubleSupplier age) {}

                @Override
                public void removed(String source) {}

                @Override
                public void failed(String source) {}
            });
    private final KeyIdentity keys = new KeyIdentity(() -> tenants, clock);
    private final CallerIdentity identity = new CallerIdentity(keys, new TokenIdentity(() -> tenants, signing, clock));

    CallerIdentityTest() {
        signing.refreshDue().block();
    }

    private ApiKey key(String id, Set<Permission> may, Duration lasts) {
        String sha256 = new Credential("authorization", id + ".the.key").sha256();
        return new ApiKey(
                id, sha256, may, lasts == null ? null : clock.instant().plus(lasts));
    }

    private static LlmCall call(String header, String credential) {
        MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/v1/chat/completions")
                .header(header, credential)
                .header("X-Mnemo-User", "from-the-header"));
        new LlmDoor("Llm", Set.of(), () -> 0)
                .apply(new LlmDoor.Config())
                .filter(exchange, passed -> Mono.empty())
                .block();
        return Objects.requireNonNull(LlmCall.of(exchange));
    }

    private Refusal refused(String credential) {
        return catchThrowableOfType(
                Refusal.class, () -> identity.authenticate(call("Authorization", "Bearer " + credential)));
    }

    @Test
    void aKeyIsAKeyAlsoWhenItLooksLikeAToken() {
        LlmCall call = call("x-api-key", "web.the.key");
        Caller caller = identity.user(call, identity.authenticate(call));

        assertThat(caller.key()).isEqualTo(web);
        assertThat(caller.byToken()).isFalse();
        assertThat(caller.user()).isEqualTo("from-the-header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-api-key", "api-key", "x-goog-api-key"})
    void aTokenIsTakenFromWhereSdksPutKeysAndNothingElseSaysWhoItIs(String header) {
        LlmCall call = call(header, Issuer.token("llm", "ada", clock.instant()));
        Caller caller = identity.user(call, identity.authenticate(call));

        assertThat(caller.byToken()).isTrue();
        assertThat(caller.user()).isEqualTo("ada");
    }

    @Test
    void aKeyMayExpireWhileTheNextIsInUse() {
        assertThat(identity.authenticate(call("x-api-key", "old.the.key")).key())
                .isEqualTo(old);
        assertThat(identity.authenticate(call("x-api-key", "web.the.key")).key())
                .isEqualTo(web);
        clock.pass(Duration.ofDays(1));

        Refusal refusal = refused("old.the.key");
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal)
                .hasMessage("mnemo: key: \"old\" expired on 2026-11-26T10:00:00Z"
                        + " (expected: the key that has taken its place)");
        assertThat(identity.authenticate(call("x-api-key", "web.the.key")).key())
                .isEqualTo(web);
        HttpHeaders api = new HttpHeaders();
        api.set("x-api-key", "old.the.key");
        assertThat(catchThrowableOfType(Refusal.class, () -> keys.owner(api)).status())
                .as("for the API too")
                .isEqualTo(401);
    }

    @Test
    void whatIsNeitherKeyNorTokenIsNotKnown() {
        assertThat(refused("sk-nothing").code()).isEqualTo("invalid_api_key");
        assertThat(refused("not.a.token").code()).isEqualTo("invalid_token");
        assertThat(refused("admin.the.key").status()).isEqualTo(403);
    }

    @Test
    void theApiIsForKeysOnly() {
        HttpHeaders api = new HttpHeaders();
        api.setBearerAuth(Issuer.token("llm", "ada", clock.instant()));
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> keys.owner(api));
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.code()).isEqualTo("invalid_api_key");
    }
}
