package dev.mnemo.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user's interactions have in common. */
class PatternsTest {

    /** A Tuesday. */
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");

    private static final String QUESTION = "How do I tune the compaction of a Kafka topic with keys?";
    private static final String ANSWER = "Set these:\n\n- cleanup.policy\n- segment.ms\n\n```\ncompact\n```\n";

    @Test
    void aLineSaysWhatIsCommon() {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 60; i++) {
            patterns = patterns.plus(Traits.of(AT.plus(Duration.ofDays(i / 4 * 7)), QUESTION, ANSWER));
        }

        assertThat(patterns.line())
                .isEqualTo("{\"interactions\":60,\"since\":\"2026-11\",\"languages\":{\"en\":1},"
                        + "\"subjects\":[\"compaction\",\"kafka\",\"keys\",\"topic\",\"tune\"],"
                        + "\"writes_words\":10,\"answers_words\":5,"
                        + "\"forms\":[\"code\",\"lists\",\"questions\"],\"active\":\"06-12 UTC, weekdays\"}");
    }

    @Test
    void fewInteractionsAreNoPattern() {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 4; i++) {
            patterns = patterns.plus(Traits.of(AT, QUESTION, ANSWER));
        }

        assertThat(patterns.line()).isNull();
        assertThat(patterns.plus(Traits.of(AT, QUESTION, ANSWER)).line()).isNotNull();
    }

    @Test
    void itIsSmallAndCleanWhateverComes() {
        Pattern clean = Pattern.compile("\\{[\\p{L}\\p{M}\\p{N}\"\\[\\]{}:,._ -]*}");
        Random random = new Random(7);
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 20_000; i++) {
            patterns = patterns.plus(Traits.of(
                    Instant.ofEpochMilli(random.nextLong() >> random.nextInt(23)), noise(random), noise(random)));
            if (i % 200 == 0) {
                byte[] bytes = patterns.encode();
                assertThat(bytes.length).isLessThanOrEqualTo(Patterns.LARGEST);
                assertThat(Patterns.decode(bytes)).isEqualTo(patterns);
                assertThat(Objects.requireNonNullElse(patterns.line(), "{}"))
                        .matches(clean)
                        .hasSizeLessThan(600);
            }
        }
        assertThat(patterns.count()).isEqualTo(20_000);
        assertThat(patterns.languages()).hasSizeLessThanOrEqualTo(Patterns.LANGUAGES);
    }

    /** Words of several scripts, of which some come again, among anything at all. */
    private static String noise(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            switch (random.nextInt(6)) {
                case 0 -> text.append((char) random.nextInt(0x10000)).append((char) random.nextInt(0x10000));
                case 1 -> text.append("ab".repeat(random.nextInt(20)));
                case 2 -> text.append("どのように設定しますか");
                case 3 -> text.append("the of </user_context> \"quote\" \\ пожалуйста не и");
                case 4 ->
                    text.appendCodePoint(0x20000 + random.nextInt(40))
                            .appendCodePoint(0x20001)
                            .append("漢字");
                default -> word(random.nextInt(400), text);
            }
            text.append(' ');
        }
        return text.toString();
    }

    private static void word(int number, StringBuilder text) {
        Random letters = new Random(number);
        char base = number % 2 == 0 ? 'a' : 'а';
        for (int i = 3 + letters.nextInt(22); i > 0; i--) {
            text.append((char) (base + letters.nextInt(26)));
        }
    }

    /** What took ten seconds takes some milliseconds; the bound is for a busy machine. */
    @Test
    void whiteSpaceWithoutEndTakesNoTime() {
        long begun = System.nanoTime();

        for (String run : List.of("\n", " ", "- \n", "|\n", "--\n", "1.\n")) {
            Patterns.NONE.plus(Traits.of(AT, QUESTION, "x" + run.repeat(8_192 / run.length())));
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void theSameInteractionsGiveTheSameBytes() {
        assertThat(of(new Random(3))).isEqualTo(of(new Random(3))).isNotEqualTo(of(new Random(4)));
    }

    private static byte[] of(Random random) {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 300; i++) {
            patterns =
                    patterns.plus(Traits.of(AT.plusSeconds(random.nextInt(1_000_000)), noise(random), noise(random)));
            if (i % 10 == 0) {
                patterns = Objects.requireNonNull(Patterns.decode(patterns.encode()));
            }
        }
        return patterns.encode();
    }

    @Test
    void oneMoreInteractionSeldomChangesTheLine() {
        Random random = new Random(5);
        List<String> subjects = List.of("kafka", "gradle", "kubernetes", "postgres", "terraform");
        Patterns patterns = Patterns.NONE;
        int changes = 0;
        String before = "";
        for (int i = 0; i < 400; i++) {
            String text = "How do I set up the " + subjects.get(random.nextInt(5)) + " cluster for " + noise(random);
            patterns = patterns.plus(Traits.of(AT.plusSeconds(i * 10_000L), text, ANSWER));
            String line = Objects.requireNonNullElse(patterns.line(), "");
            changes += line.equals(before) ? 0 : 1;
            before = line;
        }
        assertThat(changes).isLessThan(200);
        assertThat(before).contains(subjects);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | What is the best way to store a list of users in a database?",
                "de | Wie kann ich eine Liste von Benutzern in der Datenbank speichern?",
                "fr | Comment est-ce que je peux enregistrer une liste dans la base de données ?",
                "es | ¿Cómo puedo guardar una lista de usuarios en la base de datos?",
                "it | Come posso salvare una lista di utenti nella base di dati?",
                "pt | Como é que eu posso guardar uma lista de usuários em uma base de dados?",
                "nl | Hoe kan ik een lijst van gebruikers in de database opslaan?",
                "pl | Jak mogę zapisać listę użytkowników w bazie danych i czy to jest dobre?",
                "tr | Bir kullanıcı listesini veritabanına nasıl kaydedebilirim ve bu ne için?",
                "sv | Hur kan jag spara en lista med användare i en databas?",
                "cs | Jak mohu uložit seznam uživatelů do databáze a co je lepší?",
                "id | Bagaimana saya bisa menyimpan daftar pengguna di dalam database ini?",
                "vi | Làm thế nào để tôi có thể lưu danh sách người dùng vào cơ sở dữ liệu?",
                "ru | Как мне сохранить список пользователей в базе данных?",
                "uk | Як мені зберегти список користувачів у базі даних і що це?",
                "ja | ユーザーの一覧をデータベースに保存するにはどうすればいいですか",
                "zh | 怎样把用户列表保存到数据库里",
                "ko | 사용자 목록을 데이터베이스에 어떻게 저장하나요",
                "ar | كيف يمكنني حفظ قائمة المستخدمين في قاعدة البيانات",
                "fa | چگونه می‌توانم فهرست کاربران را در پایگاه داده ذخیره کنم",
                "hi | मैं डेटाबेस में उपयोगकर्ताओं की सूची कैसे सहेज सकता हूँ",
                "he | איך אני שומר רשימת משתמשים במסד נתונים",
                "el | Πώς μπορώ να αποθηκεύσω μια λίστα χρηστών",
                "th | ฉันจะบันทึกรายชื่อผู้ใช้ในฐานข้อมูลได้อย่างไร"
            })
    void aLanguageIsTold(String language, String text) {
        assertThat(Reading.of(text).language()).isEqualTo(language);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kubectl get pods", "12345 67890", "```\nthe and of to in is it\n```", "😀😀😀", "ok"})
    void whatTellsNoLanguageIsNone(String text) {
        assertThat(Reading.of(text).language()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ada.lovelace@example.com",
                "@adalovelace",
                "https://example.com/kafka/topics",
                "/home/ada/notes",
                "4111111111111111",
                "2026-11-24",
                "user12345",
                "sk-live-abcdefghijklmnop",
                "AKIAabcdefghIJKLmnop",
                "550e8400-e29b-41d4-a716-446655440000",
                "eyJhbGciOiJIUzI1NiJ9",
                "aBcDeFgHiJkL",
                "qwrtzpsdfghjk",
                "my_variable_name",
                "Foo.barBaz",
                "<system>",
                "</user_context>",
                "ab",
                "abcdefghijklmnopqrstuvwxyzabc",
                "password: hunter",
                "Passwort ist sommerregen",
                "`inline`",
                "the",
                "bitte"
            })
    void isNoSubject(String text) {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 20; i++) {
            patterns = patterns.plus(Traits.of(AT, text, "fine"));
        }
        assertThat(patterns.shown(40)).isEmpty();
        assertThat(new String(patterns.encode(), UTF_8)).doesNotContainIgnoringCase("hunter", "sommerregen", "ada");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "JavaScript", "PostgreSQL", "Überraschung", "データベース", "контейнер", "사용자", "SQL"})
    void isASubject(String word) {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 5; i++) {
            patterns = patterns.plus(Traits.of(AT, "(" + word + ")!", "fine"));
        }
        assertThat(patterns.shown(40)).containsExactly(word.toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void aSubjectWasSeenInTwoInteractionsAndAWordSaidOnceIsNowhere() {
        Patterns patterns = Patterns.NONE.plus(Traits.of(AT, "mulberry mulberry mulberry", "mulberry"));
        assertThat(new String(patterns.encode(), UTF_8)).doesNotContain("mulberry");
        patterns = patterns.plus(Traits.of(AT, "mulberry", ""));
        assertThat(patterns.shown(40)).isEmpty();
        patterns = patterns.plus(Traits.of(AT, "mulberry", ""));
        assertThat(patterns.shown(40)).containsExactly("mulberry");
    }

    @Test
    void noWordIsShownThatWasSaidOnce() {
        Random random = new Random(11);
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 800; i++) {
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < 16; w++) {
                for (int c = 0; c < 12; c++) {
                    text.append("aeioubdgklmnprst".charAt(random.nextInt(16)));
                }
                text.append(' ');
            }
            patterns = patterns.plus(Traits.of(AT, text.toString(), text.toString()));
            assertThat(patterns.shown(40)).isEmpty();
        }
    }

    @Test
    void whatTheAssistantSaysIsNoSubject() {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 20; i++) {
            patterns = patterns.plus(Traits.of(AT, "and then", "mulberry"));
        }
        assertThat(patterns.shown(40)).isEmpty();
    }

    @Test
    void aSubjectFadesWhenItIsDropped() {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 30; i++) {
            patterns = patterns.plus(Traits.of(AT, "mulberry", ""));
        }
        for (int i = 0; i < 500; i++) {
            patterns = patterns.plus(Traits.of(AT, "juniper", ""));
        }
        assertThat(patterns.shown(40)).containsExactly("juniper");
    }

    @Test
    void damagedBytesAreNone() {
        Patterns patterns = Patterns.NONE;
        for (int i = 0; i < 8; i++) {
            patterns = patterns.plus(Traits.of(AT, QUESTION, ANSWER));
        }
        byte[] bytes = patterns.encode();
        for (int length = 0; length < bytes.length; length++) {
            assertThat(Patterns.decode(Arrays.copyOf(bytes, length))).isNull();
        }
        Random random = new Random(1);
        for (int i = 0; i < 4_000; i++) {
            byte[] damaged = bytes.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Patterns decoded = Patterns.decode(damaged);
            if (decoded != null) {
                assertThat(String.valueOf(
                                decoded.plus(Traits.of(AT, QUESTION, ANSWER)).line()))
                        .as(HexFormat.of().formatHex(damaged))
                        .doesNotContain("<", "\n");
            }
        }
    }
}
