package dev.mnemo.sse;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Takes a stream of lines apart (NDJSON), however it is cut. It keeps at most one line; a larger one is skipped and said so.
 *
 * <p>Not thread-safe; one stream, once.
 */
public final class LineParser {

    /** Receives each line that is not empty. */
    @FunctionalInterface
    public interface Lines {

        /**
         * @param line without its end; valid only during the call
         * @param length how many bytes of {@code line} count
         */
        void line(byte[] line, int length);
    }

    private final Lines lines;
    private byte[] line = new byte[512];
    private int length;
    private boolean skipping;
    private boolean overflowed;

    public LineParser(Lines lines) {
        this.lines = lines;
    }

    /** Reads what remains of {@code bytes}; leaves none. */
    public void feed(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (b == '\n') {
                end();
            } else if (!skipping) {
                append(b);
            }
        }
    }

    /** What has no line feed behind it is a line too, at the stream's end. */
    public void end() {
        int whole = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        if (whole > 0) {
            lines.line(line, whole);
        }
        length = 0;
        skipping = false;
    }

    /** Whether a line was larger than is read, so that something of the stream is unknown. */
    public boolean overflowed() {
        return overflowed;
    }

    private void append(byte b) {
        if (length == SseParser.LARGEST) {
            overflowed = true;
            skipping = true;
            length = 0;
            return;
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, length * 2);
        }
        line[length++] = b;
    }
}
