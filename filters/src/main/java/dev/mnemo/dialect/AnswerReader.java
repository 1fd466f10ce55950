package dev.mnemo.dialect;

import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.MalformedJson;
import dev.mnemo.sse.LineParser;
import dev.mnemo.sse.SseParser;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Reads one answer as it passes, in pieces of any size. Not thread-safe. */
public interface AnswerReader {

    /** Reads what remains of the view, and keeps no reference to it. */
    void accept(ByteBuffer view);

    /** There is no more. */
    void end();

    /** What is known so far; may be asked at any time. */
    Answer answer();

    /** The reader of an answer whose framing is known. */
    static AnswerReader of(Dialect dialect, Framing framing) {
        return switch (framing) {
            case EVENTS -> new Events(dialect);
            case LINES -> new Lines(dialect);
            case WHOLE -> new Whole(dialect);
        };
    }

    /** How the JSON objects of an answer are told apart. */
    enum Framing {
        /** Server-sent events. */
        EVENTS,
        /** One object a line. */
        LINES,
        /** One object; or, where Gemini streams without {@code alt=sse}, an array of them. */
        WHOLE;

        /**
         * @param contentType of the answer; empty when it has none
         */
        public static Framing of(String contentType) {
            if (contentType.startsWith("text/event-stream")) {
                return EVENTS;
            }
            return contentType.startsWith("application/x-ndjson") ? LINES : WHOLE;
        }
    }

    /** Events that are not understood are passed over: they are between client and provider. */
    final class Events implements AnswerReader {

        private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

        private final Dialect dialect;
        private final AnswerParts parts = new AnswerParts();
        private final SseParser events = new SseParser(this::event);

        private Events(Dialect dialect) {
            this.dialect = dialect;
        }

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
            return parts.answer(parts.ended() && !events.overflowed());
        }

        private void event(byte[] data, int length) {
            if (length == DONE.length && ByteBuffer.wrap(data, 0, length).equals(ByteBuffer.wrap(DONE))) {
                parts.end();
            } else {
                piece(dialect, parts, data, length);
            }
        }
    }

    /** A line that was cut is none; the last one may lack its line feed. */
    final class Lines implements AnswerReader {

        private final Dialect dialect;
        private final AnswerParts parts = new AnswerParts();
        private final LineParser lines = new LineParser(this::line);
        private boolean ending;

        private Lines(Dialect dialect) {
            this.dialect = dialect;
        }

        @Override
        public void accept(ByteBuffer view) {
            lines.feed(view);
        }

        @Override
        public void end() {
            ending = true;
            lines.end();
        }

        @Override
        public Answer answer() {
            return parts.answer(parts.ended() && !lines.overflowed());
        }

        private void line(byte[] line, int length) {
            if (!ending || isWhole(line, length)) {
                piece(dialect, parts, line, length);
            }
        }

        private static boolean isWhole(byte[] line, int length) {
            try (JsonReader json = JsonReader.trusted(line, 0, length)) {
                json.next();
                json.skip();
                return true;
            } catch (MalformedJson e) {
                return false;
            }
        }
    }

    /** Is read at its end; a larger one passes unread. */
    final class Whole implements AnswerReader {

        static final int LARGEST = 4 * 1024 * 1024;

        private final Dialect dialect;
        private final AnswerParts parts = new AnswerParts();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        private boolean tooLarge;
        private boolean complete;

        private Whole(Dialect dialect) {
            this.dialect = dialect;
        }

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
            if (tooLarge || bytes.size() == 0) {
                return;
            }
            try (JsonReader json = JsonReader.trusted(bytes.toByteArray(), 0, bytes.size())) {
                JsonToken first = json.next();
                if (first == JsonToken.START_ARRAY) {
                    for (Elements e = json.elements(); e.next(); ) {
                        object(dialect, parts, json, e.value());
                    }
                    complete = parts.ended();
                } else {
                    object(dialect, parts, json, first);
                    complete = first == JsonToken.START_OBJECT;
                }
            } catch (MalformedJson e) {
                // The client gets the same bytes; what cannot be read is not remembered.
            }
        }

        @Override
        public Answer answer() {
            return parts.answer(complete);
        }
    }

    private static void piece(Dialect dialect, AnswerParts parts, byte[] bytes, int length) {
        if (length == 0 || bytes[0] != '{') {
            return;
        }
        try (JsonReader json = JsonReader.trusted(bytes, 0, length)) {
            object(dialect, parts, json, json.next());
        } catch (MalformedJson e) {
            // Half a piece, or a server's own idea of one; the client sees the same bytes and judges for itself.
        }
    }

    private static void object(Dialect dialect, AnswerParts parts, JsonReader json, @Nullable JsonToken value) {
        if (value == JsonToken.START_OBJECT) {
            dialect.readAnswer(json, parts);
        }
    }
}
