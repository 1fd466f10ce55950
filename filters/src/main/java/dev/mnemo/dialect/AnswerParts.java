package dev.mnemo.dialect;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.json.JsonReader;
import dev.mnemo.json.JsonReader.Members;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one answer, or all pieces of one, have said so far. A dialect writes into it. Not thread-safe. */
public final class AnswerParts {

    /** Text that is kept, in characters: enough to remember an exchange by. */
    static final int KEPT = 64 * 1024;

    /** No provider counts more; a larger number is damage, and sums must not overflow. */
    private static final long MOST = 1L << 40;

    private final StringBuilder text = new StringBuilder();
    private boolean textCut;
    private @Nullable String id;
    private @Nullable String finishReason;
    private @Nullable Usage usage;
    private boolean ended;
    private boolean failed;
    private boolean step;
    private long answerBytes;
    private long unread;
    private final TextMeasure measure = new TextMeasure();

    AnswerParts() {}

    /** A piece of the answer that is shown; null is none. */
    void text(@Nullable String piece) {
        if (piece != null) {
            bytes(piece);
            keep(piece);
        }
    }

    /** What is inside one choice. */
    @FunctionalInterface
    interface Content {
        void read(JsonReader json, AnswerParts into);
    }

    /** One of several answers. All were paid for; the first is the one that is remembered. */
    void choice(JsonReader json, Content content) {
        long index = 0;
        @Nullable String finish = null;
        int before = text.length();
        boolean stepBefore = step;
        for (Members m = json.members(); m.next(); ) {
            switch (m.name()) {
                case "index" -> index = Objects.requireNonNullElse(json.integer(), 0L);
                case "finish_reason", "finishReason" -> finish = json.string();
                case "delta", "message", "content" -> content.read(json, this);
                default -> {
                    // Ratings, probabilities.
                }
            }
        }
        if (index == 0) {
            finish(finish);
        } else {
            text.setLength(before);
            step = stepBefore;
        }
    }

    /** The whole text, in the place of the pieces; they were counted when they came. */
    void wholeText(String whole) {
        if (text.isEmpty()) {
            bytes(whole);
        }
        text.setLength(0);
        textCut = false;
        keep(whole);
    }

    /** What was said last turns out not to be the answer; it was paid for. */
    void unsay(String last) {
        int start = text.length() - last.length();
        if (!textCut && start >= 0 && text.indexOf(last, start) == start) {
            text.setLength(start);
        }
    }

    private void keep(String piece) {
        int room = KEPT - text.length();
        if (piece.length() <= room) {
            text.append(piece);
        } else {
            text.append(piece, 0, Math.max(0, room));
            textCut = true;
        }
    }

    /** A piece that was generated and is not the answer: thinking, a refusal, tool arguments. */
    void bytes(@Nullable String piece) {
        if (piece != null) {
            byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
            answerBytes += utf8.length;
            measure.text(utf8);
        }
    }

    /** The same, as bytes of JSON of which only the length is known. */
    void bytes(long more) {
        answerBytes += more;
        unread += more;
    }

    /** JSON is a token for three bytes. */
    private TextUnits units() {
        return measure.units().plus(TextUnits.plain(unread / 3.0));
    }

    void id(@Nullable String given) {
        id = given == null ? id : given;
    }

    /** Why it ends; null leaves it open. */
    void finish(@Nullable String reason) {
        finishReason = reason == null ? finishReason : reason;
    }

    /** It came to its own end. */
    void end() {
        ended = true;
    }

    void fail() {
        failed = true;
    }

    void step() {
        step = true;
    }

    @Nullable
    Usage usage() {
        return usage;
    }

    /** A later one takes an earlier one's place; one that counts nothing is none. */
    void usage(Usage said) {
        if (said.input() + said.output() > 0) {
            usage = said;
        }
    }

    /** Whether it has said that it ends. */
    boolean ended() {
        return ended || finishReason != null;
    }

    Answer answer(boolean complete) {
        return new Answer(
                text.toString(),
                textCut,
                id,
                finishReason,
                usage,
                complete && !failed,
                failed,
                step,
                answerBytes,
                units());
    }

    /** The numbers of the object that begins here and of those inside it, by their names. */
    static Map<String, Long> counts(JsonReader json) {
        Map<String, Long> counts = new HashMap<>();
        counts(json, counts);
        return counts;
    }

    private static void counts(JsonReader json, Map<String, Long> counts) {
        for (Members m = json.members(); m.next(); ) {
            switch (m.value()) {
                case START_OBJECT -> counts(json, counts);
                case VALUE_NUMBER_INT -> {
                    Long number = json.integer();
                    counts.put(m.name(), number == null ? 0 : Math.clamp(number, 0, MOST));
                }
                default -> {
                    // Details that are no numbers.
                }
            }
        }
    }
}
