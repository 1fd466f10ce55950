package dev.mnemo.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PickTest {

    private static final Indexer WORDS = new Indexer(null);

    @Test
    void theBestThatFitAndNoneThatSaysTheSameAgain() {
        Hit best = hit(1, 40, 3, "We bought a green sofa for the living room last week");
        Hit again = hit(2, 40, 2.9f, "We bought a green sofa for the living room last week!");
        Hit tooLong = hit(3, 70, 2, "A story about the cellar and its many shelves");
        Hit fits = hit(4, 60, 1, "The carpenter comes to see the window");
        Hit unrelated = hit(5, 1, 0, "Rain");
        Pick pick = Pick.within(100, Entry::conversation, 0, List.of(best, again, tooLong, fits, unrelated));

        assertThat(pick.hits()).containsExactly(best, fits);
        assertThat(pick.tokens()).isEqualTo(100);
        assertThat(pick.repeated()).containsExactly(again.entry().id());
    }

    @Test
    void theHeadingOfAConversationIsPaidOnce() {
        Hit first = hit(1, 40, 3, "We bought a green sofa for the living room");
        Hit second =
                new Hit(new Entry(2, 1, 40, hit(2, 1, 1, "The window").entry().index(), 0, false), 2, 2, 0, false);
        Hit other = hit(3, 10, 1, "The carpenter comes tomorrow");
        Pick pick = Pick.within(99, Entry::conversation, 8, List.of(first, second, other));
        assertThat(pick.hits()).containsExactly(first, second);
        assertThat(pick.tokens()).isEqualTo(88);
    }

    @Test
    void whatIsPinnedIsShownThoughItSaysTheSameAgain() {
        Hit best = hit(1, 40, 3, "We bought a green sofa for the living room last week");
        Entry again = hit(2, 40, 2, "We bought a green sofa for the living room last week!")
                .entry();
        Hit pinned = new Hit(new Entry(2, 2, 40, again.index(), 0, true), 2, 2, 0, false);

        Pick pick = Pick.within(100, Entry::conversation, 0, List.of(best, pinned));

        assertThat(pick.hits()).containsExactly(best, pinned);
        assertThat(pick.repeated()).isEmpty();
    }

    @Test
    void noRoomNothingChosen() {
        assertThat(Pick.within(0, Entry::conversation, 0, List.of(hit(1, 1, 1, "Something")))
                        .hits())
                .isEmpty();
        assertThat(Pick.within(10, Entry::conversation, 0, List.of()).tokens()).isZero();
    }

    private static Hit hit(long id, int tokens, float score, String user) {
        byte[] index = WORDS.index(null, user, "I see", Instant.ofEpochSecond(id));
        return new Hit(new Entry(id, id, tokens, index, 0, false), score, 1, 0, false);
    }
}
