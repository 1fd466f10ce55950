package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.tenant.Tenant.UserSource;
import dev.mnemo.tenant.Upstream.Protocol;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantLoaderTest {

    @TempDir
    Path directory;

    private final TenantLoader loader = new TenantLoader(Map.of(
            "OPENAI_API_KEY", "sk-canary", "MNEMO_ACME_KEY", "canarycanarycanarycanarycanarycanarycanary0=")::get);

    @Test
    void theContractsSampleIsRead() throws IOException {
        Tenant acme = load("acme", TenantFiles.ACME);

        assertThat(acme.name()).isEqualTo("Acme Corporation");
        assertThat(acme.keys())
                .containsExactly(
                        new ApiKey("web", "a".repeat(64), Set.of(ApiKey.Permission.CHAT)),
                        new ApiKey(
                                "backend", "b".repeat(64), Set.of(ApiKey.Permission.CHAT, ApiKey.Permission.MEMORY)));
        assertThat(acme.anonymous()).isTrue();
        assertThat(acme.memory().summary()).isEqualTo(new SummaryPolicy("gpt-5.4-mini", "openai"));
        assertThat(Objects.requireNonNull(acme.memory().seal()).keys()).hasSize(1);
        assertThat(acme.budgets().limits())
                .containsExactly(
                        new Limit(
                                "tenant-month",
                                Limit.Scope.TENANT,
                                Limit.Unit.TOKENS,
                                100_000_000,
                                Limit.Window.MONTH,
                                ZoneId.of("UTC"),
                                List.of(),
                                80,
                                false),
                        new Limit(
                                "user-day",
                                Limit.Scope.USER,
                                Limit.Unit.TOKENS,
                                200_000,
                                Limit.Window.DAY,
                                ZoneId.of("Europe/Zurich"),
                                List.of(),
                                80,
                                false),
                        new Limit(
                                "opus",
                                Limit.Scope.USER,
                                Limit.Unit.USD,
                                2_500_000_000L,
                                Limit.Window.DAY,
                                ZoneId.of("UTC"),
                                List.of("claude-opus-*"),
                                80,
                                false),
                        new Limit(
                                "burst",
                                Limit.Scope.KEY,
                                Limit.Unit.REQUESTS,
                                600,
                                Limit.Window.MINUTE,
                                ZoneId.of("UTC"),
                                List.of(),
                                80,
                                false));
        Upstream openai = Objects.requireNonNull(acme.upstream(Protocol.OPENAI, "gpt-5"));
        assertThat(openai.timeouts()).isEqualTo(Upstream.Timeouts.DEFAULT);
        assertThat(Objects.requireNonNull(openai.credential()).reveal()).isEqualTo("sk-canary");
        assertThat(acme.upstream(Protocol.OPENAI, "claude")).isNull();
        assertThat(acme.toString()).doesNotContain("canary");
    }

    @Test
    void theLeastFileHasTheDefaults() throws IOException {
        Tenant acme = load("acme", TenantFiles.SMALL);

        assertThat(acme)
                .isEqualTo(new Tenant(
                        "acme",
                        "acme",
                        List.of(new ApiKey("web", TenantFiles.HASH, Set.of(ApiKey.Permission.CHAT))),
                        null,
                        List.of(
                                new UserSource.Header("X-Mnemo-User"),
                                new UserSource.Body("safety_identifier"),
                                new UserSource.Body("user")),
                        true,
                        List.of(new Upstream(
                                "any",
                                Set.of(Protocol.OPENAI),
                                URI.create("http://localhost:8081/base"),
                                null,
                                List.of("*"),
                                Upstream.Timeouts.DEFAULT)),
                        MemoryPolicy.DEFAULT,
                        BudgetPolicy.DEFAULT,
                        List.of()));
    }

    @Test
    void aCredentialMayComeFromAFileWithoutItsLastLineBreak() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "sk-file\n");
        Tenant acme = load("acme", TenantFiles.ACME.replace("${OPENAI_API_KEY}", "${file:" + secret + "}"));
        assertThat(Objects.requireNonNull(acme.upstreams().getFirst().credential())
                        .reveal())
                .isEqualTo("sk-file");
    }

    @Test
    void kubernetesMountsAreFollowedAndHiddenFilesAreNot() throws IOException {
        Path data = Files.createDirectory(directory.resolve("..data"));
        Files.writeString(data.resolve("acme.yaml"), TenantFiles.SMALL);
        Files.createSymbolicLink(directory.resolve("acme.yaml"), Path.of("..data", "acme.yaml"));
        Files.writeString(directory.resolve(".draft.yaml"), "not: [yaml");
        Files.writeString(directory.resolve("README.md"), "about");

        TenantCatalog catalog = loader.load(directory);

        assertThat(catalog.tenants()).extracting(Tenant::id).containsExactly("acme");
        assertThat(catalog.key(TenantFiles.HASH)).isNotNull();
    }

    @Test
    void tokensInsteadOfKeysNeedAnIssuerAnAudienceAndItsKeys() throws IOException {
        Tenant acme = load("acme", TOKENS);

        assertThat(acme.keys()).isEmpty();
        assertThat(acme.jwt())
                .isEqualTo(new Jwt(
                        "https://login.acme.example",
                        "llm",
                        URI.create("https://login.acme.example/jwks.json"),
                        "sub",
                        List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"),
                        Duration.ofSeconds(60)));
    }

    @Test
    void allOfTokensCanBeSaidAndKeysMayStandBesides() throws IOException {
        Tenant acme = load("acme", TenantFiles.SMALL + """
                jwt: {issuer: i, audience: a, jwks: "file:/etc/keys.json", user: email, algorithms: [ES256, PS512], skew: 5m}
                """);

        assertThat(acme.keys()).hasSize(1);
        assertThat(acme.jwt())
                .isEqualTo(new Jwt(
                        "i",
                        "a",
                        URI.create("file:/etc/keys.json"),
                        "email",
                        List.of("ES256", "PS512"),
                        Duration.ofMinutes(5)));
    }

    @Test
    void keysOverPlainHttpMayComeFromThisMachine() throws IOException {
        for (String host : List.of("localhost:8080", "127.0.0.1", "[::1]:8080")) {
            String text = TOKENS.replace("https://login.acme.example/jwks.json", "\"http://" + host + "/keys\"");
            assertThat(load("acme", text).jwt()).isNotNull();
        }
    }

    @Test
    void aTenantIsFoundByTheIssuerAndTheAudienceOfItsTokens() throws IOException {
        Files.writeString(directory.resolve("acme.yaml"), TOKENS);
        Files.writeString(directory.resolve("globex.yaml"), TOKENS.replace("llm", "globex"));

        TenantCatalog catalog = loader.load(directory);

        assertThat(catalog.knowsTokens()).isTrue();
        assertThat(catalog.issuedBy("https://login.acme.example")).containsOnlyKeys("llm", "globex");
        assertThat(catalog.issuedBy("https://login.acme.example").get("globex")).isEqualTo(catalog.tenant("globex"));
        assertThat(catalog.issuedBy("https://login.acme.example/")).isEmpty();
    }

    @Test
    void twoTenantsCannotHaveOneIssuerAndOneAudience() throws IOException {
        Files.writeString(directory.resolve("acme.yaml"), TOKENS);
        Files.writeString(directory.resolve("globex.yaml"), TOKENS);

        assertThatThrownBy(() -> loader.load(directory))
                .hasMessageContaining(
                        "globex.yaml:2:6 jwt: the same issuer and audience as acme.yaml jwt. Give each tenant");
    }

    @Test
    void aKeyExpiresAtAMomentOrAtTheEndOfADay() throws IOException {
        Tenant acme = load("acme", """
                keys:
                  - {id: day, sha256: %s, expires: 2027-03-31}
                  - {id: moment, sha256: %s, expires: 2020-03-31T12:00:00+02:00}
                  - {id: forever, sha256: %s}
                upstreams: [{name: any, speaks: [openai], url: "http://localhost:8081"}]
                """.formatted("a".repeat(64), "b".repeat(64), "c".repeat(64)));

        assertThat(acme.keys())
                .extracting(ApiKey::expires)
                .containsExactly(Instant.parse("2027-04-01T00:00:00Z"), Instant.parse("2020-03-31T10:00:00Z"), null);
        ApiKey day = acme.keys().getFirst();
        assertThat(day.expired(Instant.parse("2027-03-31T23:59:59Z"))).isFalse();
        assertThat(day.expired(Instant.parse("2027-04-01T00:00:00Z"))).isTrue();
        assertThat(acme.keys().getLast().expired(Instant.MAX)).isFalse();
    }

    private static final String TOKENS = """
            upstreams: [{name: any, speaks: [openai], url: "http://localhost:8081"}]
            jwt: {issuer: https://login.acme.example, audience: llm, jwks: https://login.acme.example/jwks.json}
            """;

    private Tenant load(String id, String text) throws IOException {
        Files.writeString(directory.resolve(id + ".yaml"), text);
        return Objects.requireNonNull(loader.load(directory).tenant(id));
    }
}
