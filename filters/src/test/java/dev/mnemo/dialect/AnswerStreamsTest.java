package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each golden answer, cut in two at every byte, and fed byte by byte, says the same. */
class AnswerStreamsTest {

    static Stream<Golden> answers() {
        return Stream.of(
                        GoldenOpenAi.chat(),
                        GoldenOpenAi.responses(),
                        GoldenOthers.anthropic(),
                        GoldenOthers.gemini(),
                        GoldenOthers.ollama())
                .flatMap(answers -> answers);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void readTheSameHoweverTheyAreCut(Golden golden) {
        byte[] bytes = golden.stream().bytes();
        for (int cut = 0; cut <= bytes.length; cut++) {
            int at = cut;
            Answer answer = golden.read(reader -> {
                reader.accept(ByteBuffer.wrap(bytes, 0, at));
                reader.accept(ByteBuffer.wrap(bytes, at, bytes.length - at));
            });
            assertThat(Golden.said(answer)).as("cut at %d", cut).isEqualTo(golden.says());
        }
    }

    @ParameterizedTest
    @MethodSource("answers")
    void readTheSameByteByByte(Golden golden) {
        Answer answer = golden.read(reader -> {
            for (byte b : golden.stream().bytes()) {
                reader.accept(ByteBuffer.wrap(new byte[] {b}));
            }
        });

        assertThat(Golden.said(answer)).isEqualTo(golden.says());
    }

    /** An answer that lost its end never claims to be whole; nor does it say what the whole does not. */
    @ParameterizedTest
    @MethodSource("answers")
    void saysNoMoreThanTheWholeWhenItIsCutOff(Golden golden) {
        byte[] bytes = golden.stream().bytes();
        for (int end = 0; end < bytes.length; end++) {
            int length = end;
            Answer answer = golden.read(reader -> reader.accept(ByteBuffer.wrap(bytes, 0, length)));
            assertThat(answer.complete() && !golden.says().complete())
                    .as("cut off at %d", end)
                    .isFalse();
            assertThat(answer.failed() && !golden.says().failed())
                    .as("cut off at %d", end)
                    .isFalse();
            assertThat(answer.step() && !golden.says().step())
                    .as("cut off at %d", end)
                    .isFalse();
        }
    }

    @Test
    void everyGoldenFileIsRead() throws IOException, URISyntaxException {
        for (Dialect dialect : Endpoint.READING) {
            URL directory = Objects.requireNonNull(getClass().getResource("/golden/" + dialect.id()));
            try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
                assertThat(files.map(file -> dialect.id() + "/" + file.getFileName()))
                        .containsExactlyInAnyOrderElementsOf(answers()
                                .map(golden -> golden.stream().toString())
                                .filter(name -> name.startsWith(dialect.id() + "/"))
                                .toList());
            }
        }
    }

    @Test
    void thoseThatAreWholeAreComplete() {
        for (Dialect dialect : Endpoint.READING) {
            assertThat(GoldenStreams.whole(dialect.id())).isNotEmpty();
            for (GoldenStreams.Stream stream : GoldenStreams.whole(dialect.id())) {
                assertThat(answers()
                                .filter(golden -> golden.stream().equals(stream))
                                .map(golden -> golden.says().complete()))
                        .as(stream.toString())
                        .containsExactly(true);
            }
        }
    }
}
