package dev.mnemo.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.text.Language;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IndexCodecTest {

    private static final byte[] VECTOR = {1, -2, 127};

    @Test
    void whatWasWrittenIsRead() {
        Map<Integer, Integer> terms = Map.of(0, 1, 5, 3, 16_777_215, 1, 900_000, 200);
        byte[] index = IndexCodec.encode(Language.GERMAN, 321, terms, 77, VECTOR);
        IndexReader reader = new IndexReader();

        assertThat(reader.open(index)).isTrue();
        assertThat(reader.language).isEqualTo(Language.GERMAN.code);
        assertThat(reader.tokens).isEqualTo(321);
        assertThat(reader.hasVector(77, 3)).isTrue();
        assertThat(reader.hasVector(78, 3)).isFalse();
        assertThat(reader.hasVector(77, 4)).isFalse();
        assertThat(Arrays.copyOfRange(index, reader.vectorAt(), reader.vectorAt() + 3))
                .isEqualTo(VECTOR);
        assertThat(terms(reader)).isEqualTo(terms);
        assertThat(reader.isDamaged()).isFalse();
    }

    @Test
    void aTermTakesFourBytesAtMost() {
        Map<Integer, Integer> terms = new HashMap<>();
        Random chance = new Random(3);
        while (terms.size() < 60) {
            terms.put(chance.nextInt(1 << Terms.BITS), 1);
        }
        assertThat(IndexCodec.encode(Language.ENGLISH, 90, terms, 0, IndexCodec.EMPTY))
                .hasSizeLessThan(8 + 3 + 60 * 4);
    }

    @Test
    void whatIsCutOffOrTooLongHoldsNothing() {
        byte[] index = IndexCodec.encode(Language.ENGLISH, 9, Map.of(7, 1, 90_000, 2, 8_000_000, 1), 77, VECTOR);
        for (int length = 0; length < index.length; length++) {
            assertThat(isWhole(Arrays.copyOf(index, length)))
                    .as("%s bytes", length)
                    .isFalse();
        }
        assertThat(isWhole(index)).isTrue();
        assertThat(isWhole(Arrays.copyOf(index, index.length + 1))).isFalse();
    }

    @Test
    void anotherVersionAndAnUnknownLanguageHoldNothing() {
        byte[] index = IndexCodec.encode(Language.ENGLISH, 9, Map.of(7, 1), 0, IndexCodec.EMPTY);
        byte[] later = index.clone();
        later[0] = 2;
        byte[] foreign = index.clone();
        foreign[1] = 99;
        assertThat(isWhole(later)).isFalse();
        assertThat(isWhole(foreign)).isFalse();
    }

    @Test
    void noBytesMakeItFail() {
        Random chance = new Random(11);
        IndexReader reader = new IndexReader();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[chance.nextInt(64)];
            chance.nextBytes(bytes);
            if (bytes.length > 8) {
                bytes[0] = IndexCodec.VERSION;
                bytes[1] = 1;
                bytes[6] = 0;
                bytes[7] = (byte) chance.nextInt(8);
            }
            if (reader.open(bytes)) {
                while (reader.next()) {
                    assertThat(reader.term).isBetween(0, (1 << Terms.BITS) - 1);
                }
            }
        }
    }

    private static boolean isWhole(byte[] index) {
        IndexReader reader = new IndexReader();
        if (!reader.open(index)) {
            return false;
        }
        terms(reader);
        return !reader.isDamaged();
    }

    private static Map<Integer, Integer> terms(IndexReader reader) {
        Map<Integer, Integer> terms = new TreeMap<>();
        while (reader.next()) {
            terms.put(reader.term, reader.count);
        }
        return terms;
    }
}
