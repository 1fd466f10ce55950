package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.json.JsonText;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code golden/tails} says: for each dialect requests, each with its path, and in the lines below it the same with a tail,
 * and with the block and the tail. {@code -Ddocs.update=true} writes those two lines.
 */
class TailGoldenTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/tails");
    private static final byte[] BLOCK = JsonText.escaped("BLOCK");

    /** With half a character, which UTF-8 does not have. */
    private static final byte[] TAIL = JsonText.escaped("TAIL \"é\"\n\ud83d.");

    static Stream<Endpoint> dialects() {
        return Endpoints.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void aTailStandsBehindTheUsersLastWordsAndNothingElseChanges(Endpoint endpoint) throws IOException {
        Path file = GOLDEN.resolve(endpoint.dialect().id() + ".txt");
        String before = Files.readString(file);
        StringBuilder now = new StringBuilder();
        for (String entry : before.strip().split("\n\n")) {
            List<String> lines = entry.lines().toList();
            String path = lines.getFirst()
                    .substring("POST ".length(), lines.getFirst().indexOf(" # "));
            now.append(now.isEmpty() ? "" : "\n")
                    .append(lines.getFirst())
                    .append('\n')
                    .append(lines.get(1))
                    .append('\n')
                    .append(placed(Endpoints.post(path), lines.get(1)));
        }
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(file, now);
        }
        assertThat(now).as("%s (write it with -Ddocs.update=true)", file).hasToString(Files.readString(file));
    }

    private static String placed(Endpoint endpoint, String sent) {
        ChatRequest request = Endpoints.read(endpoint, sent);
        List<Edit> edits = endpoint.dialect().placeTail(request, TAIL);
        String tail = edits.isEmpty()
                ? "no place for a tail"
                : text(SplicedBody.of(request.body()).with(edits));
        String both = request.kept().closed()
                ? "no place for a block"
                : text(endpoint.dialect()
                        .place(request, BLOCK, Endpoints.SEPARATE)
                        .with(edits));
        return tail + '\n' + both + '\n';
    }

    private static String text(SplicedBody body) {
        return new String(body.toBytes(), UTF_8);
    }
}
