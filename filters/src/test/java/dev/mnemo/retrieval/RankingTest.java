package dev.mnemo.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RankingTest {

    private static final Instant AT = Instant.parse("2026-02-01T10:00:00Z");
    private static final Indexer WORDS = new Indexer(null);

    private final List<Entry> entries = new ArrayList<>();

    @Test
    void theOneWithTheRarerWordComesFirst() {
        say("We talked about the weather in the garden", "Fine");
        say("The splint for the garden gate", "Fine");
        say("The weather in the garden again", "Fine");
        say("Nothing of all this", "Fine");

        assertThat(ids(ranked("Where is my splint for the garden?")))
                .startsWith(2L, 3L, 1L)
                .endsWith(4L);
        assertThat(ranked("Where is my splint?").getLast().isFound()).isFalse();
    }

    @Test
    void formsOfAWordMeetAndAQueryIsStemmedAsEachTextWas() {
        say("Wir haben zwei Häuser in der Stadt gesehen", "Schön für euch");
        say("We adopted two kittens from the shelter", "How lovely");
        assertThat(ids(found("adopting a kitten"))).containsExactly(2L);
        assertThat(ids(found("Wie sah das Haus aus, und die Häuser?"))).containsExactly(1L);
    }

    @Test
    void dayOfTheInteractionAndDatesInItAreFound() {
        say("The flight is on the 7th of May", "Noted");
        say("Nothing new", "I see");
        assertThat(ids(found("What happens on May 7?"))).containsExactly(1L);
        assertThat(ids(found("What did we say on 2026-02-01?"))).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void chineseIsFoundByPairsOfCharacters() {
        say("我的狗叫小白", "好名字");
        say("今天下雨", "带伞");
        assertThat(ids(found("狗叫什么名字"))).containsExactly(1L);
    }

    @Test
    void aHitLiftsItsNeighbourInTheSameConversation() {
        entries.add(entry(1, 7, "And what shall I bring?", "A towel"));
        entries.add(entry(2, 8, "Something else", "Yes"));
        entries.add(entry(3, 7, "The swimming lesson was moved", "To which day?"));
        List<Hit> hits = ranked("swimming lesson");
        assertThat(ids(hits)).containsExactly(3L, 1L, 2L);
        assertThat(hits.get(1).lifted()).isTrue();
        assertThat(hits.get(0).lifted()).isFalse();
        assertThat(hits.get(2).isFound()).isFalse();
    }

    @Test
    void wordsAndVectorsAreFusedByRank() {
        Topics topics = new Topics("topics");
        Indexer indexer = new Indexer(topics);
        entries.add(new Entry(1, 1, 9, indexer.index(null, "Our puppy was ill", "Poor thing", AT), 0, false));
        entries.add(new Entry(2, 2, 9, indexer.index(null, "The landlord wrote", "About what?", AT), 0, false));
        entries.add(new Entry(3, 3, 9, indexer.index(null, "My dog barks at the vet", "Why?", AT), 0, false));
        List<Hit> hits = Ranking.rank(Query.of("Did the vet see my pet?", topics), entries, Set.of());

        assertThat(ids(hits)).containsExactly(3L, 1L, 2L);
        assertThat(hits.get(0).lexicalRank()).isEqualTo(1);
        assertThat(hits.get(0).denseRank()).isBetween(1, 2);
        assertThat(hits.get(1).lexicalRank()).isZero();
        assertThat(hits.get(1).denseRank()).isBetween(1, 2);
    }

    /** Every text has some angle to every other; words are asked for in all. */
    @Test
    void vectorsSayNothingBeyondTheNearestTwoHundred() {
        Topics topics = new Topics("topics");
        byte[] puppy = new Indexer(topics).index(null, "The puppy", "Yes", AT);
        for (int id = 1; id <= 201; id++) {
            entries.add(new Entry(id, id, 9, puppy, 0, false));
        }

        List<Hit> alike = Ranking.rank(Query.of("any animal here", topics), entries, Set.of());
        assertThat(alike).extracting(Hit::denseRank).startsWith(1, 2).endsWith(199, 200, 0);
        assertThat(alike.getLast().isFound()).isFalse();

        assertThat(ranked("puppy")).extracting(Hit::lexicalRank).endsWith(200, 201);
    }

    @Test
    void vectorsOfAnotherModelAreNotCompared() {
        entries.add(new Entry(1, 1, 9, new Indexer(new Topics("old")).index(null, "The puppy", "Yes", AT), 0, false));
        List<Hit> hits = Ranking.rank(Query.of("any animal here", new Topics("new")), entries, Set.of());
        assertThat(hits.getFirst().denseRank()).isZero();
        assertThat(hits.getFirst().isFound()).isFalse();
    }

    @Test
    void whatCameBeforeTellsWhatAShortAnswerIsAbout() {
        Topics topics = new Topics("topics");
        byte[] alone = new Indexer(topics).index(null, "Rex", "Nice", AT);
        byte[] together = new Indexer(topics).index("What is your dog's name?", "Rex", "Nice", AT);
        entries.add(new Entry(1, 1, 9, alone, 0, false));
        entries.add(new Entry(2, 2, 9, together, 0, false));
        assertThat(ids(Ranking.rank(Query.of("animal names", topics), entries, Set.of())))
                .containsExactly(2L, 1L);
    }

    @Test
    void pinnedFirstLikedBeforeOthersDislikedNever() {
        byte[] same = WORDS.index(null, "The lamp in the hall", "Yes", AT);
        byte[] other = WORDS.index(null, "Quite another matter", "Yes", AT);
        entries.add(new Entry(1, 1, 9, same, 1, false));
        entries.add(new Entry(2, 2, 9, same, 0, false));
        entries.add(new Entry(3, 3, 9, same, -0.1f, false));
        entries.add(new Entry(4, 4, 9, other, 0, true));
        entries.add(new Entry(5, 5, 9, same, 0, false));
        assertThat(ids(Ranking.rank(Query.of("which lamp", null), entries, Set.of(5L))))
                .containsExactly(4L, 1L, 2L);
    }

    @Test
    void damageAndStrangersComeLastNewestFirst() {
        byte[] whole = WORDS.index(null, "The lamp", "Yes", AT);
        byte[] cut = Arrays.copyOf(whole, whole.length - 1);
        entries.add(new Entry(1, 1, 9, whole, 0, false));
        entries.add(new Entry(2, 2, 9, cut, 0, false));
        entries.add(new Entry(3, 3, 9, new byte[0], 0, false));
        List<Hit> hits = ranked("lamp");
        assertThat(ids(hits)).containsExactly(1L, 3L, 2L);
        assertThat(ids(found("lamp"))).containsExactly(1L);
    }

    @Test
    void theOrderGivenDoesNotMatterAndEqualsAreNewestFirst() {
        for (int i = 0; i < 5; i++) {
            entries.add(entry(i + 1, i, "The lamp", "Yes"));
        }
        assertThat(ids(ranked("lamp"))).containsExactly(5L, 4L, 3L, 2L, 1L);
        List<Hit> once = ranked("lamp");
        assertThat(Ranking.rank(Query.of("lamp", null), entries.reversed(), Set.of()))
                .isEqualTo(once);
    }

    @Test
    void nothingIsFoundForNothing() {
        say("Hello there, how are you", "Well");
        assertThat(Query.of("How are you?", null).isEmpty()).isTrue();
        assertThat(found("How are you?")).isEmpty();
        assertThat(Ranking.rank(Query.of("lamp", null), List.of(), Set.of())).isEmpty();
    }

    private void say(String user, String assistant) {
        int id = entries.size() + 1;
        entries.add(entry(id, id, user, assistant));
    }

    private static Entry entry(long id, long conversation, String user, String assistant) {
        return new Entry(
                id, conversation, 9, WORDS.index(null, user, assistant, AT.plus(Duration.ofMinutes(id))), 0, false);
    }

    private List<Hit> ranked(String text) {
        return Ranking.rank(Query.of(text, null), entries, Set.of());
    }

    private List<Hit> found(String text) {
        return ranked(text).stream().filter(Hit::isFound).toList();
    }

    private static List<Long> ids(List<Hit> hits) {
        return hits.stream().map(hit -> hit.entry().id()).toList();
    }
}
