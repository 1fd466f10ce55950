package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file of {@code bad/} beside the messages it must bring. */
class BadTenantFilesTest {

    private static final Path BAD = Path.of("src/test/resources/bad");

    @TempDir
    Path directory;

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(BAD)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aBadFileIsToldWhereItIsWrongAndHowToMendIt(Path file) throws IOException {
        Files.copy(file, directory.resolve(file.getFileName()));

        String message = problems().getMessage();

        assertThat(message).doesNotContain("canary");
        Golden.check(Path.of(file.toString().replace(".yaml", ".txt")), message + "\n");
    }

    @Test
    void allProblemsOfAllFilesAreToldAtOnce() throws IOException {
        int expected = 0;
        for (String name : List.of("limits", "memory", "syntax")) {
            Files.copy(BAD.resolve(name + ".yaml"), directory.resolve(name + ".yaml"));
            expected += Files.readAllLines(BAD.resolve(name + ".txt")).size();
        }
        // The three files share a key, which is told once for each file that is read after the first.
        assertThat(problems().problems()).hasSize(expected + 1);
    }

    @Test
    void aDirectoryThatIsMissingOrEmptySaysWhatToDo() {
        assertThat(problems())
                .hasMessageEndingWith("no tenant files. Put a file such as acme.yaml in it, one for each tenant.");
        directory = directory.resolve("nowhere");
        assertThat(problems()).hasMessageContaining("set MNEMO_TENANTS");
    }

    @Test
    void aKeyOfTwoTenantsNamesBothFiles() throws IOException {
        Files.writeString(directory.resolve("acme.yaml"), TenantFiles.SMALL);
        Files.writeString(directory.resolve("globex.yaml"), TenantFiles.SMALL);
        assertThat(problems())
                .hasMessageContaining("globex.yaml:1:")
                .hasMessageContaining("the same key as acme.yaml keys[0].sha256")
                .hasMessageNotContaining(TenantFiles.HASH);
    }

    @Test
    void oneTenantHasOneFile() throws IOException {
        Files.writeString(directory.resolve("acme.yaml"), TenantFiles.SMALL);
        Files.writeString(directory.resolve("acme.yml"), TenantFiles.small("b"));
        assertThat(problems()).hasMessageContaining("acme.yml: the same tenant as acme.yaml");
    }

    @Test
    void filesThatAreTooLargeOrNotTextAreRefused() throws IOException {
        Files.writeString(directory.resolve("large.yaml"), "#".repeat(1_000_001));
        Files.write(directory.resolve("latin.yaml"), new byte[] {'n', (byte) 0xe9});
        Files.write(directory.resolve("control.yaml"), new byte[] {'n', 0});
        assertThat(problems())
                .hasMessageContaining("large.yaml: larger than 1 MB")
                .hasMessageContaining("latin.yaml: not UTF-8")
                .hasMessageContaining("control.yaml: not YAML: a character that YAML forbids");
    }

    private TenantProblemsException problems() {
        return catchThrowableOfType(
                TenantProblemsException.class, () -> new TenantLoader(name -> null).load(directory));
    }
}
