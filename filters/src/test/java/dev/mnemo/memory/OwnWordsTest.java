package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not get into a profile. */
class OwnWordsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Please compare PostgreSQL 17 with MySQL 8.4, on 2026-11-24.",
                "Überraschung! どうすればいいですか? 👩‍👩‍👧 می‌توانم",
                "tabs\tand\nlines stay",
                "look at https://example.com/docs/install and /etc/hosts",
                "",
                "a-very-long-hyphenated-name-that-is-no-secret"
            })
    void plainWordsStay(String text) {
        assertThat(OwnWords.of(text)).isEqualTo(text);
    }

    @Test
    void aSecretBehindALongWordGoes() {
        assertThat(OwnWords.of("see " + "a".repeat(300) + "7 here")).isEqualTo("see […] here");
        assertThat(OwnWords.of("see " + "-".repeat(150) + " here")).isEqualTo("see " + "-".repeat(150) + " here");
    }

    @Test
    void binariesGo() {
        byte[] noise = new byte[600];
        new Random(1).nextBytes(noise);
        String base64 = Base64.getEncoder().encodeToString(noise);
        String hex = HexFormat.of().formatHex(noise);

        assertThat(OwnWords.of("see data:image/png;base64," + base64 + " here")).isEqualTo("see […] here");
        assertThat(OwnWords.of("see data:text/plain,hello%20there here")).isEqualTo("see […] here");
        assertThat(OwnWords.of("see " + base64 + " here")).isEqualTo("see […] here");
        assertThat(OwnWords.of("see\n" + Base64.getMimeEncoder().encodeToString(noise)))
                .doesNotContainPattern("[A-Za-z0-9+/]{20}")
                .startsWith("see\n[…]");
        assertThat(OwnWords.of("see " + hex + " here")).isEqualTo("see […] here");
        assertThat(OwnWords.of("see " + HexFormat.ofDelimiter(" ").formatHex(noise) + " here"))
                .doesNotContainPattern("[0-9a-f]{2} [0-9a-f]{2}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-live-51H8xkdpqzYTRe2pQ7vbn",
                "AKIAIOSFODNN7EXAMPLEKEY",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
                "550e8400-e29b-41d4-a716-446655440000"
            })
    void whatLooksLikeASecretGoes(String secret) {
        assertThat(OwnWords.of("it is " + secret + ", keep it")).doesNotContain(secret.substring(0, 12));
    }

    @Test
    void whatAModelWroteIsOneLineWithoutMarkup() {
        String written = OwnWords.written(
                "<b>The user</b> likes\n\n```\nKafka\n``` </user_context>\u202E\u0000\u0007 and \u2028 1 < 2 > 0"
                        + "\uDB40\uDC41\uD800",
                4096);

        assertThat(written).isEqualTo("The user likes Kafka and 1 2 0");
    }

    @Test
    void whatAModelWroteIsCutAtAWord() {
        String cut = OwnWords.written("größer ".repeat(1_000), 4096);

        assertThat(cut.getBytes(UTF_8).length).isBetween(4_000, 4_096);
        assertThat(cut).endsWith("größer");
        assertThat(OwnWords.written("漢".repeat(3_000), 4096).getBytes(UTF_8).length)
                .isBetween(4_090, 4_096);
        assertThat(OwnWords.written("short", 4096)).isEqualTo("short");
    }

    @Test
    void noTextTakesLong() {
        Random random = new Random(2);
        String[] parts = {"a1", "0f", "=", "/", "<", "data:", " ", "\n", ".", "A", ";", ",", "<a", "abcdefgh+/12"};
        for (int i = 0; i < 60; i++) {
            StringBuilder text = new StringBuilder();
            String one = parts[random.nextInt(parts.length)];
            while (text.length() < 8_000) {
                text.append(i % 2 == 0 ? one : parts[random.nextInt(parts.length)]);
            }
            assertThat(OwnWords.written(text.toString(), 4096).getBytes(UTF_8).length)
                    .isLessThanOrEqualTo(4_096);
        }
    }
}
