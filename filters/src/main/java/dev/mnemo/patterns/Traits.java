package dev.mnemo.patterns;

import dev.mnemo.patterns.Patterns.Mean;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one interaction adds to {@link Patterns}, whatever they are: it is read once, which takes longest, and added as often as
 * it takes. Immutable.
 */
public final class Traits {

    private static final int MOST_WORDS = 1 << 16;

    // Within a line: a model that goes on with line breaks alone must not have each of them looked at from each other.
    private static final Pattern CODE = Pattern.compile("\\h{0,3}+```");
    private static final Pattern LIST = Pattern.compile("\\h{0,8}+(?:[-*•]|\\d{1,3}+[.)])\\h++\\S");
    private static final Pattern TABLE = Pattern.compile("\\h{0,3}+\\|?+\\h*+:?+-{2,}+:?+\\h*+\\|");
    private static final Pattern QUESTION = Pattern.compile("[?？؟;](?=[\\s\"')\\]»”]|$)");

    /** Since 1970 in UTC. */
    final int day;

    /** As in {@link Mean}, by its ordinal. */
    final int[] values;

    /** Of what the user wrote, ISO 639-1; null where the text does not tell. */
    final @Nullable String language;

    /** Words of the user's text that may stand for a subject, and how often they stand there. */
    final Map<String, Integer> words;

    /** Words that the answer has taken up. */
    final Set<String> answered;

    private Traits(int day, int[] values, @Nullable String language, Map<String, Integer> words, Set<String> answered) {
        this.day = day;
        this.values = values;
        this.language = language;
        this.words = words;
        this.answered = answered;
    }

    public static Traits of(Instant at, String user, String assistant) {
        Reading said = Reading.of(user);
        Reading answered = Reading.of(assistant);
        ZonedDateTime time = at.atZone(ZoneOffset.UTC);
        DayOfWeek weekday = time.getDayOfWeek();
        int[] values = new int[Mean.values().length];
        values[Mean.WRITES.ordinal()] = 16 * Math.min(said.count(), MOST_WORDS);
        values[Mean.ANSWERS.ordinal()] = 16 * Math.min(answered.count(), MOST_WORDS);
        values[Mean.CODE.ordinal()] = share(beginsALine(CODE, assistant));
        values[Mean.LISTS.ordinal()] = share(beginsALine(LIST, assistant));
        values[Mean.TABLES.ordinal()] = share(beginsALine(TABLE, assistant));
        values[Mean.QUESTIONS.ordinal()] = share(QUESTION.matcher(user).find());
        values[Mean.WEEKEND.ordinal()] = share(weekday == DayOfWeek.SATURDAY || weekday == DayOfWeek.SUNDAY);
        values[Mean.NIGHT.ordinal() + time.getHour() / 6] = share(true);
        return new Traits(
                Math.toIntExact(Math.clamp(time.toLocalDate().toEpochDay(), 0, Integer.MAX_VALUE)),
                values,
                said.language(),
                said.telling(),
                answered.telling().keySet());
    }

    /** Looked for at the beginnings only: an answer has hundreds of characters in a line. */
    private static boolean beginsALine(Pattern mark, String text) {
        Matcher line = mark.matcher(text);
        for (int from = 0; from < text.length(); ) {
            if (line.region(from, text.length()).lookingAt()) {
                return true;
            }
            int end = text.indexOf('\n', from);
            from = end < 0 ? text.length() : end + 1;
        }
        return false;
    }

    private static int share(boolean is) {
        return is ? Patterns.WHOLE : 0;
    }
}
