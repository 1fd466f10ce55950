package dev.mnemo.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.retrieval.Histories.History;
import dev.mnemo.retrieval.Histories.Line;
import dev.mnemo.retrieval.Histories.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words alone, on histories of 300 interactions; the whole measurement is in {@code docs/memory-bench.md}. */
class RecallTest {

    @ParameterizedTest
    @CsvSource({"en, 0.17", "de, 0.42", "es, 0.70"})
    void mostFactsAreAmongTheFirstTen(String language, double bound) {
        int found = 0;
        int asked = 0;
        for (long seed = 1; seed <= 2; seed++) {
            History history = new Histories(language).make(300, seed);
            List<Entry> entries = entries(history);
            for (Question question : history.questions()) {
                List<Hit> hits = Ranking.rank(Query.of(question.text(), null), entries, Set.of());
                found += hits.stream().limit(10).anyMatch(hit -> hit.entry().id() == question.line()) ? 1 : 0;
                asked++;
            }
        }
        assertThat((double) found / asked).isGreaterThanOrEqualTo(bound);
    }

    private static List<Entry> entries(History history) {
        Indexer indexer = new Indexer(null);
        List<Entry> entries = new ArrayList<>();
        for (Line line : history.lines()) {
            byte[] index = indexer.index(null, line.user(), line.assistant(), line.at());
            entries.add(new Entry(entries.size(), line.conversation(), 40, index, 0, false));
        }
        return entries;
    }
}
