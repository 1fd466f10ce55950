package dev.mnemo.retrieval;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Long histories with facts in them that are asked for later, in other words. Most of a history is talk about the same
 * subjects, so that a word in common is not enough. The same seed makes the same history.
 */
public final class Histories {

    /** One interaction of a history, with its conversation's number. */
    public record Line(long conversation, Instant at, String user, String assistant) {}

    /** @param line the one that holds the answer */
    public record Question(String text, int line) {}

    public record History(List<Line> lines, List<Question> questions) {}

    private static final Instant BEGIN = Instant.parse("2025-01-06T08:00:00Z");

    private static final int LINES_IN_A_CONVERSATION = 8;

    private final Map<String, List<String>> slots = new HashMap<>();
    private final List<List<String>> facts = new ArrayList<>();
    private final List<List<String>> talk = new ArrayList<>();

    /** @param language a two-letter code that has a file beside the tests */
    public Histories(String language) {
        String path = "/retrieval/" + language + ".txt";
        try (InputStream in = Histories.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("there are no sentences in " + path);
            }
            new String(in.readAllBytes(), UTF_8).lines().forEach(this::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(String line) {
        List<String> parts = Arrays.stream(line.split("\\|")).map(String::strip).toList();
        switch (parts.get(0).split(" ")[0]) {
            case "slot" -> slots.put(parts.get(0).substring(5), parts.subList(1, parts.size()));
            case "fact" -> facts.add(parts.subList(1, 4));
            case "talk" -> talk.add(parts.subList(1, 3));
            default -> {}
        }
    }

    /** Each fact once, at a place of its own. */
    public History make(int size, long seed) {
        Random chance = new Random(seed);
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            places.add(i);
        }
        java.util.Collections.shuffle(places, chance);
        Map<Integer, Integer> factAt = new HashMap<>();
        for (int fact = 0; fact < facts.size(); fact++) {
            factAt.put(places.get(fact), fact);
        }
        List<Line> lines = new ArrayList<>();
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Map<String, String> values = new HashMap<>();
            slots.forEach((slot, each) -> values.put(slot, each.get(chance.nextInt(each.size()))));
            Integer fact = factAt.get(i);
            List<String> said = fact == null ? talk.get(chance.nextInt(talk.size())) : facts.get(fact);
            int conversation = i / LINES_IN_A_CONVERSATION;
            Instant at = BEGIN.plus(Duration.ofDays(conversation)).plus(Duration.ofMinutes(2L * i));
            lines.add(new Line(conversation, at, filled(said.get(0), values), filled(said.get(1), values)));
            if (fact != null) {
                questions.add(new Question(filled(said.get(2), values), i));
            }
        }
        return new History(lines, questions);
    }

    private static String filled(String text, Map<String, String> values) {
        String out = text;
        for (Map.Entry<String, String> value : values.entrySet()) {
            out = out.replace("{" + value.getKey() + "}", value.getValue());
        }
        return out;
    }
}
