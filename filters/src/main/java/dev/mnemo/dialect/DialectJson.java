package dev.mnemo.dialect;

import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.JsonText;
import java.nio.charset.StandardCharsets;

/** JSON that Mnemo writes itself, and where it goes. */
final class DialectJson {

    private DialectJson() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The first byte inside the object that a body is. */
    static int firstMember(byte[] body) {
        int at = 0;
        while (body[at] != '{') {
            at++;
        }
        return at + 1;
    }

    /** Whether an object or array has nothing in it. */
    static boolean isEmpty(byte[] body, Span container) {
        for (int i = container.start() + 1; i < container.end() - 1; i++) {
            if (body[i] > ' ') {
                return false;
            }
        }
        return true;
    }

    /** An event of its own behind whatever was cut off; empty where the answer is no stream of events. */
    static byte[] event(Framing framing, String fields) {
        return framing == Framing.EVENTS ? bytes("\n\n" + fields + "\n\n") : new byte[0];
    }

    /** As a JSON string, quotes included. */
    static String quoted(String text) {
        return '"' + new String(JsonText.escaped(text), StandardCharsets.UTF_8) + '"';
    }
}
