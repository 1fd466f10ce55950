package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file says of memory beyond the recent interactions, and what is read from it. */
class MemoryTest {

    /** Of bytes that are all the same. */
    private static final String OLD = key(1);

    private static final String NEW = key(2);

    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path directory;

    @Test
    void withoutAWordNothingOfItIsOn() throws IOException {
        assertThat(load("memory: {archive: 0, retrieve: off, holdout: 0%, calls: 7d}"))
                .isEqualTo(MemoryPolicy.DEFAULT)
                .isEqualTo(load(""));
        assertThat(MemoryPolicy.DEFAULT.retrieve()).isEqualTo(Retrieve.OFF);
        assertThat(MemoryPolicy.DEFAULT.seal()).isNull();
    }

    @Test
    void theDocsSampleIsRead() throws IOException {
        String docs = Files.readString(Path.of("../docs/tenant-file.md"));
        String sample = Pattern.compile("```yaml\n(memory:.*?)```", Pattern.DOTALL)
                .matcher(docs)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
        environment.put("ACME_SEAL_2027", NEW);
        environment.put("ACME_SEAL_2026", OLD);

        MemoryPolicy memory = load(sample.replace("upstream: openai", "upstream: any"));

        assertThat(memory.archive()).isEqualTo(1_000);
        assertThat(memory.retrieve()).isEqualTo(Retrieve.CONVERSATION);
        assertThat(memory.holdout()).isEqualTo(250);
        assertThat(memory.summary()).isEqualTo(new SummaryPolicy("gpt-5.4-mini", "any"));
        assertThat(memory.calls()).isEqualTo(Duration.ofDays(14));
        assertThat(memory.seal()).isEqualTo(new SealKeys(List.of(bytes(2), bytes(1)), true));
    }

    @ParameterizedTest
    @CsvSource({"0%, 0", "0.01%, 1", "0.5%, 50", "5%, 500", "100%, 10000"})
    void aHoldoutIsReadToTheHundredthOfAPerCent(String text, int share) throws IOException {
        assertThat(load("memory: {holdout: " + text + "}").holdout()).isEqualTo(share);
    }

    @ParameterizedTest
    @CsvSource({"0s, PT0S", "0d, PT0S", "1h, PT1H"})
    void whatACallWasGivenNeedNotBeKept(String text, Duration time) throws IOException {
        assertThat(load("memory: {calls: " + text + "}").calls()).isEqualTo(time);
    }

    @Test
    void anArchiveMayBeGatheredBeforeItIsRetrievedFrom() throws IOException {
        MemoryPolicy memory = load("memory: {archive: 10k}");

        assertThat(memory.archive()).isEqualTo(10_000);
        assertThat(memory.retrieve()).isEqualTo(Retrieve.OFF);
        assertThat(load("memory: {archive: 1, retrieve: turn}").retrieve()).isEqualTo(Retrieve.TURN);
    }

    @Test
    void aKeyMayStandInTheFileInAVariableOrInAnotherFile() throws IOException {
        Path file = Files.writeString(directory.resolve("key"), OLD + "\n");
        environment.put("SEAL", OLD);

        SealKeys written = seal("\"" + OLD + "\"");

        assertThat(seal("\"${SEAL}\"")).isEqualTo(written);
        assertThat(seal("\"${file:" + file + "}\"")).isEqualTo(written);
        assertThat(seal("[\"" + OLD + "\"]")).isEqualTo(written);
        assertThat(written.keys()).hasSize(1);
        assertThat(written.keys().getFirst().reveal()).isEqualTo(bytes(1));
        assertThat(written.plain()).isFalse();
    }

    @Test
    void theFirstSealsAndAllOpen() throws IOException {
        SealKeys keys = seal("[\"" + NEW + "\", plain, \"" + OLD + "\"]");

        assertThat(keys.keys()).extracting(SealKeys.Key::reveal).containsExactly(bytes(2), bytes(1));
        assertThat(keys.plain()).isTrue();
        assertThat(keys.key(keys.keys().getLast().id())).isEqualTo(keys.keys().getLast());
        assertThat(keys.key(keys.keys().getLast().id() + 1)).isNull();
    }

    @Test
    void aKeysIdIsTheBeginningOfItsHash() {
        // head -c 32 /dev/zero | sha256sum
        assertThat(new SealKeys(List.of(new byte[32]), false).keys().getFirst().id())
                .isEqualTo(0x66687aad);
    }

    @Test
    void otherKeysAreAnotherPolicyAndTheSameOnesAreNot() {
        SealKeys keys = new SealKeys(List.of(bytes(1), bytes(2)), false);

        assertThat(keys).isEqualTo(new SealKeys(List.of(bytes(1), bytes(2)), false));
        assertThat(keys).hasSameHashCodeAs(new SealKeys(List.of(bytes(1), bytes(2)), false));
        assertThat(keys).isNotEqualTo(new SealKeys(List.of(bytes(2), bytes(1)), false));
        assertThat(keys).isNotEqualTo(new SealKeys(List.of(bytes(1)), false));
        assertThat(keys).isNotEqualTo(new SealKeys(List.of(bytes(1), bytes(2)), true));
    }

    @Test
    void keysAreNeverShownAndCannotBeChanged() throws IOException {
        byte[] bytes = bytes(1);
        SealKeys keys = new SealKeys(List.of(bytes), false);
        bytes[0]++;
        keys.keys().getFirst().reveal()[1]++;

        assertThat(keys.keys().getFirst().reveal()).isEqualTo(bytes(1));
        assertThat(keys).hasToString("***");
        assertThat(keys.keys().getFirst()).hasToString("***");
        assertThat(load("memory: {seal: \"" + OLD + "\"}").toString())
                .contains("seal=***")
                .doesNotContain(OLD);
    }

    @Test
    void whatAreNoKeysIsRefused() {
        assertThatThrownBy(() -> new SealKeys(List.of(), true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SealKeys(List.of(new byte[31]), false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SealKeys(List.of(bytes(1), bytes(1)), false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void twoTenantsMayHaveOneKey() throws IOException {
        String seal = "memory: {seal: \"" + OLD + "\"}\n";
        Files.writeString(directory.resolve("acme.yaml"), TenantFiles.small("a") + seal);
        Files.writeString(directory.resolve("globex.yaml"), TenantFiles.small("b") + seal);

        assertThat(loader().load(directory).tenants()).hasSize(2);
    }

    @Test
    void aKeyThatIsNotHereIsNotCheckedUnlessItMustBe() throws IOException {
        Files.writeString(
                directory.resolve("acme.yaml"),
                TenantFiles.SMALL + "memory: {seal: [\"${ABSENT}\", \"${ABSENT_TOO}\", plain]}\n");

        assertThat(loader().check(directory, false)).isEqualTo(new TenantLoader.Checked(1, 2));
        assertThatThrownBy(() -> loader().check(directory, true))
                .hasMessageContaining("memory.seal[0]: environment variable ABSENT is not set")
                .hasMessageContaining("memory.seal[1]: environment variable ABSENT_TOO is not set");
        environment.put("ABSENT", "canary");
        assertThatThrownBy(() -> loader().check(directory, false))
                .hasMessageContaining(
                        "memory.seal[0]: not 32 bytes in base64. Make a key with: openssl rand -base64 32.")
                .hasMessageNotContaining("canary");
    }

    @Test
    void aKeyThatIsChangedInItsFileIsSeen() throws IOException {
        Path tenants = Files.createDirectory(directory.resolve("tenants"));
        Path file = Files.writeString(directory.resolve("key"), OLD);
        Files.writeString(
                tenants.resolve("acme.yaml"), TenantFiles.SMALL + "memory: {seal: \"${file:" + file + "}\"}\n");
        // Far enough from all that is written now.
        Instant now = Instant.now().plus(Duration.ofHours(1));
        LiveTenants live = new LiveTenants(tenants, environment::get, InstantSource.fixed(now), (before, after) -> {});

        Files.writeString(file, NEW);
        live.poll();

        assertThat(live.state().generation()).isEqualTo(2);
        assertThat(Objects.requireNonNull(live.get().tenant("acme")).memory().seal())
                .isEqualTo(new SealKeys(List.of(bytes(2)), false));
    }

    private static byte[] bytes(int value) {
        byte[] bytes = new byte[SealKeys.BYTES];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static String key(int value) {
        return Base64.getEncoder().encodeToString(bytes(value));
    }

    private SealKeys seal(String value) throws IOException {
        return Objects.requireNonNull(load("memory: {seal: " + value + "}").seal());
    }

    private TenantLoader loader() {
        return new TenantLoader(environment::get);
    }

    private MemoryPolicy load(String members) throws IOException {
        Files.writeString(directory.resolve("acme.yaml"), TenantFiles.SMALL + members + "\n");
        return Objects.requireNonNull(loader().load(directory).tenant("acme")).memory();
    }
}
