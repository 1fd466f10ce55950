package dev.mnemo.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WordPieceTest {

    private static final WordPiece WORDS = of("""
            {"version":"1.0","added_tokens":[{"id":0,"content":"[PAD]"}],"model":{"type":"WordPiece","vocab":{
            "[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"play":4,"##ing":5,"##ed":6,",":7,"zurich":8,"你":9,"好":10,"a":11,"1":12}}}
            """);

    @Test
    void wordsFallIntoTheLongestPieces() {
        assertThat(WORDS.ids("Playing, played", 99)).containsExactly(2, 4, 5, 7, 4, 6, 3);
        assertThat(WORDS.ids("playground a", 99)).containsExactly(2, 1, 11, 3);
        assertThat(WORDS.ids("  ", 99)).containsExactly(2, 3);
    }

    @Test
    void accentsFallAndChineseStandsAlone() {
        assertThat(WORDS.ids("Zürich你好1", 99)).containsExactly(2, 8, 9, 10, 12, 3);
    }

    @Test
    void aLongTextIsCut() {
        assertThat(WORDS.ids("playing ".repeat(50), 6)).containsExactly(2, 4, 5, 4, 5, 3);
        assertThat(WORDS.ids("playing ".repeat(50), 5)).containsExactly(2, 4, 5, 4, 3);
        assertThat(WORDS.ids("a".repeat(101), 99)).containsExactly(2, 1, 3);
    }

    @Test
    void aVocabularyOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> of("{\"model\":{\"vocab\":{\"a\":1}}}"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[CLS]");
    }

    private static WordPiece of(String json) {
        return WordPiece.of(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
