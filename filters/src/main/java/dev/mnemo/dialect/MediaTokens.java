package dev.mnemo.dialect;

import dev.mnemo.json.JsonReader.Span;
import java.nio.charset.StandardCharsets;

/**
 * How many tokens an image is, by its provider's rule where its size can be read from the first bytes of its data, else the
 * most that one image commonly is. Sound, video and files count as an image of unknown size: what they hold is not looked at.
 *
 * <p>The rules are those of the providers' documents on vision (OpenAI's for gpt-4o, Anthropic's, Google's).
 */
enum MediaTokens {
    /** 85, and 170 for each tile of 512 after fitting into 2,048 square and its shorter side into 768. */
    OPENAI(1_445) {
        @Override
        long of(long width, long height) {
            double fit = Math.min(1, 2_048.0 / Math.max(width, height));
            fit = Math.min(fit, 768.0 / Math.min(width, height));
            return 85 + 170 * tiles(width * fit, 512) * tiles(height * fit, 512);
        }
    },
    /** One for 750 pixels, after fitting the longer side into 1,568; about 1,600 at the most. */
    ANTHROPIC(1_600) {
        @Override
        long of(long width, long height) {
            double fit = Math.min(1, 1_568.0 / Math.max(width, height));
            return Math.min(1_600, (long) Math.ceil(width * fit * height * fit / 750));
        }
    },
    /** 258 for one that fits into 384 square, else for each tile of 768. */
    GEMINI(1_032) {
        @Override
        long of(long width, long height) {
            return Math.max(width, height) <= 384 ? 258 : 258 * tiles(width, 768) * tiles(height, 768);
        }
    },
    /** Differs by model; nothing is said. */
    OLLAMA(1_000) {
        @Override
        long of(long width, long height) {
            return 1_000;
        }
    };

    private static final long LOW = 85;

    private static final byte[] PNG = ascii("iVBORw0KGgo");
    private static final byte[] GIF = ascii("R0lGOD");
    private static final byte[] JPEG = ascii("/9j/");

    /** No image is larger; what says so is damaged. */
    private static final int LARGEST = 20_000;

    /** How far into a value the data may begin, behind {@code data:image/png;base64,} or {@code "mimeType":}. */
    private static final int HEAD = 256;

    private final long unknown;

    MediaTokens(long unknown) {
        this.unknown = unknown;
    }

    abstract long of(long width, long height);

    /**
     * @param value JSON that holds the data somewhere
     * @param low whether the client asks for little detail
     */
    long of(byte[] body, Span value, boolean low) {
        if (low) {
            return LOW;
        }
        long size = size(body, value);
        long width = size >>> 32;
        long height = size & 0xFFFF_FFFFL;
        boolean known = width > 0 && height > 0 && width <= LARGEST && height <= LARGEST;
        return known ? of(width, height) : unknown;
    }

    private static long tiles(double side, int tile) {
        return (long) Math.max(1, Math.ceil(side / tile));
    }

    /** Width in the upper half, height in the lower; 0 when it cannot be told. */
    private static long size(byte[] body, Span value) {
        int end = Math.min(value.end(), value.start() + HEAD);
        for (int i = value.start(); i < end; i++) {
            if (begins(body, i, value.end(), PNG)) {
                Base64Bytes png = new Base64Bytes(body, i, value.end());
                return (long) png.big(16, 4) << 32 | png.big(20, 4);
            }
            if (begins(body, i, value.end(), GIF)) {
                Base64Bytes gif = new Base64Bytes(body, i, value.end());
                return (long) gif.little(6, 2) << 32 | gif.little(8, 2);
            }
            if (begins(body, i, value.end(), JPEG)) {
                return jpeg(new Base64Bytes(body, i, value.end()));
            }
        }
        return 0;
    }

    /** Its size stands in the first segment of the kinds C0 to CF, without C4, C8 and CC. */
    private static long jpeg(Base64Bytes jpeg) {
        int at = 2;
        for (int segments = 0; segments < 64 && jpeg.big(at, 1) == 0xFF; segments++) {
            int kind = jpeg.big(at + 1, 1);
            if (kind >= 0xC0 && kind <= 0xCF && kind != 0xC4 && kind != 0xC8 && kind != 0xCC) {
                return (long) jpeg.big(at + 7, 2) << 32 | jpeg.big(at + 5, 2);
            }
            at += 2 + Math.max(0, jpeg.big(at + 2, 2));
        }
        return 0;
    }

    private static boolean begins(byte[] body, int at, int end, byte[] bytes) {
        if (at + bytes.length > end) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (body[at + i] != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String base64) {
        return base64.getBytes(StandardCharsets.US_ASCII);
    }

    /** Single bytes of data in base64, decoded when they are asked for. */
    private record Base64Bytes(byte[] body, int start, int end) {

        /** Most significant byte first; −1 where there is no data. */
        int big(int at, int length) {
            int value = 0;
            for (int i = at; i < at + length; i++) {
                int b = at(i);
                if (b < 0) {
                    return -1;
                }
                value = value << 8 | b;
            }
            return value;
        }

        int little(int at, int length) {
            int value = 0;
            for (int i = at + length - 1; i >= at; i--) {
                int b = at(i);
                if (b < 0) {
                    return -1;
                }
                value = value << 8 | b;
            }
            return value;
        }

        /** −1 where there is none. */
        private int at(int index) {
            int first = start + index / 3 * 4 + index % 3;
            if (first + 1 >= end) {
                return -1;
            }
            int left = digit(body[first]);
            int right = digit(body[first + 1]);
            int shift = index % 3 * 2;
            return left < 0 || right < 0 ? -1 : (left << (2 + shift) | right >> (4 - shift)) & 0xFF;
        }

        private static int digit(byte b) {
            if (b >= 'A' && b <= 'Z') {
                return b - 'A';
            }
            if (b >= 'a' && b <= 'z') {
                return b - 'a' + 26;
            }
            if (b >= '0' && b <= '9') {
                return b - '0' + 52;
            }
            return b == '+' ? 62 : b == '/' ? 63 : -1;
        }
    }
}
