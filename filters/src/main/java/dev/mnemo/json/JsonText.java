package dev.mnemo.json;

import dev.mnemo.json.JsonReader.MalformedJson;
import dev.mnemo.json.JsonReader.Span;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonToken;
import tools.jackson.core.io.JsonStringEncoder;

/** Text to and from the inside of a JSON string. */
public final class JsonText {

    private JsonText() {}

    /** The text as the content of a JSON string, in UTF-8, without the quotes. Half a character becomes U+FFFD. */
    public static byte[] escaped(String text) {
        return JsonStringEncoder.getInstance().quoteAsUTF8(isWellFormed(text) ? text : repaired(text));
    }

    /** The text of a string literal of a body that has been read strictly. */
    public static String text(byte[] body, Span literal) {
        int start = literal.start() + 1;
        int length = literal.end() - 1 - start;
        for (int i = start; i < start + length; i++) {
            if (body[i] == '\\') {
                return unescaped(body, literal);
            }
        }
        return new String(body, start, length, StandardCharsets.UTF_8);
    }

    private static String unescaped(byte[] body, Span literal) {
        try (JsonReader reader = JsonReader.trusted(body, literal.start(), literal.end() - literal.start())) {
            if (reader.next() != JsonToken.VALUE_STRING) {
                throw new MalformedJson("body: no string at byte " + literal.start());
            }
            return reader.text();
        }
    }

    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!isPair(text, i)) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static boolean isPair(String text, int i) {
        return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
    }

    /** UTF-8 has no form for half a character. */
    private static String repaired(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                out.append(c);
            } else if (isPair(text, i)) {
                out.append(c).append(text.charAt(++i));
            } else {
                out.append('\uFFFD');
            }
        }
        return out.toString();
    }
}
