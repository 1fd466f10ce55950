package dev.mnemo.sse;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Takes a stream of server-sent events apart, however it is cut: inside a line, an event or a character. It keeps at most
 * one event; a larger one is skipped and said so. What the stream's end leaves unfinished is no event (WHATWG HTML §9.2.6).
 *
 * <p>Not thread-safe; one stream, once.
 */
public final class SseParser {

    /** Receives each event. */
    @FunctionalInterface
    public interface Events {

        /**
         * @param data the event's data lines, joined by a line feed; valid only during the call
         * @param length how many bytes of {@code data} count
         */
        void event(byte[] data, int length);
    }

    /** The largest event that is read. */
    static final int LARGEST = 1024 * 1024;

    private static final byte[] DATA = {'d', 'a', 't', 'a'};

    private final Events events;
    private byte[] line = new byte[512];
    private int lineLength;
    private byte[] data = new byte[512];
    private int dataLength = -1;
    private boolean afterReturn;
    private boolean first = true;
    private boolean skipping;
    private boolean overflowed;

    public SseParser(Events events) {
        this.events = events;
    }

    /** Reads what remains of {@code bytes}; leaves none. */
    public void feed(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (afterReturn) {
                afterReturn = false;
                if (b == '\n') {
                    continue;
                }
            }
            if (b == '\n' || b == '\r') {
                afterReturn = b == '\r';
                endLine();
            } else {
                append(b);
            }
        }
    }

    /** Whether an event was larger than is read, so that something of the stream is unknown. */
    public boolean overflowed() {
        return overflowed;
    }

    private void append(byte b) {
        if (skipping) {
            lineLength = 1; // What counts is that the line is not blank.
            return;
        }
        if (lineLength == line.length) {
            if (lineLength >= LARGEST) {
                overflow();
                return;
            }
            line = Arrays.copyOf(line, lineLength * 2);
        }
        line[lineLength++] = b;
    }

    private void endLine() {
        if (first) {
            first = false;
            dropByteOrderMark();
        }
        if (lineLength == 0) {
            dispatch();
        } else if (!skipping) {
            field();
        }
        lineLength = 0;
    }

    /** From here to the event's end, lines are only told apart. */
    private void overflow() {
        overflowed = true;
        skipping = true;
        lineLength = 1;
        dataLength = -1;
    }

    private void field() {
        int colon = 0;
        while (colon < lineLength && line[colon] != ':') {
            colon++;
        }
        if (colon != DATA.length || !Arrays.equals(line, 0, colon, DATA, 0, DATA.length)) {
            return;
        }
        int start = colon < lineLength ? colon + 1 : colon;
        if (start < lineLength && line[start] == ' ') {
            start++;
        }
        appendData(start);
    }

    private void appendData(int start) {
        int length = lineLength - start;
        int begin = dataLength < 0 ? 0 : dataLength + 1;
        if (begin + length > LARGEST) {
            overflow();
            return;
        }
        if (begin + length > data.length) {
            data = Arrays.copyOf(data, Math.max(begin + length, data.length * 2));
        }
        if (begin > 0) {
            data[begin - 1] = '\n';
        }
        System.arraycopy(line, start, data, begin, length);
        dataLength = begin + length;
    }

    private void dispatch() {
        skipping = false;
        int length = dataLength;
        dataLength = -1;
        if (length > 0) {
            events.event(data, length);
        }
    }

    private void dropByteOrderMark() {
        if (lineLength >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF) {
            lineLength -= 3;
            System.arraycopy(line, 3, line, 0, lineLength);
        }
    }
}
