package dev.mnemo.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.AnswerReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

/** Whatever a reader does, the buffers go on as they came. */
class AnswerTapTest {

    @Test
    void aReaderThatThrowsIsNotAskedAgainAndTheBufferIsUntouched() {
        List<Throwable> failures = new ArrayList<>();
        int[] asked = {0};
        AnswerTap tap = new AnswerTap(
                new AnswerReader() {
                    @Override
                    public void accept(ByteBuffer view) {
                        asked[0]++;
                        view.position(view.limit());
                        throw new IllegalStateException("broken");
                    }

                    @Override
                    public void end() {
                        asked[0]++;
                    }

                    @Override
                    public Answer answer() {
                        return Answer.UNKNOWN;
                    }
                },
                failures::add);
        DataBuffer buffer = DefaultDataBufferFactory.sharedInstance.wrap("hello".getBytes(UTF_8));

        tap.accept(buffer);
        tap.accept(buffer);

        assertThat(tap.answer()).isEqualTo(Answer.UNKNOWN);
        assertThat(asked[0]).isEqualTo(1);
        assertThat(failures).hasSize(1);
        assertThat(buffer.toString(UTF_8)).isEqualTo("hello");
        assertThat(buffer.readPosition()).isZero();
    }
}
