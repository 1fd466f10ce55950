package dev.mnemo.bench.memory;

import dev.mnemo.bench.memory.History.Line;
import dev.mnemo.memory.TokenCounter;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was retrieved, as a block shows it: a date for each conversation, then a pair of JSON strings for each interaction,
 * which costs a fifth less than an object with its members' names and its date in each line.
 */
final class Rendering {

    /** The words around a block's parts, in tokens; they count as part of it. */
    static final int FRAME = 90;

    /** A date on a line of its own. */
    static final int PER_CONVERSATION = 8;

    private static final String HEADING =
            "From earlier conversations, what may bear on this one (date, then pairs of user and assistant):\n";

    private final TokenCounter tokens;
    private final Map<Line, Integer> counted = new HashMap<>();
    private final int heading;

    Rendering(TokenCounter tokens) {
        this.tokens = tokens;
        heading = tokens.count(HEADING);
    }

    /** What is left for interactions in a block of as many tokens. */
    int room(int block) {
        return block - FRAME - heading;
    }

    int tokens(Line line) {
        return counted.computeIfAbsent(line, each -> tokens.count(pair(each)));
    }

    /** The tokens of the whole part and the frame, counted over what would be sent. */
    int whole(List<Line> lines) {
        StringBuilder text = new StringBuilder(HEADING);
        long last = -1;
        for (Line line :
                lines.stream().sorted(Comparator.comparingLong(Line::id)).toList()) {
            if (line.conversation() != last) {
                text.append(LocalDate.ofInstant(line.at(), ZoneOffset.UTC)).append('\n');
                last = line.conversation();
            }
            text.append(pair(line));
        }
        return FRAME + tokens.count(text.toString());
    }

    private static String pair(Line line) {
        return "[" + quoted(line.user()) + "," + quoted(line.assistant()) + "]\n";
    }

    private static String quoted(String text) {
        return JsonMapper.shared()
                .writeValueAsString(text)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e");
    }
}
