package dev.mnemo.patterns;

import static dev.mnemo.patterns.Patterns.WHOLE;

import dev.mnemo.patterns.Patterns.Mean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Patterns as the model reads them: one JSON object in a line, so coarse that most interactions do not change it. All of
 * it is words of letters, numbers and what stands here, so that there is nothing to escape.
 */
final class PatternsLine {

    private static final int SUBJECTS = 10;

    private static final List<String> QUARTERS = List.of("00-06 UTC", "06-12 UTC", "12-18 UTC", "18-24 UTC");

    /** Were the days all the same, two in seven would be of a weekend. */
    private static final double RARE = 0.12;

    private static final double OFTEN = 0.5;

    private PatternsLine() {}

    static String of(Patterns patterns) {
        StringBuilder line = new StringBuilder("{\"interactions\":").append(coarse(patterns.count()));
        line.append(",\"since\":\"")
                .append(patterns.firstDay().toString(), 0, 7)
                .append('"');
        String languages = patterns.languages().entrySet().stream()
                .filter(language -> tenths(language.getValue()) > 0)
                .sorted(Comparator.comparingInt((Map.Entry<String, Integer> e) -> -tenths(e.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .map(language -> '"' + language.getKey() + "\":" + decimal(tenths(language.getValue())))
                .collect(Collectors.joining(","));
        if (!languages.isEmpty()) {
            line.append(",\"languages\":{").append(languages).append('}');
        }
        list(line, "subjects", patterns.shown(SUBJECTS));
        line.append(",\"writes_words\":").append(coarse(patterns.mean(Mean.WRITES) / 16));
        line.append(",\"answers_words\":").append(coarse(patterns.mean(Mean.ANSWERS) / 16));
        list(line, "forms", forms(patterns));
        String active = active(patterns);
        if (!active.isEmpty()) {
            line.append(",\"active\":\"").append(active).append('"');
        }
        return line.append('}').toString();
    }

    private static void list(StringBuilder line, String name, List<String> words) {
        if (!words.isEmpty()) {
            line.append(",\"").append(name).append("\":[\"");
            line.append(String.join("\",\"", words)).append("\"]");
        }
    }

    private static List<String> forms(Patterns patterns) {
        List<String> forms = new ArrayList<>();
        add(forms, "code", patterns, Mean.CODE);
        add(forms, "lists", patterns, Mean.LISTS);
        add(forms, "tables", patterns, Mean.TABLES);
        double questions = (double) patterns.mean(Mean.QUESTIONS) / WHOLE;
        if (questions >= 0.6 || questions <= 0.4) {
            forms.add(questions >= 0.6 ? "questions" : "instructions");
        }
        return forms;
    }

    /** In every third answer at the least. */
    private static void add(List<String> forms, String form, Patterns patterns, Mean mean) {
        if (patterns.mean(mean) * 3 >= WHOLE) {
            forms.add(form);
        }
    }

    private static String active(Patterns patterns) {
        List<String> active = new ArrayList<>();
        for (int quarter = 0; quarter < QUARTERS.size(); quarter++) {
            int share = patterns.mean(Mean.values()[Mean.NIGHT.ordinal() + quarter]);
            if (share >= WHOLE * OFTEN) {
                active.add(QUARTERS.get(quarter));
            }
        }
        double weekend = (double) patterns.mean(Mean.WEEKEND) / WHOLE;
        if (weekend <= RARE || weekend >= OFTEN) {
            active.add(weekend >= OFTEN ? "weekends" : "weekdays");
        }
        return String.join(", ", active);
    }

    private static int tenths(int share) {
        return (share * 10 + WHOLE / 2) / WHOLE;
    }

    private static String decimal(int tenths) {
        return tenths >= 10 ? "1" : "0." + tenths;
    }

    /** Two figures, the second 0 or 5; below ten 5, below five the number itself. */
    private static int coarse(int number) {
        int unit = 1;
        while (number / unit >= 100) {
            unit *= 10;
        }
        return number < 5 ? number : number / unit / 5 * 5 * unit;
    }
}
