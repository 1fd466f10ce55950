package dev.mnemo.retrieval;

import java.io.InputStream;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

/**
 * Takes a text apart as the models of the BERT family want it: lower case, no accents, each punctuation mark and each Chinese
 * character alone, and of the rest the longest pieces that the vocabulary has. Thread-safe.
 */
final class WordPiece {

    private static final int LONGEST_WORD = 100;

    private final Map<String, Integer> vocabulary;
    private final int begin;
    private final int end;
    private final int unknown;

    private WordPiece(Map<String, Integer> vocabulary) {
        this.vocabulary = vocabulary;
        begin = special("[CLS]");
        end = special("[SEP]");
        unknown = special("[UNK]");
    }

    /** Reads the {@code model.vocab} of a {@code tokenizer.json}. */
    static WordPiece of(InputStream json) {
        Map<String, Integer> vocabulary = new HashMap<>(65_536);
        try (JsonParser parser = new JsonFactory().createParser(tools.jackson.core.ObjectReadContext.empty(), json)) {
            boolean inside = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (inside && token == JsonToken.VALUE_NUMBER_INT) {
                    vocabulary.put(parser.currentName(), parser.getIntValue());
                } else if (token == JsonToken.PROPERTY_NAME && "vocab".equals(parser.currentName())) {
                    inside = true;
                } else if (token == JsonToken.END_OBJECT) {
                    inside = false;
                }
            }
        }
        return new WordPiece(vocabulary);
    }

    private int special(String name) {
        Integer id = vocabulary.get(name);
        if (id == null) {
            throw new IllegalStateException("the vocabulary has no " + name + ": it is not one of WordPiece");
        }
        return id;
    }

    /** With the marks of begin and end, cut to as many. */
    long[] ids(String text, int most) {
        long[] ids = new long[most];
        ids[0] = begin;
        int size = 1;
        String plain = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Form.NFD);
        int from = -1;
        for (int at = 0, next; at <= plain.length() && size < most - 1; at = next) {
            int c = at < plain.length() ? plain.codePointAt(at) : ' ';
            next = at + Character.charCount(c);
            boolean alone = isPunctuation(c) || isChinese(c);
            boolean space = Character.isWhitespace(c) || Character.isSpaceChar(c);
            if (!alone && !space) {
                from = from < 0 ? at : from;
                continue;
            }
            if (from >= 0) {
                size = pieces(withoutMarks(plain.substring(from, at)), ids, size, most - 1);
                from = -1;
            }
            if (alone && size < most - 1) {
                size = pieces(plain.substring(at, next), ids, size, most - 1);
            }
        }
        ids[size++] = end;
        return Arrays.copyOf(ids, size);
    }

    private int pieces(String word, long[] ids, int size, int most) {
        if (word.isEmpty()) {
            return size;
        }
        int now = size;
        int from = 0;
        while (from < word.length() && word.length() <= LONGEST_WORD) {
            int to = word.length();
            Integer id = null;
            while (to > from && id == null) {
                id = vocabulary.get(from == 0 ? word.substring(0, to) : "##" + word.substring(from, to));
                to -= id == null ? 1 : 0;
            }
            if (id == null) {
                break;
            }
            if (now < most) {
                ids[now++] = id;
            }
            from = to;
        }
        if (from < word.length()) {
            ids[size] = unknown;
            return size + 1;
        }
        return now;
    }

    private static String withoutMarks(String word) {
        StringBuilder out = new StringBuilder(word.length());
        word.codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK
                        && c != 0
                        && c != 0xfffd
                        && !Character.isISOControl(c)
                        && Character.getType(c) != Character.FORMAT)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    private static boolean isPunctuation(int c) {
        if (c < 0x80) {
            return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    private static boolean isChinese(int c) {
        return c >= 0x4e00 && c <= 0x9fff
                || c >= 0x3400 && c <= 0x4dbf
                || c >= 0x20000 && c <= 0x2ceaf
                || c >= 0xf900 && c <= 0xfaff
                || c >= 0x2f800 && c <= 0x2fa1f;
    }
}
