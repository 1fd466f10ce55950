package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.Tenant.UserSource;
import dev.mnemo.tenant.Upstream.Protocol;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private final TenantLoader loader = new TenantLoader(Map.of("OPENAI_API_KEY", "sk-canary")::get);

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
        assertThat(acme.memory()).isEqualTo(MemoryPolicy.DEFAULT);
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

    private Tenant load(String id, String text) throws IOException {
        Files.writeString(directory.resolve(id + ".yaml"), text);
        return Objects.requireNonNull(loader.load(directory).tenant(id));
    }
}
