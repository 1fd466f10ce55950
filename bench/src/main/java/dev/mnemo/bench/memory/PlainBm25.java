package dev.mnemo.bench.memory;

import dev.mnemo.bench.memory.History.Line;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What anybody would write first: words in lower case, no stems, no stop words, no neighbours. The baseline. */
final class PlainBm25 {

    private final List<Map<String, Integer>> counts = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private final Map<String, Integer> holding = new HashMap<>();
    private final double mean;

    PlainBm25(History history) {
        for (Line line : history.lines()) {
            List<String> words = words(line.user() + " " + line.assistant());
            Map<String, Integer> count = new HashMap<>();
            words.forEach(word -> count.merge(word, 1, Integer::sum));
            counts.add(count);
            lengths.add(words.size());
            new HashSet<>(words).forEach(word -> holding.merge(word, 1, Integer::sum));
        }
        mean = lengths.stream().mapToInt(each -> each).average().orElse(1);
    }

    float score(int line, String question) {
        double score = 0;
        for (String word : new LinkedHashSet<>(words(question))) {
            int count = counts.get(line).getOrDefault(word, 0);
            int with = holding.getOrDefault(word, 0);
            double rarity = Math.log(1 + (counts.size() - with + 0.5) / (with + 0.5));
            score += rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * lengths.get(line) / mean));
        }
        return (float) score;
    }

    private static List<String> words(String text) {
        List<String> words =
                new ArrayList<>(List.of(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")));
        words.removeIf(String::isEmpty);
        return words;
    }
}
