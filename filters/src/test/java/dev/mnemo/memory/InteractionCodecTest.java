package dev.mnemo.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.seal.Seal;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is written is read again; what is damaged counts as absent. */
class InteractionCodecTest {

    private static final ZstdDecompressCtx UNPACKER = new ZstdDecompressCtx();

    private static final TokenCounter TOKENS = new TokenCounter();
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00.123Z");

    @Test
    void whatIsWrittenIsReadAgain() {
        for (String text : new String[] {"", "x", "Grüße 你好 👋".repeat(50), "a".repeat(8_000), "\u0000\n\"{}"}) {
            for (boolean partial : new boolean[] {true, false}) {
                Interaction written = Interaction.of(AT, "c", partial, text, text + "!", TOKENS);

                assertThat(decode(encode(written))).isEqualTo(written);
            }
        }
    }

    @Test
    void aLongTextIsCutBetweenCharactersAndItsFingerprintIsOfTheWhole() {
        String text = "x" + "👋".repeat(Interaction.LONGEST);

        Interaction cut = Interaction.of(AT, "c", false, text, "ok", TOKENS);

        assertThat(cut.userText()).endsWith("👋 […]").hasSizeLessThan(Interaction.LONGEST + 8);
        assertThat(cut.user()).isEqualTo(Fingerprint.of(text));
    }

    @Test
    void twentyMessagesOfHistoryTakeAtMost4700Bytes() {
        int bytes = 0;
        for (int i = 0; i < 10; i++) {
            bytes += encode(Interaction.of(
                            AT,
                            "c",
                            false,
                            "How would I sort a slice of structs by two fields in Go, the first one descending? (" + i
                                    + ") I would like it to be stable, and short. Is there something in the standard library that does this,"
                                    + " or is a loop the honest answer here? I am on Go 1.22 and cannot upgrade this quarter.",
                            "Use slices.SortStableFunc with cmp.Or: compare the first field with its arguments swapped, then the"
                                    + " second. Both are in the standard library since 1.22, so nothing is to be installed. A loop would"
                                    + " be longer and no faster. Attempt " + i + ".",
                            TOKENS))
                    .length;
        }

        assertThat(bytes).isLessThanOrEqualTo(4_700);
    }

    @Test
    void damageCountsAsAbsent() {
        byte[] good = encode(Interaction.of(AT, "c", false, "hello ".repeat(40), "world ".repeat(40), TOKENS));
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = java.util.Arrays.copyOf(good, random.nextInt(good.length));
            if (bad.length > 0 && random.nextBoolean()) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            assertThat(decode(bad)).isNull();
        }
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            decode(bad); // Any answer but an exception.
        }
    }

    private static byte[] encode(Interaction interaction) {
        return InteractionCodec.encode(interaction, new Fingerprint(7), Seal.NONE);
    }

    private static @Nullable Interaction decode(byte[] record) {
        return InteractionCodec.decode(record, Seal.NONE, UNPACKER);
    }
}
