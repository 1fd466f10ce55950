package dev.mnemo.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class QueryTest {

    private final Topics topics = new Topics("topics");

    @Test
    void vectorsAreForTextThatTheModelReads() {
        assertThat(Query.of("What is the name of my dog?", topics).isDense()).isTrue();
        assertThat(Query.of("Wie heißt mein Hund?", topics).isDense()).isFalse();
        assertThat(Query.of("我的狗叫什么名字", topics).isDense()).isFalse();
        assertThat(Query.of("What is the name of my dog?", null).isDense()).isFalse();
    }

    @Test
    void aModelThatIsNotThereYetIsNotWaitedFor() {
        topics.ready = false;
        assertThat(Query.of("What is the name of my dog?", topics).isDense()).isFalse();
    }

    @Test
    void whereTheModelFailsWordsAreLeft() {
        topics.broken = true;
        assertThat(Query.of("What is the name of my dog?", topics).isDense()).isFalse();
        byte[] index = new Indexer(topics).index(null, "My dog", "Yes", Instant.EPOCH);
        assertThat(index).isEqualTo(new Indexer(null).index(null, "My dog", "Yes", Instant.EPOCH));
    }

    @Test
    void aGreetingLooksForNothing() {
        assertThat(Query.of("", topics).isEmpty()).isTrue();
        assertThat(Query.of("And what about this?", topics).isEmpty()).isTrue();
        assertThat(Query.of("dog", topics).isEmpty()).isFalse();
    }

    @Test
    void ofALongTextBothEndsCount() {
        String text = "alpha ".repeat(10) + "x".repeat(50_000) + " omega";
        assertThat(Query.of(text, null).tokens).isEqualTo(4);
        assertThat(Query.of("word" + " 12345 67890 ".repeat(40_000), null).tokens)
                .isLessThan(100);
    }

    /** A call waits for it. */
    @Test
    void ofALongTextTheModelReadsTheEndsAlone() {
        String said = "This is what we have talked about and what I would like to know. ".repeat(4);

        byte[] without = Query.of(said + said, topics).vector;

        assertThat(Query.of(said + "My dog. " + said, topics).vector).isEqualTo(without);
        assertThat(Query.of("My dog. " + said + said, topics).vector).isNotEqualTo(without);
        assertThat(Query.of(said + said + "My dog.", topics).vector).isNotEqualTo(without);
    }
}
