package dev.mnemo.dialect;

import dev.mnemo.dialect.Dialect.AnswerReader;
import dev.mnemo.json.JsonReader.MalformedJson;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Reads an answer that comes as one JSON object. */
final class OpenAiChatAnswer implements AnswerReader {

    /** A larger answer passes unread. */
    static final int LARGEST = 4 * 1024 * 1024;

    private final OpenAiChatChunk whole = new OpenAiChatChunk();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private boolean tooLarge;
    private boolean complete;

    @Override
    public void accept(ByteBuffer view) {
        if (tooLarge || bytes.size() + view.remaining() > LARGEST) {
            tooLarge = true;
            bytes.reset();
            return;
        }
        byte[] copy = new byte[view.remaining()];
        view.get(copy);
        bytes.writeBytes(copy);
    }

    @Override
    public void end() {
        if (tooLarge) {
            return;
        }
        try {
            whole.read(bytes.toByteArray(), bytes.size());
            complete = true;
        } catch (MalformedJson e) {
            // The client gets the same bytes; what cannot be read is not remembered.
        }
    }

    @Override
    public Answer answer() {
        return whole.answer(complete);
    }
}
