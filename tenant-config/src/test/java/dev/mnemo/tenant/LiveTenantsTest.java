package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.tenant.TenantState.Change;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change while they are served. */
class LiveTenantsTest {

    @TempDir
    Path parent;

    private Path directory;
    private Path secret;
    private final Map<String, String> environment = new HashMap<>(Map.of("KEY", "sk-canary"));
    private final List<TenantState> told = new ArrayList<>();

    /** Far enough from all that is written now. */
    private Instant now = Instant.now().plus(Duration.ofHours(1));

    @BeforeEach
    void two() throws IOException {
        directory = Files.createDirectory(parent.resolve("tenants"));
        secret = Files.writeString(parent.resolve("secret"), "sk-one\n");
        write("acme", "a", "name: Acme");
        write("globex", "b", "name: Globex");
    }

    @Test
    void aChangeOfOneFileLeavesAllOtherTenantsTheVerySame() throws IOException {
        for (int i = 0; i < 2_000; i++) {
            write("t" + i, key(i), "name: Before");
        }
        LiveTenants live = live();
        TenantCatalog before = live.get();

        write("t7", key(7), "name: Changed");
        live.poll();

        assertThat(live.get().tenants())
                .hasSize(2_002)
                .filteredOn(tenant -> tenant != before.tenant(tenant.id()))
                .singleElement()
                .extracting(Tenant::name)
                .isEqualTo("Changed");
        assertThat(told).singleElement().satisfies(state -> {
            assertThat(state.generation()).isEqualTo(2);
            assertThat(state.since()).isEqualTo(now);
        });
    }

    @Test
    void whatIsAddedChangedAndRemovedIsTold() throws IOException {
        LiveTenants live = live();
        TenantState before = live.state();

        write("initech", "c", "name: Initech");
        write("acme", "a", "name: Acme Corporation");
        Files.delete(directory.resolve("globex.yaml"));
        live.poll();

        assertThat(live.state().since(before))
                .isEqualTo(new Change(List.of("initech"), List.of("acme"), List.of("globex")));
        assertThat(live.get().key("b".repeat(64))).isNull();
        assertThat(Objects.requireNonNull(before.catalog().tenant("globex")).name())
                .as("of a call that began before")
                .isEqualTo("Globex");
    }

    @Test
    void whatDidNotChangeIsNoNewGeneration() throws IOException {
        LiveTenants live = live();
        Tenant acme = live.get().tenant("acme");

        live.poll();
        write("acme", "a", "name: Acme");
        Files.setLastModifiedTime(directory.resolve("globex.yaml"), FileTime.from(Instant.EPOCH));
        live.poll();

        assertThat(live.state().generation()).isEqualTo(1);
        assertThat(live.get().tenant("acme")).isSameAs(acme);
        assertThat(told).isEmpty();
    }

    @Test
    void aBadFileKeepsTheLastGoodOfAllAndIsToldOnce() throws IOException {
        LiveTenants live = live();

        write("acme", "a", "anonymus: allow");
        write("globex", "b", "name: Other");
        live.poll();
        now = now.plusSeconds(2);
        live.poll();

        assertThat(Objects.requireNonNull(live.get().tenant("globex")).name()).isEqualTo("Globex");
        assertThat(told).singleElement().satisfies(state -> {
            assertThat(state.generation()).isEqualTo(1);
            assertThat(state.badSince()).isEqualTo(now.minusSeconds(2));
            assertThat(state.problems())
                    .singleElement()
                    .hasToString("acme.yaml:1:1 anonymus: unknown member. Did you mean \"anonymous\"?");
        });

        write("acme", "a", "name: Acme");
        live.poll();

        assertThat(Objects.requireNonNull(live.get().tenant("globex")).name()).isEqualTo("Other");
        assertThat(live.state().problems()).isEmpty();
        assertThat(live.state().badSince()).isNull();
        assertThat(told).hasSize(2);
    }

    @Test
    void filesThatGoBackToWhatIsServedAreGoodAgain() throws IOException {
        LiveTenants live = live();
        write("acme", "b", "name: Acme");
        live.poll();
        assertThat(live.state().problems())
                .singleElement()
                .asString()
                .contains("globex.yaml:2:", "the same key as acme");

        write("acme", "a", "name: Acme");
        live.poll();

        assertThat(live.state().problems()).isEmpty();
        assertThat(live.state().generation()).isEqualTo(1);
        assertThat(told).hasSize(2);
    }

    @Test
    void aDirectoryThatIsEmptyOrGoneForAMomentKeepsTheLastGood() throws IOException {
        LiveTenants live = live();
        Path aside = parent.resolve("aside");

        Files.move(directory, aside);
        live.poll();
        assertThat(live.state().problems()).singleElement().asString().contains("no directory that can be read");

        Files.createDirectory(directory);
        live.poll();
        assertThat(live.state().problems()).singleElement().asString().contains("no tenant files");
        assertThat(live.get().tenants()).hasSize(2);

        Files.delete(directory);
        Files.move(aside, directory);
        live.poll();
        assertThat(live.state().problems()).isEmpty();
        assertThat(live.state().generation()).isEqualTo(1);
    }

    @Test
    void linksThatLeadNowhereKeepTheLastGood() throws IOException {
        Path mounted = Files.createDirectory(parent.resolve("mounted"));
        Mount mount = new Mount(mounted);
        mount.swap(Map.of("acme.yaml", TenantFiles.SMALL));
        directory = mounted;
        LiveTenants live = live();

        Files.delete(mounted.resolve("..data"));
        Files.createSymbolicLink(mounted.resolve("..data"), Path.of("..nowhere"));
        live.poll();
        assertThat(live.state().problems()).singleElement().asString().contains("no directory that can be read");

        mount.swap(Map.of("acme.yaml", "name: Again\n" + TenantFiles.SMALL));
        live.poll();
        assertThat(Objects.requireNonNull(live.get().tenant("acme")).name()).isEqualTo("Again");

        directory = parent.resolve("tenants");
        LiveTenants plain = live();
        Files.createSymbolicLink(directory.resolve("new.yaml"), Path.of("nowhere.yaml"));
        plain.poll();
        assertThat(plain.state().problems()).singleElement().asString().startsWith("new.yaml: cannot be read.");
        Files.writeString(directory.resolve("nowhere.yaml"), TenantFiles.small("c"));
        Files.move(directory.resolve("nowhere.yaml"), directory.resolve("nowhere"));
        Files.delete(directory.resolve("new.yaml"));
        Files.createSymbolicLink(directory.resolve("new.yaml"), Path.of("nowhere"));
        plain.poll();
        assertThat(plain.get().tenant("new")).isNotNull();
    }

    @Test
    void whatWasWrittenJustNowIsLeftAloneUntilItIsQuiet() throws IOException {
        LiveTenants live = live();
        write("acme", "a", "name: Half");
        now = Files.getLastModifiedTime(directory.resolve("acme.yaml"))
                .toInstant()
                .plusMillis(900);
        live.poll();
        assertThat(told).isEmpty();

        now = now.plusMillis(300);
        live.poll();
        assertThat(Objects.requireNonNull(live.get().tenant("acme")).name()).isEqualTo("Half");
    }

    @Test
    void anEditOfTheSameSizeInTheSameInstantIsSeen() throws IOException {
        Path acme = directory.resolve("acme.yaml");
        FileTime time = Files.getLastModifiedTime(acme);
        now = time.toInstant().plusMillis(10);
        LiveTenants live = live();

        write("acme", "a", "name: ACME");
        Files.setLastModifiedTime(acme, time);
        now = now.plus(Duration.ofHours(1));
        live.poll();

        assertThat(Objects.requireNonNull(live.get().tenant("acme")).name()).isEqualTo("ACME");
    }

    @Test
    void aCredentialThatChangesIsAChangeOfItsTenantOnly() throws IOException {
        write("acme", "a", "name: Acme", "${file:" + secret + "}");
        write("globex", "b", "name: Globex", "${KEY}");
        LiveTenants live = live();
        live.poll();
        TenantCatalog before = live.get();

        Files.writeString(secret, "sk-two\n");
        live.poll();
        assertThat(credential(live, "acme")).isEqualTo("sk-two");
        assertThat(live.get().tenant("globex")).isSameAs(before.tenant("globex"));
        assertThat(told).hasSize(1);

        Tenant acme = live.get().tenant("acme");
        Files.delete(secret);
        Files.writeString(secret, "sk-two");
        live.poll();
        assertThat(live.get().tenant("acme"))
                .as("another file, the same credential")
                .isSameAs(acme);

        Files.delete(secret);
        live.poll();
        assertThat(live.state().problems())
                .singleElement()
                .asString()
                .contains("cannot be read")
                .doesNotContain("sk-");
        assertThat(credential(live, "acme")).isEqualTo("sk-two");

        Files.writeString(secret, "sk-three");
        live.poll();
        assertThat(credential(live, "acme")).isEqualTo("sk-three");
        assertThat(live.state().toString()).doesNotContain("sk-");
    }

    @Test
    void theContentsHashIsWhatAShellPrints() throws IOException {
        String sums = TenantLoader.sha256(Files.readAllBytes(directory.resolve("acme.yaml"))) + "  acme.yaml\n"
                + TenantLoader.sha256(Files.readAllBytes(directory.resolve("globex.yaml"))) + "  globex.yaml\n";
        assertThat(live().state().sha256()).isEqualTo(TenantLoader.sha256(sums.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aStartNeedsGoodFiles() throws IOException {
        write("acme", "a", "anonymus: allow");
        assertThatThrownBy(this::live).isInstanceOf(TenantProblemsException.class);
        directory = parent.resolve("nowhere");
        assertThatThrownBy(this::live).hasMessageContaining("nowhere: no directory that can be read.");
    }

    private LiveTenants live() {
        return new LiveTenants(directory, environment::get, () -> now, (before, state) -> told.add(state));
    }

    private void write(String id, String digit, String line) throws IOException {
        write(id, digit, line, "plain");
    }

    /** Sixteen digits; a quarter of a hash. */
    private static String key(int i) {
        return String.format("%016x", i);
    }

    private void write(String id, String digit, String line, String credential) throws IOException {
        Files.writeString(
                directory.resolve(id + ".yaml"),
                line + "\n" + """
                keys: [{id: web, sha256: %s}]
                upstreams: [{name: any, speaks: [openai], url: "http://localhost:1", credential: "%s"}]
                """.formatted(digit.repeat(64 / digit.length()), credential));
    }

    private static String credential(LiveTenants live, String tenant) {
        Upstream upstream =
                Objects.requireNonNull(live.get().tenant(tenant)).upstreams().getFirst();
        return Objects.requireNonNull(upstream.credential()).reveal();
    }
}
