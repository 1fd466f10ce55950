package dev.mnemo.seal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5869, appendix A: the cases with SHA-256. */
class HkdfTest {

    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest(name = "case {0}")
    @CsvSource(textBlock = """
        1, 0b-0b, 22, 00-0c, f0-f9, 077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5, \
        3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865
        2, 00-4f, 1, 60-af, b0-ff, 06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244, \
        b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8\
        367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
        3, 0b-0b, 22, '', '', 19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04, \
        8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8
        """)
    void isWhatTheRfcSays(int number, String key, int times, String salt, String info, String extracted, String out) {
        byte[] from = Hkdf.extract(bytes(salt, 1), bytes(key, times));

        assertThat(HEX.formatHex(from)).isEqualTo(extracted);
        assertThat(HEX.formatHex(Hkdf.expand(from, bytes(info, 1), out.length() / 2)))
                .isEqualTo(out);
    }

    /** The bytes from one to another, such as {@code 00-0c}, so many times over. */
    private static byte[] bytes(String range, int times) {
        if (range.isEmpty()) {
            return new byte[0];
        }
        String once = IntStream.rangeClosed(HexFormat.fromHexDigits(range, 0, 2), HexFormat.fromHexDigits(range, 3, 5))
                .mapToObj(value -> HEX.toHexDigits((byte) value))
                .collect(Collectors.joining());
        return HEX.parseHex(once.repeat(times));
    }
}
