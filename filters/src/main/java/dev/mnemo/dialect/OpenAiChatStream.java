package dev.mnemo.dialect;

import dev.mnemo.dialect.Dialect.AnswerReader;
import dev.mnemo.json.JsonReader.MalformedJson;
import dev.mnemo.sse.SseParser;
import java.nio.ByteBuffer;

/** Reads a streamed answer. Events that are not understood are passed over: they are between client and provider. */
final class OpenAiChatStream implements AnswerReader {

    private final OpenAiChatChunk chunks = new OpenAiChatChunk();
    private final SseParser events = new SseParser(this::event);
    private boolean done;

    @Override
    public void accept(ByteBuffer view) {
        events.feed(view);
    }

    @Override
    public void end() {
        // An event that has no blank line behind it is none; there is nothing left to do.
    }

    @Override
    public Answer answer() {
        return chunks.answer((done || chunks.finished()) && !events.overflowed());
    }

    private void event(byte[] data, int length) {
        if (data[0] != '{') {
            done = done || isDone(data, length);
            return;
        }
        try {
            chunks.read(data, length);
        } catch (MalformedJson e) {
            // Half an event, or a server's own idea of one; the client sees the same bytes and judges for itself.
        }
    }

    private static boolean isDone(byte[] data, int length) {
        return length == 6
                && data[0] == '['
                && data[1] == 'D'
                && data[2] == 'O'
                && data[3] == 'N'
                && data[4] == 'E'
                && data[5] == ']';
    }
}
