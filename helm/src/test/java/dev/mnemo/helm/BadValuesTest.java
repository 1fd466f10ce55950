package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mnemo.helm.Chart.Refused;
import dev.mnemo.helm.Chart.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that cannot work are refused with a message that a person can act upon: the comments a file begins with stand in it. */
class BadValuesTest {

    private static final Path DIRECTORY = Path.of("src/test/resources/bad");

    static List<String> files() {
        return Chart.files(DIRECTORY).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void isRefusedReadably(String name) throws IOException {
        Path file = DIRECTORY.resolve(name);
        List<String> said = Files.readAllLines(file).stream()
                .takeWhile(line -> line.startsWith("# "))
                .map(line -> line.substring(2))
                .toList();
        assertThat(said).as("what the message must say, in comments at the top").isNotEmpty();

        Refused refused = catchThrowableOfType(
                Refused.class, () -> Chart.render(Release.STANDARD, Map.of(), file.toAbsolutePath()));

        assertThat(refused).as("nothing is wrong with it").isNotNull();
        assertThat(refused.getMessage())
                .contains(said)
                .doesNotContain("nil pointer", "error converting YAML", "wrong type for value", "<nil>", "%!");
    }

    @Test
    void thereAreManyOfThem() {
        assertThat(files()).hasSizeGreaterThanOrEqualTo(20);
    }
}
