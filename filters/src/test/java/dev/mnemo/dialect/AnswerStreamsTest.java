package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.AnswerReader.Framing;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each golden stream, cut in two at every byte, and fed byte by byte, says the same. */
class AnswerStreamsTest {

    private static final Dialect CHAT = Endpoints.CHAT.dialect();

    record Golden(
            String name,
            String text,
            @Nullable String finish,
            @Nullable Usage usage,
            boolean complete,
            boolean failed,
            boolean toolCalls) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Golden> streams() {
        return Stream.of(
                new Golden("plain", "Hello, world", "stop", new Usage(9, 0, 0, 4, 0), true, false, false),
                new Golden(
                        "cached-reasoning", "42", "stop", new Usage(51_200, 50_176, 0, 300, 120), true, false, false),
                new Golden("unicode", "Grüße 你好 👩‍👩‍👧‍👦 \"é\"\n", "stop", null, true, false, false),
                new Golden("tools", "", "tool_calls", new Usage(80, 0, 0, 20, 0), true, false, true),
                new Golden("azure", "Hi", "stop", new Usage(12, 0, 0, 1, 0), true, false, false),
                new Golden("vllm-reasoning", "Four.", "stop", new Usage(20, 0, 0, 30, 0), true, false, false),
                new Golden("crlf-and-comments", "Hello", "stop", null, true, false, false),
                new Golden("two-choices", "first", "stop", null, true, false, false),
                new Golden("length", "cut off", "length", new Usage(5, 0, 0, 2, 0), true, false, false),
                new Golden("error-in-stream", "Hel", null, null, false, true, false),
                new Golden("without-done", "Hel", null, null, false, false, false),
                new Golden("cut-in-mid-event", "Hel", null, null, false, false, false));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void readTheSameHoweverTheyAreCut(Golden golden) {
        byte[] bytes = GoldenStreams.read(golden.name());
        for (int cut = 0; cut <= bytes.length; cut++) {
            AnswerReader reader = AnswerReader.of(CHAT, Framing.EVENTS);
            reader.accept(ByteBuffer.wrap(bytes, 0, cut));
            reader.accept(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
            reader.end();
            requireThat(reader.answer(), golden);
        }
        AnswerReader single = AnswerReader.of(CHAT, Framing.EVENTS);
        for (byte b : bytes) {
            single.accept(ByteBuffer.wrap(new byte[] {b}));
        }
        single.end();
        requireThat(single.answer(), golden);
    }

    private static void requireThat(Answer answer, Golden golden) {
        assertThat(answer.text()).isEqualTo(golden.text());
        assertThat(answer.finishReason()).isEqualTo(golden.finish());
        assertThat(answer.usage()).isEqualTo(golden.usage());
        assertThat(answer.complete()).isEqualTo(golden.complete());
        assertThat(answer.failed()).isEqualTo(golden.failed());
        assertThat(answer.step()).isEqualTo(golden.toolCalls());
    }
}
