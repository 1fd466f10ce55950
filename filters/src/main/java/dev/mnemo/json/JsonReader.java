package dev.mnemo.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a body token by token and says where each value stands, in bytes. Strict: UTF-8 only, one value, nothing after it,
 * bounded nesting. Values that are not asked for are never decoded.
 *
 * <p>Not thread-safe; one body, once. Every fault is a {@link MalformedJson}.
 */
public final class JsonReader implements AutoCloseable {

    private static final int DEEPEST = 128;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(10_000)
                    .maxNumberLength(10_000)
                    .build())
            .build();

    private final JsonParser parser;

    private JsonReader(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * @throws MalformedJson when the body is no UTF-8, or begins with a byte order mark
     */
    public static JsonReader strict(byte[] body) {
        requireUtf8(body);
        return trusted(body, 0, body.length);
    }

    /** Reads bytes whose encoding is known to be good, or does not matter. */
    public static JsonReader trusted(byte[] body, int offset, int length) {
        try {
            return new JsonReader(FACTORY.createParser(ObjectReadContext.empty(), body, offset, length));
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    /** The next token; null at the end. */
    public @Nullable JsonToken next() {
        try {
            return parser.nextToken();
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    /** The members of the object that begins here; none where the value is no object. */
    public Members members() {
        return new Members();
    }

    /** The elements of the array that begins here; none where the value is no array. */
    public Elements elements() {
        return new Elements();
    }

    /** Goes over an object. What of a value is not read is passed over; at the end the reader stands on the object's end. */
    public final class Members {

        private boolean left = parser.currentToken() == JsonToken.START_OBJECT;
        private boolean begun;
        private String name = "";
        private JsonToken value = JsonToken.NOT_AVAILABLE;

        private Members() {}

        /** Goes to the next member's value; false when there is none. */
        public boolean next() {
            if (begun && left) {
                skip();
            }
            begun = true;
            left = left && inside() != JsonToken.END_OBJECT;
            if (!left) {
                return false;
            }
            name = String.valueOf(parser.currentName());
            value = inside();
            return true;
        }

        public String name() {
            return name;
        }

        public JsonToken value() {
            return value;
        }

        public boolean isArray() {
            return value == JsonToken.START_ARRAY;
        }
    }

    /** Goes over an array. What of an element is not read is passed over; at the end the reader stands on the array's end. */
    public final class Elements {

        private boolean left = parser.currentToken() == JsonToken.START_ARRAY;
        private boolean begun;
        private JsonToken value = JsonToken.NOT_AVAILABLE;

        private Elements() {}

        /** Goes to the next element; false when there is none. */
        public boolean next() {
            if (begun && left) {
                skip();
            }
            begun = true;
            value = left ? inside() : JsonToken.END_ARRAY;
            left = value != JsonToken.END_ARRAY;
            return left;
        }

        /** Goes to the next element that is an object; others are passed over. */
        public boolean nextObject() {
            while (next()) {
                if (value == JsonToken.START_OBJECT) {
                    return true;
                }
            }
            return false;
        }

        public JsonToken value() {
            return value;
        }
    }

    /** The next token of a value that has not ended. */
    private JsonToken inside() {
        JsonToken token = next();
        if (token == null) {
            throw new MalformedJson("body: ends too early (expected: one valid JSON object)");
        }
        return token;
    }

    /** The text of a string; null when the value is none. */
    public @Nullable String string() {
        return parser.currentToken() == JsonToken.VALUE_STRING ? text() : null;
    }

    /** The text of a string or number. */
    public String text() {
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    /** An integer; null when the number is none, or does not fit a long. */
    public @Nullable Long integer() {
        try {
            return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    ? parser.getLongValue()
                    : null;
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    /** Where the current value stands, whole. Passes over its content; the parser is left at its last token. */
    public Span span() {
        try {
            int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
            parser.skipChildren();
            parser.finishToken();
            return new Span(start, offset());
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    /** Passes over the current value; does nothing when it was read. */
    public void skip() {
        try {
            parser.skipChildren();
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    /** The first byte of the current token. */
    public int start() {
        return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }

    /** The byte after the current token, which must have been read whole. */
    public int offset() {
        return Math.toIntExact(parser.currentLocation().getByteOffset());
    }

    /**
     * @throws MalformedJson when anything but white space follows the value
     */
    public void requireEnd() {
        if (next() != null) {
            throw new MalformedJson("body: more than one JSON value (expected: nothing after byte " + start() + ")");
        }
    }

    @Override
    public void close() {
        parser.close();
    }

    private static void requireUtf8(byte[] body) {
        if (body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF) {
            throw new MalformedJson("body: begins with a byte order mark (expected: UTF-8 without one)");
        }
        for (int i = 0; i < Math.min(4, body.length); i++) {
            if (body[i] == 0) {
                // The parser would take it for UTF-16 or UTF-32, and know no offsets.
                throw notUtf8();
            }
        }
        for (byte b : body) {
            if (b < 0) {
                decode(body);
                return;
            }
        }
    }

    private static void decode(byte[] body) {
        try {
            // The decoder refuses what parsers disagree about: overlong forms, surrogates, cut sequences.
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            throw notUtf8();
        }
    }

    private static MalformedJson notUtf8() {
        return new MalformedJson("body: not UTF-8 (expected: JSON in UTF-8)");
    }

    private static MalformedJson malformed(JacksonException e) {
        TokenStreamLocation where = e.getLocation();
        String at = where == null || where.getByteOffset() < 0 ? "" : " at byte " + where.getByteOffset();
        return new MalformedJson("body: not JSON" + at + " (expected: one valid JSON object)");
    }

    /**
     * A run of a body's bytes.
     *
     * @param start the first byte
     * @param end the byte after the last
     */
    public record Span(int start, int end) {}

    /** A body that is not JSON as Mnemo takes it. Without a stack trace: it is an answer, not a fault. */
    public static final class MalformedJson extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public MalformedJson(String message) {
            super(message, null, false, false);
        }

        /** What is wrong, and where; never null. */
        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
