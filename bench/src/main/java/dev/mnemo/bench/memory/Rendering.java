package dev.mnemo.bench.memory;

import dev.mnemo.bench.memory.History.Line;
import dev.mnemo.memory.BlockText;
import dev.mnemo.memory.TokenCounter;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was retrieved, as a block shows it, in the block's own words. */
final class Rendering {

    private final TokenCounter tokens;
    private final Map<Line, Integer> counted = new HashMap<>();

    Rendering(TokenCounter tokens) {
        this.tokens = tokens;
    }

    /** What is left for interactions in a block of as many tokens. */
    int room(int block) {
        return block - BlockText.FRAME_TOKENS - BlockText.RETRIEVED_TOKENS;
    }

    /** What shares a line above it. */
    static long day(Line line) {
        return LocalDate.ofInstant(line.at(), ZoneOffset.UTC).toEpochDay();
    }

    int tokens(Line line) {
        return counted.computeIfAbsent(line, each -> tokens.count(pair(each)));
    }

    /** The tokens of the whole part and the frame, counted over what would be sent. */
    int whole(List<Line> lines) {
        StringBuilder text = new StringBuilder();
        LocalDate last = null;
        for (Line line :
                lines.stream().sorted(Comparator.comparingLong(Line::id)).toList()) {
            LocalDate day = LocalDate.ofInstant(line.at(), ZoneOffset.UTC);
            if (!day.equals(last)) {
                text.append(BlockText.day(day));
                last = day;
            }
            text.append(pair(line));
        }
        return BlockText.FRAME_TOKENS + BlockText.RETRIEVED_TOKENS + tokens.count(text.toString());
    }

    private static String pair(Line line) {
        return BlockText.pair(line.user(), line.assistant(), false);
    }
}
