package dev.mnemo.bench.memory;

import dev.mnemo.bench.memory.History.Line;
import dev.mnemo.bench.memory.History.Question;
import dev.mnemo.bench.memory.Recall.Way;
import dev.mnemo.memory.TokenCounter;
import dev.mnemo.retrieval.Histories;
import dev.mnemo.retrieval.Models;
import dev.mnemo.retrieval.OnnxEmbedder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code make bench-memory LOCOMO=/path/to/locomo10.json}: what share of the facts asked for stands in a block of 1,000, 2,000
 * and 4,000 tokens. Without the path, the generated histories alone.
 */
public final class MemoryBench {

    /** The ranking's few constants were chosen on these; the others were not looked at for it. */
    private static final Set<String> TUNED_ON = Set.of("conv-30", "conv-41", "conv-43", "conv-47", "conv-49");

    private static final int LONG = 560;

    private static final String HEAD = """
            | way | facts 1k | 2k | 4k | all 1k | 2k | 4k | any 1k | 2k | 4k |
            |---|---|---|---|---|---|---|---|---|---|""";

    private final Recall recall;
    private final Map<String, Map<Way, Share>> tables = new LinkedHashMap<>();

    private MemoryBench(Recall recall) {
        this.recall = recall;
    }

    /** @param args where the LoCoMo file is, and which model to run; both may be empty */
    public static void main(String[] args) {
        String locomo = args.length > 0 ? args[0] : "";
        Models chosen = args.length > 1 && !args[1].isEmpty() ? Models.valueOf(args[1]) : Models.CHOSEN;
        try (OnnxEmbedder model = new OnnxEmbedder(chosen)) {
            if (chosen.isPresent()) {
                long begin = System.nanoTime();
                model.load();
                System.out.printf(
                        Locale.ROOT,
                        "Model %s, loaded in %d ms.%n",
                        model.id(),
                        (System.nanoTime() - begin) / 1_000_000);
            } else {
                System.out.println("No model on the class path: words alone.");
            }
            @Nullable OnnxEmbedder present = chosen.isPresent() ? model : null;
            MemoryBench bench = new MemoryBench(new Recall(new Rendering(new TokenCounter()), present));
            bench.generated();
            if (locomo.isEmpty()) {
                System.out.println(
                        "The public conversations were left out. Get data/locomo10.json from the repository "
                                + "snap-research/LoCoMo (CC BY-NC 4.0) and run: make bench-memory LOCOMO=/path/to/locomo10.json");
            } else if (Files.isRegularFile(Path.of(locomo))) {
                bench.conversations(Locomo.read(Path.of(locomo)));
            } else {
                System.err.println("LOCOMO names no file: " + locomo);
                System.exit(2);
            }
            bench.print();
            System.out.println("\n### Latency, milliseconds, one thread\n\n| what | p50 | p99 |\n|---|---|---|");
            new Latency(history("en", 400, 99)).rows(present).forEach(System.out::println);
        }
    }

    private void conversations(List<History> histories) {
        for (History history : histories) {
            Map<Way, Share> shares = recall.ask(history);
            add("LoCoMo, " + (TUNED_ON.contains(history.name()) ? "tuned on" : "held out"), shares);
            add("LoCoMo, all", shares);
            if (history.turns() >= LONG) {
                add("LoCoMo, those of " + LONG + " turns and more", shares);
            }
        }
    }

    private void generated() {
        for (String language : List.of("en", "de", "es")) {
            for (long seed = 1; seed <= 3; seed++) {
                add("Generated, " + language + ", 600 turns", recall.ask(history(language, 300, seed)));
            }
        }
    }

    private void add(String table, Map<Way, Share> shares) {
        Map<Way, Share> sums = tables.computeIfAbsent(table, key -> new EnumMap<>(Way.class));
        shares.forEach(
                (way, share) -> sums.computeIfAbsent(way, key -> new Share()).add(share));
    }

    private void print() {
        tables.forEach((name, ways) -> {
            int questions = ways.values().iterator().next().questions();
            System.out.printf(Locale.ROOT, "%n### %s (%,d questions)%n%n%s%n", name, questions, HEAD);
            Predicate<Way> told = way -> way != Way.UNGATED || !name.startsWith("LoCoMo");
            ways.forEach((way, share) -> {
                if (told.test(way)) {
                    System.out.println("| " + way.title + " |" + share.row());
                }
            });
        });
    }

    private static History history(String language, int size, long seed) {
        Histories.History made = new Histories(language).make(size, seed);
        List<Line> lines = new ArrayList<>();
        for (Histories.Line line : made.lines()) {
            lines.add(new Line(
                    lines.size(),
                    line.conversation(),
                    line.at(),
                    line.user(),
                    line.assistant(),
                    Set.of(Integer.toString(lines.size()))));
        }
        List<Question> questions = made.questions().stream()
                .map(question -> new Question(question.text(), Set.of(Integer.toString(question.line()))))
                .toList();
        return new History(language, 2 * size, lines, questions);
    }
}
