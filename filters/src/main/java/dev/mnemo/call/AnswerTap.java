package dev.mnemo.call;

import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.AnswerReader;
import java.util.function.Consumer;
import org.springframework.core.io.buffer.DataBuffer;

/**
 * Reads an answer as it passes, through a view of the buffers that go to the client. Whatever goes wrong in here never
 * reaches the stream: the tap stops reading and says so once.
 *
 * <p>Thread-safe: the stream and the call's end may be on different threads.
 */
public final class AnswerTap {

    private final AnswerReader reader;
    private final Consumer<Throwable> failed;
    private boolean broken;
    private boolean ended;

    /**
     * @param failed told once when the tap stops reading
     */
    public AnswerTap(AnswerReader reader, Consumer<Throwable> failed) {
        this.reader = reader;
        this.failed = failed;
    }

    synchronized void accept(DataBuffer buffer) {
        if (broken || ended) {
            return;
        }
        try (DataBuffer.ByteBufferIterator views = buffer.readableByteBuffers()) {
            while (views.hasNext()) {
                reader.accept(views.next());
            }
        } catch (RuntimeException e) {
            stop(e);
        }
    }

    /** What was read, now that there is no more; also of an answer that was cut off. */
    synchronized Answer answer() {
        if (!broken && !ended) {
            ended = true;
            try {
                reader.end();
            } catch (RuntimeException e) {
                stop(e);
            }
        }
        return reader.answer();
    }

    private void stop(RuntimeException e) {
        broken = true;
        failed.accept(e);
    }
}
