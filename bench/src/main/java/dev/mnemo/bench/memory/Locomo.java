package dev.mnemo.bench.memory;

import dev.mnemo.bench.memory.History.Line;
import dev.mnemo.bench.memory.History.Question;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the LoCoMo set: ten conversations of months, with questions and the turns that answer them. One speaker counts as the
 * user, the other as the assistant; a user's turns and the answers to them are an interaction, a session is a conversation.
 * Questions without an answer in the text (category 5) are left out, and evidence that names no turn.
 */
final class Locomo {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("h:mm a 'on' d MMMM, yyyy", Locale.ENGLISH);
    private static final Pattern TURN = Pattern.compile("D:?(\\d+):(\\d+)");
    private static final int NO_ANSWER = 5;

    private Locomo() {}

    static List<History> read(Path file) {
        List<History> histories = new ArrayList<>();
        for (JsonNode sample : JsonMapper.shared().readTree(file.toFile())) {
            histories.add(history(sample));
        }
        return histories;
    }

    private static History history(JsonNode sample) {
        JsonNode conversation = sample.get("conversation");
        String user = conversation.get("speaker_a").asString();
        List<Line> lines = new ArrayList<>();
        int turns = 0;
        for (int session = 1; conversation.has("session_" + session + "_date_time"); session++) {
            JsonNode said = conversation.get("session_" + session);
            if (said != null && said.isArray()) {
                turns += said.size();
                add(said, session, time(conversation.get("session_" + session + "_date_time")), user, lines);
            }
        }
        Set<String> known = new HashSet<>();
        lines.forEach(line -> known.addAll(line.facts()));
        List<Question> questions = new ArrayList<>();
        for (JsonNode question : sample.get("qa")) {
            Set<String> facts = new LinkedHashSet<>();
            for (JsonNode evidence : question.get("evidence")) {
                Matcher turn = TURN.matcher(evidence.asString());
                while (turn.find()) {
                    facts.add("D" + turn.group(1) + ":" + Integer.parseInt(turn.group(2)));
                }
            }
            facts.retainAll(known);
            if (question.get("category").asInt() != NO_ANSWER && !facts.isEmpty()) {
                questions.add(new Question(question.get("question").asString(), facts));
            }
        }
        return new History(sample.get("sample_id").asString(), turns, lines, questions);
    }

    private static Instant time(JsonNode text) {
        String upper = text.asString().replace(" am ", " AM ").replace(" pm ", " PM ");
        return LocalDateTime.parse(upper, TIME).toInstant(ZoneOffset.UTC);
    }

    private static void add(JsonNode turns, int session, Instant at, String user, List<Line> lines) {
        List<String> asked = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode turn : turns) {
            boolean isUser = turn.get("speaker").asString().equals(user);
            if (isUser && !answered.isEmpty()) {
                lines.add(line(lines.size(), session, at, asked, answered, names));
                asked.clear();
                answered.clear();
                names = new LinkedHashSet<>();
            }
            (isUser ? asked : answered).add(turn.get("text").asString());
            names.add(turn.get("dia_id").asString());
        }
        if (!names.isEmpty()) {
            lines.add(line(lines.size(), session, at, asked, answered, names));
        }
    }

    private static Line line(
            int id, int session, Instant at, List<String> user, List<String> answer, Set<String> names) {
        return new Line(id, session, at, String.join("\n", user), String.join("\n", answer), names);
    }
}
