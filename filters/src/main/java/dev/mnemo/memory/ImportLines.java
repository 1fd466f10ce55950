package dev.mnemo.memory;

import dev.mnemo.call.Printable;
import dev.mnemo.json.StrictJson;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An import as a client sends it, line by line. A line that is wrong is told, of it at most a name quoted, and hinders no other. */
final class ImportLines {

    /** What came of a line. */
    sealed interface Read {

        /** What it says. Its tokens are not counted yet. */
        record Line(
                Interaction interaction,
                Marks.@Nullable Mark mark,
                @Nullable String comment) implements Read {}

        /** What is wrong with it. */
        record Bad(String error) implements Read {}
    }

    /** Without a stack trace: it is an answer, not a fault. */
    private static final class Wrong extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    private static final List<String> MEMBERS =
            List.of("id", "at", "conversation", "user", "assistant", "partial", "rating", "pinned", "comment");

    private static final String LIKE =
            "{\"at\":\"2026-11-24T10:00:00Z\",\"conversation\":\"…\",\"user\":\"…\"," + "\"assistant\":\"…\"}";

    private static final String TIME = "RFC 3339, such as \"2026-11-24T10:00:00Z\"";

    private static final Pattern RFC_3339 =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})");

    private static final Instant FIRST = Instant.parse("2000-01-01T00:00:00Z");

    /** Clocks differ. What is later would stand before turns that are still to come. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    private static final JsonMapper MAPPER = StrictJson.mapper(4);

    private final Instant now;

    /**
     * @param now what is much later is wrong
     */
    ImportLines(Instant now) {
        this.now = now;
    }

    /**
     * Where each line begins and ends, those without anything in them too.
     *
     * @param most lines; one more is found, not all: sixteen megabytes of line breaks would be as many million of them
     */
    static List<byte[]> split(byte[] ndjson, int most) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ndjson.length && lines.size() <= most; i++) {
            if (ndjson[i] == '\n') {
                lines.add(Arrays.copyOfRange(ndjson, from, i));
                from = i + 1;
            }
        }
        if (from < ndjson.length && lines.size() <= most) {
            lines.add(Arrays.copyOfRange(ndjson, from, ndjson.length));
        }
        return lines;
    }

    static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    Read read(byte[] line) {
        try {
            return line(object(line));
        } catch (Wrong wrong) {
            return new Read.Bad(String.valueOf(wrong.getMessage()));
        }
    }

    private static ObjectNode object(byte[] line) {
        try {
            if (MAPPER.readTree(line) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new Wrong(StrictJson.problem(e) + " (expected: " + LIKE + ")");
        }
        throw new Wrong("not an object (expected: " + LIKE + ")");
    }

    private Read.Line line(ObjectNode object) {
        for (String name : object.propertyNames()) {
            if (!MEMBERS.contains(name)) {
                throw new Wrong(Printable.name(name, "a member") + ": not known (expected: some of "
                        + String.join(", ", MEMBERS) + ")");
            }
        }
        Instant at = at(text(object, "at"));
        String conversation = text(object, "conversation");
        Interaction interaction = Interaction.uncounted(
                at, conversation, flag(object, "partial"), words(object, "user"), words(object, "assistant"));
        if (object.has("id")) {
            interaction = interaction.named(id(text(object, "id"), at));
        }
        return new Read.Line(
                interaction, mark(object), object.has("comment") ? comment(text(object, "comment")) : null);
    }

    private Instant at(String text) {
        try {
            if (RFC_3339.matcher(text).matches()) {
                Instant at = OffsetDateTime.parse(text).toInstant();
                if (at.isBefore(FIRST)) {
                    throw new Wrong("at: before the year 2000 (expected: the time of the answer)");
                }
                if (at.isAfter(now.plus(AHEAD))) {
                    throw new Wrong("at: in the future (expected: the time of the answer)");
                }
                return at;
            }
        } catch (DateTimeException e) {
            // Such as February 30th.
        }
        throw new Wrong("at: not a time (expected: " + TIME + ")");
    }

    private static long id(String text, Instant at) {
        try {
            long id = Interaction.ofHex(text);
            if (Interaction.at(id).toEpochMilli() == at.toEpochMilli()) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new Wrong("id: not one of that time (expected: none, or the one that an export showed)");
    }

    private static Marks.@Nullable Mark mark(ObjectNode object) {
        JsonNode rating = object.path("rating");
        boolean pinned = flag(object, "pinned");
        if (rating.isMissingNode()) {
            return pinned ? new Marks.Mark(0, true) : null;
        }
        if (!rating.isNumber() || !(Math.abs(rating.doubleValue()) <= 1)) {
            throw new Wrong("rating: " + (rating.isNumber() ? "out of range" : "not a number")
                    + " (expected: a number from -1 to 1)");
        }
        return new Marks.Mark(rating.doubleValue(), pinned);
    }

    private static String comment(String text) {
        if (text.isBlank() || text.length() > MarkStore.LONGEST) {
            throw new Wrong("comment: blank or too long (expected: at most " + MarkStore.LONGEST + " characters)");
        }
        return text;
    }

    private static boolean flag(ObjectNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new Wrong(name + ": neither true nor false (expected: one of them)");
        }
        return value.isBoolean() && value.booleanValue();
    }

    private static String words(ObjectNode object, String name) {
        String text = text(object, name);
        if (text.isBlank()) {
            throw new Wrong(name + ": blank (expected: what was said)");
        }
        return text;
    }

    private static String text(ObjectNode object, String name) {
        JsonNode value = object.path(name);
        if (value.isMissingNode()) {
            throw new Wrong(name + ": missing (expected: " + LIKE + ")");
        }
        if (!value.isString()) {
            throw new Wrong(name + ": not a string (expected: " + (name.equals("at") ? TIME : "a string") + ")");
        }
        String text = value.stringValue();
        if (!isWhole(text)) {
            throw new Wrong(name + ": half of a character (expected: surrogates in pairs)");
        }
        return text;
    }

    /** Whether each half of a character has its other one. */
    static boolean isWhole(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
