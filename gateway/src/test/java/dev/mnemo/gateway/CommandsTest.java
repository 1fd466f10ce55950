package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the jar does besides serving. */
class CommandsTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path directory;

    @Test
    void tenantsAreCheckedWithoutTheirCredentials() throws Exception {
        write("acme", "${NOT_HERE}");
        write("globex", "${file:/not/here}");
        write("initech", "plain");

        assertThat(run("check-tenants", directory.toString())).isZero();
        assertThat(out.toString())
                .isEqualTo("3 tenants: ok\n2 credentials not checked: absent here (--strict demands them)\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void credentialsThatMustBeHereAreAskedFor() throws Exception {
        write("acme", "${NOT_HERE}");

        assertThat(run("check-tenants", directory.toString(), "--strict")).isEqualTo(1);
        assertThat(err.toString()).contains("acme.yaml:2:", "environment variable NOT_HERE is not set");

        environment.put("NOT_HERE", "sk-canary");
        assertThat(run("check-tenants", "--strict", directory.toString())).isZero();
        assertThat(out.toString()).isEqualTo("1 tenant: ok\n");
    }

    @Test
    void badFilesAreReportedAsAStartWouldReportThem() throws Exception {
        write("acme", "bad\u00e9");
        Files.writeString(directory.resolve("globex.yaml"), "keyz: []\n");

        assertThat(run("check-tenants", directory.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("acme.yaml:2:", "holds what a header cannot carry")
                .contains("globex.yaml:1:1 keyz: unknown member. Did you mean \"keys\"?");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void whatIsNoCommandIsToldHowToBeOne() {
        assertThat(run("chek-tenants")).isEqualTo(2);
        assertThat(err.toString()).startsWith("no command: chek-tenants\n\nUsage:");
        assertThat(run("check-tenants")).isEqualTo(2);
        assertThat(run("check-tenants", "--lax")).isEqualTo(2);
        assertThat(run("probe", "http://localhost")).isEqualTo(2);
        assertThat(run("probe", "not a url", "http://localhost")).isEqualTo(2);
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).startsWith("Usage:");
        assertThat(Commands.isOne(new String[] {"--server.port=1"})).isFalse();
        assertThat(Commands.isOne(new String[0])).isFalse();
    }

    @Test
    void aGatewayThatRunsPassesTheProbe() {
        String url = "http://127.0.0.1:" + Shared.MNEMO.port();
        String management = "http://127.0.0.1:" + Shared.MNEMO.managementPort() + "/";

        assertThat(run("probe", url, management)).as(err.toString()).isZero();
        assertThat(out.toString()).isEqualTo("ready: yes\nrefuses a call without a key: yes\n");

        environment.put("MNEMO_PROBE_KEY", "acme-key");
        assertThat(run("probe", url, management)).isEqualTo(2);
        environment.put("MNEMO_PROBE_MODEL", "m");
        assertThat(run("probe", url, management)).as(err.toString()).isZero();
        assertThat(out.toString()).endsWith("answers a call of model m: yes\n");
    }

    @Test
    void aKeyThatNoHeaderCarriesIsNotShown() {
        environment.put("MNEMO_PROBE_KEY", "canary\n");
        environment.put("MNEMO_PROBE_MODEL", "m");

        assertThat(run("probe", "http://127.0.0.1:1", "http://127.0.0.1:1")).isEqualTo(2);
        assertThat(err.toString()).contains("MNEMO_PROBE_KEY").doesNotContain("canary");
    }

    @Test
    void theProbeSaysWhatIsWrong() {
        String url = "http://127.0.0.1:" + Shared.MNEMO.port();
        String management = "http://127.0.0.1:" + Shared.MNEMO.managementPort();

        assertThat(probe("http://127.0.0.1:1", management)).isEqualTo(1);
        assertThat(err.toString()).contains("http://127.0.0.1:1/v1/chat/completions: no answer (ConnectException)");
        assertThat(probe(url, url)).isEqualTo(1);
        assertThat(err.toString()).contains("ready: no.", "/actuator/health/readiness: 401", "(expected: 200 and UP)");

        environment.put("MNEMO_PROBE_KEY", "nobody-key");
        environment.put("MNEMO_PROBE_MODEL", "m");
        assertThat(probe(url, management)).isEqualTo(1);
        assertThat(err.toString())
                .contains("answers a call of model m: no.", ": 401 ")
                .doesNotContain("nobody-key");
    }

    private int probe(String url, String management) {
        return new Probe(environment::get, print(out), print(err), Duration.ZERO).run(url, management);
    }

    private int run(String... args) {
        out.reset();
        return new Commands(environment::get, print(out), print(err)).run(args);
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private void write(String id, String credential) throws Exception {
        Files.writeString(directory.resolve(id + ".yaml"), """
                keys: [{id: web, sha256: "%s"}]
                upstreams: [{name: llm, speaks: [openai], url: "http://localhost:1", credential: "%s"}]
                """.formatted(Mnemo.sha256(id), credential));
    }
}
