package dev.mnemo.seal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.SealKeys;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever sees only what is stored sees nothing of the texts. Bounds are so wide that chance breaks them less than once in a
 * million runs.
 */
class SealedBytesTest {

    private static final int RECORDS = 500;
    private static final int TEXT_AT = 17;
    private static final String[] WORDS = {"dentist", "Okonkwo", "Tuesday", "allergic", "peanuts", "Zürich", "æøå", "  "
    };

    private final Seal seal = Seal.of(
            new SealKeys(List.of(new byte[32]), false), "acme-corp", "ann.smith", new byte[Seal.SALT], reason -> {});
    private final List<byte[]> values = new ArrayList<>();
    private final List<byte[]> stored = new ArrayList<>();

    @BeforeEach
    void sealTexts() {
        Random random = new Random(11);
        for (int i = 0; i < RECORDS; i++) {
            byte[] value = i % 5 == 0 ? new byte[700] : text(random);
            values.add(value);
            stored.add(seal.seal("interaction:" + i, value));
        }
    }

    @Test
    void holdNoPieceOfAnyTextOrName() {
        Set<Long> pieces = new HashSet<>();
        values.forEach(value -> pieces.addAll(pieces(value, 0)));
        for (String name : List.of("acme-corp", "ann.smith", "interaction:")) {
            pieces.addAll(pieces(name.getBytes(UTF_8), 0));
        }

        for (byte[] bytes : stored) {
            assertThat(pieces(bytes, 0)).noneMatch(pieces::contains);
        }
    }

    @Test
    void haveAsManyOnesAsZerosWhateverTheTextIs() {
        long bits = 0;
        long ones = 0;
        for (byte[] bytes : stored) {
            for (int i = TEXT_AT; i < bytes.length; i++) {
                bits += Byte.SIZE;
                ones += Integer.bitCount(bytes[i] & 0xff);
            }
        }
        double deviation = Math.sqrt(bits) / 2;
        assertThat(Math.abs(ones - bits / 2.0)).isLessThan(6 * deviation);
    }

    @Test
    void repeatNothingThoughTheTextsDo() {
        Set<Long> pieces = new HashSet<>();
        int count = 0;
        for (byte[] bytes : stored) {
            List<Long> own = pieces(bytes, TEXT_AT);
            pieces.addAll(own);
            count += own.size();
        }
        assertThat(pieces).hasSize(count);
        assertThat(stored.stream().map(bytes -> new String(bytes, ISO_8859_1)).distinct())
                .hasSize(RECORDS);
    }

    private static byte[] text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 20 + random.nextInt(200); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString().getBytes(UTF_8);
    }

    /** All runs of eight bytes. */
    private static List<Long> pieces(byte[] bytes, int from) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<Long> pieces = new ArrayList<>();
        for (int i = from; i + Long.BYTES <= bytes.length; i++) {
            pieces.add(in.getLong(i));
        }
        return pieces;
    }
}
