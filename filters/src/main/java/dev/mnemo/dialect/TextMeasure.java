package dev.mnemo.dialect;

import dev.mnemo.dialect.TextUnits.Script;
import dev.mnemo.json.JsonReader.Span;
import java.util.Arrays;

/**
 * Estimates how many tokens text is, without a tokenizer: one pass over its bytes, each character's cost looked up by what it
 * is, what stands before it, and how long the run of its like already is. The costs are in {@link TokenCosts}. Not thread-safe.
 */
public final class TextMeasure {

    /** Kinds of characters; the rows and columns of the tables of costs. */
    static final int LOWER = 0;

    static final int UPPER = 1;
    static final int DIGIT = 2;
    static final int SPACE = 3;
    static final int LINE = 4;
    static final int PUNCTUATION = 5;
    static final int LATIN = 6;
    static final int ALPHABET = 7;
    static final int OTHER = 8;
    static final int SYMBOL = 9;
    static final int CJK_MARK = 10;
    static final int HIRAGANA = 11;
    static final int KATAKANA = 12;
    static final int HAN = 13;
    static final int HANGUL = 14;
    static final int EMOJI = 15;

    /** ASCII this near after an accent, in bytes, is of the same language. */
    private static final int NEAR = 200;

    private static final byte[] ASCII = new byte[128];

    /** Of the basic plane, 32 characters each. */
    private static final byte[] BLOCKS = new byte[0x10000 >> 5];

    /** The script that a kind's cost belongs to; −1 for what goes with the Latin text around it. */
    private static final int[] SCRIPT = new int[16];

    static {
        Arrays.fill(ASCII, (byte) PUNCTUATION);
        Arrays.fill(ASCII, 'a', 'z' + 1, (byte) LOWER);
        Arrays.fill(ASCII, 'A', 'Z' + 1, (byte) UPPER);
        Arrays.fill(ASCII, '0', '9' + 1, (byte) DIGIT);
        ASCII[' '] = SPACE;
        ASCII['\t'] = SPACE;
        ASCII['\n'] = LINE;
        ASCII['\r'] = LINE;
        block(0x0080, SYMBOL);
        block(0x00C0, LATIN);
        block(0x0300, ALPHABET);
        block(0x0500, OTHER);
        block(0x1E00, LATIN);
        block(0x1F00, OTHER);
        block(0x2000, SYMBOL);
        block(0x3000, CJK_MARK);
        block(0x3040, HIRAGANA);
        block(0x30A0, KATAKANA);
        block(0x3100, HAN);
        block(0xA000, HANGUL);
        block(0xE000, CJK_MARK);
        Arrays.fill(SCRIPT, -1);
        SCRIPT[ALPHABET] = Script.ALPHABET.ordinal();
        SCRIPT[OTHER] = Script.ALPHABET.ordinal();
        SCRIPT[CJK_MARK] = Script.HAN.ordinal();
        SCRIPT[HAN] = Script.HAN.ordinal();
        SCRIPT[HIRAGANA] = Script.KANA.ordinal();
        SCRIPT[KATAKANA] = Script.KANA.ordinal();
        SCRIPT[HANGUL] = Script.HANGUL.ordinal();
    }

    /** In hundredths of a token. */
    private final long[] cost = new long[TextUnits.SCRIPTS];

    /** The cost of Latin text of which is not yet known whether accents are near. */
    private long latin;

    /** Bytes since the last accent. */
    private long sinceAccent = Long.MAX_VALUE / 2;

    private int before = LINE;
    private int run;

    /** From here to the end of the plane, or to the next block. */
    private static void block(int first, int kind) {
        Arrays.fill(BLOCKS, first >> 5, BLOCKS.length, (byte) kind);
    }

    /** A value of a body that is JSON: what it stands for if it is a string, else as it is written. */
    void json(byte[] body, Span value) {
        before = LINE;
        run = 0;
        boolean quoted = body[value.start()] == '"';
        add(body, quoted ? value.start() + 1 : value.start(), quoted ? value.end() - 1 : value.end(), true);
    }

    /** Encrypted text in base64, of which only the length says something: four bytes a token, and what base64 adds. */
    void sealed(int length) {
        cost[Script.PLAIN.ordinal()] += length * 100L / 5;
    }

    /** Text that goes on where the last one ended. */
    public void text(byte[] utf8) {
        add(utf8, 0, utf8.length, false);
    }

    /** The content of JSON strings that goes on where the last one ended. */
    public void escaped(byte[] content) {
        add(content, 0, content.length, true);
    }

    /** What was measured so far. */
    public TextUnits units() {
        double[] tokens = new double[TextUnits.SCRIPTS];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = cost[i] / 100.0;
        }
        tokens[latinScript()] += latin / 100.0;
        return new TextUnits(tokens);
    }

    private int latinScript() {
        return (sinceAccent <= NEAR ? Script.ACCENTED : Script.PLAIN).ordinal();
    }

    private void add(byte[] bytes, int start, int end, boolean escapes) {
        int escape = escapes ? '\\' : -1;
        int i = start;
        while (i < end) {
            i = plain(bytes, i, end, escape);
            if (i < end) {
                i = other(bytes, i, end);
            }
        }
    }

    /** Goes over ASCII; stops before anything else. No branch in it depends on the text, but the one that ends it. */
    private int plain(byte[] bytes, int start, int end, int escape) {
        int last = before;
        int length = run;
        long sum = 0;
        int i = start;
        for (; i < end; i++) {
            int b = bytes[i];
            if (b < 0 || b == escape) {
                break;
            }
            int kind = ASCII[b];
            int at = (last << 4 | kind) & 0xFF;
            length = length + 1 & TokenCosts.JOINS[at];
            sum += TokenCosts.COSTS[at << 3 | Math.min(length, TokenCosts.LONGEST)];
            last = kind;
        }
        latin += sum;
        sinceAccent += i - start;
        before = last;
        run = length;
        return i;
    }

    /** Goes over one character that is written in several bytes or as an escape. */
    private int other(byte[] bytes, int start, int end) {
        int b = bytes[start];
        int kind;
        int next;
        if (b < 0) {
            kind = wide(bytes, start, end);
            next = start + (b < -32 ? 2 : b < -16 ? 3 : 4);
        } else if (start + 6 <= end && bytes[start + 1] == 'u') {
            int c = hex(bytes, start + 2);
            kind = c < 0x80 ? ASCII[c] : Character.isSurrogate((char) c) ? EMOJI : BLOCKS[c >> 5];
            next = start + 6;
        } else {
            int escape = start + 1 < end ? bytes[start + 1] : 0;
            kind = escape == 'n' || escape == 'r' ? LINE : escape == 't' ? SPACE : PUNCTUATION;
            next = start + 2;
        }
        int at = before << 4 | kind;
        run = run + 1 & TokenCosts.JOINS[at];
        int added = TokenCosts.COSTS[at << 3 | Math.min(run, TokenCosts.LONGEST)];
        before = kind;
        int script = SCRIPT[kind];
        if (script >= 0) {
            cost[script] += added;
        } else {
            latin += added;
        }
        sinceAccent += next - start;
        if (kind == LATIN) {
            cost[latinScript()] += latin;
            latin = 0;
            sinceAccent = 0;
        }
        return next;
    }

    /** The kind of a character of several bytes; half a one is a symbol. */
    private static int wide(byte[] bytes, int i, int end) {
        int b = bytes[i];
        if (b < -32) {
            return i + 1 < end ? BLOCKS[((b & 0x1F) << 6 | bytes[i + 1] & 0x3F) >> 5] : SYMBOL;
        }
        if (b >= -16) {
            return EMOJI;
        }
        return i + 2 < end
                ? BLOCKS[((b & 0x0F) << 12 | (bytes[i + 1] & 0x3F) << 6 | bytes[i + 2] & 0x3F) >> 5]
                : SYMBOL;
    }

    private static int hex(byte[] bytes, int at) {
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            value = value << 4 | Math.max(0, Character.digit(bytes[i], 16));
        }
        return value;
    }
}
