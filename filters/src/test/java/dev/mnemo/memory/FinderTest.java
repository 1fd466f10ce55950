package dev.mnemo.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.memory.ArchiveStore.All;
import dev.mnemo.memory.Marks.Mark;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.retrieval.Query;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a user thinks of an interaction decides whether it is found. */
class FinderTest {

    private static final Instant AT = Instant.parse("2026-11-23T10:00:00Z");
    private static final Indexer WORDS = new Indexer(null);
    private static final TokenCounter TOKENS = new TokenCounter();

    private final Interaction sofa = interaction(1, "We bought a green sofa");
    private final Interaction lamp = interaction(2, "The lamp beside the sofa is broken");

    @Test
    void whatIsRatedDownIsNotFound() {
        assertThat(found(Map.of())).containsExactlyInAnyOrder(sofa.id(), lamp.id());
        assertThat(found(Map.of(sofa.id(), new Mark(-1, false)))).containsExactly(lamp.id());
    }

    @Test
    void aPinOutweighsABadRatingAndComesFirst() {
        assertThat(found(Map.of(lamp.id(), new Mark(-1, true)))).containsExactly(lamp.id(), sofa.id());
    }

    @Test
    void whatIsPinnedComesFirstThoughNoWordOfItWasSaid() {
        Map<Long, Mark> pinned = Map.of(lamp.id(), new Mark(0, true));

        assertThat(found("We bought green", pinned)).containsExactly(lamp.id(), sofa.id());
        assertThat(found("?", pinned)).containsExactly(lamp.id());
    }

    private List<Long> found(Map<Long, Mark> marks) {
        return found("green sofa", marks);
    }

    private List<Long> found(String words, Map<Long, Mark> marks) {
        All kept = new All(List.of(Archived.of(sofa), Archived.of(lamp)), new Marks(marks));
        return Finder.found(kept, Query.of(words, null)).hits().stream()
                .map(hit -> hit.entry().id())
                .toList();
    }

    private static Interaction interaction(int hour, String user) {
        Instant at = AT.plusSeconds(3_600L * hour);
        return Interaction.of(at, "c", false, user, "I see.", TOKENS).indexed(WORDS.index(null, user, "I see.", at));
    }
}
