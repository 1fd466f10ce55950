package dev.mnemo.patterns;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a user's interactions have in common, kept without a model: languages, subjects, lengths, forms, hours. It is made
 * anew with each interaction, in integers only, so that the same interactions in the same order give the same bytes; at most
 * {@link #LARGEST} of them. Nothing of what a user says stands in it but single words that came back. Immutable.
 *
 * @param count interactions
 * @param first day of the first one, since 1970 in UTC
 * @param last day of the newest one
 * @param told interactions whose language could be told
 * @param languages shares, of {@link #WHOLE}; at most {@link #LANGUAGES}
 * @param means as in {@link Mean}, by its ordinal
 */
public record Patterns(
        int count, int first, int last, int told, Map<String, Integer> languages, int[] means, Subjects subjects) {

    /** Encoded, in bytes. */
    public static final int LARGEST = 1024;

    /** Below it nothing is shown: two or three interactions are no pattern. */
    public static final int FEWEST = 5;

    static final int WHOLE = 1 << 14;
    static final int LANGUAGES = 4;

    private static final byte VERSION = 1;

    /** The first interactions weigh the same; from here on the newest counts for a 32nd. */
    private static final int SLOWEST = 32;

    /** Of nobody whom we know. */
    public static final Patterns NONE =
            new Patterns(0, 0, 0, 0, Map.of(), new int[Mean.values().length], Subjects.NONE);

    /** What is averaged: a share of {@link #WHOLE}, or words in 16ths. */
    public enum Mean {
        WRITES,
        ANSWERS,
        CODE,
        LISTS,
        TABLES,
        QUESTIONS,
        WEEKEND,
        NIGHT,
        MORNING,
        AFTERNOON,
        EVENING
    }

    /** With one more interaction. */
    public Patterns plus(Traits one) {
        int[] next = means.clone();
        int pace = Math.min(count + 1, SLOWEST);
        for (int i = 0; i < next.length; i++) {
            // Towards the value and never past it; rounded, so that a share reaches its ends.
            next[i] += Math.floorDiv(2 * (one.values[i] - next[i]) + pace, 2 * pace);
        }
        String language = one.language;
        return new Patterns(
                Math.min(count, Integer.MAX_VALUE - 1) + 1,
                count == 0 ? one.day : Math.min(first, one.day),
                Math.max(last, one.day),
                language != null ? Math.min(told, Integer.MAX_VALUE - 1) + 1 : told,
                languages(language),
                next,
                subjects.plus(one.words, one.answered));
    }

    private Map<String, Integer> languages(@Nullable String now) {
        if (now == null) {
            return languages;
        }
        int pace = Math.min(told + 1, SLOWEST);
        TreeMap<String, Integer> next = new TreeMap<>();
        languages.forEach((language, share) -> next.put(language, share - share / pace));
        next.merge(now, WHOLE / pace, Integer::sum);
        while (next.size() > LANGUAGES) {
            next.remove(next.entrySet().stream()
                    .filter(language -> !language.getKey().equals(now))
                    .min(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey());
        }
        return next;
    }

    int mean(Mean mean) {
        return means[mean.ordinal()];
    }

    LocalDate firstDay() {
        return LocalDate.ofEpochDay(first);
    }

    /** As they are kept: at most {@link #LARGEST} bytes, the same for the same interactions in the same order. */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(LARGEST)
                .put(VERSION)
                .putInt(count)
                .putInt(first)
                .putInt(last)
                .putInt(told);
        for (int mean : means) {
            out.putInt(mean);
        }
        out.put((byte) languages.size());
        languages.forEach(
                (language, share) -> out.put(language.getBytes(US_ASCII)).putShort((short) share.intValue()));
        subjects.encode(out);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** Null for bytes that are damaged or of a version that is not known: they count as absent, and break no call. */
    public static @Nullable Patterns decode(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            if (in.get() != VERSION) {
                return null;
            }
            int count = in.getInt();
            int first = in.getInt();
            int last = in.getInt();
            int told = in.getInt();
            int[] means = new int[Mean.values().length];
            for (int i = 0; i < means.length; i++) {
                means[i] = in.getInt();
            }
            TreeMap<String, Integer> languages = new TreeMap<>();
            for (int left = in.get(); left > 0; left--) {
                String language = "" + letter(in.get()) + letter(in.get());
                languages.put(language, in.getShort() & 0xFFFF);
            }
            Subjects subjects = Subjects.decode(in);
            boolean sane = count >= 0 && first >= 0 && last >= first && told >= 0 && !in.hasRemaining();
            return sane && Arrays.stream(means).allMatch(mean -> mean >= 0)
                    ? new Patterns(count, first, last, told, languages, means, subjects)
                    : null;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    private static char letter(byte b) {
        if (b < 'a' || b > 'z') {
            throw new IllegalArgumentException("no language");
        }
        return (char) b;
    }

    /** The line that a context block shows: a JSON object, without a line break; null while there is no pattern yet. */
    public @Nullable String line() {
        return count < FEWEST ? null : PatternsLine.of(this);
    }

    /** The subjects that are shown. */
    List<String> shown(int most) {
        return subjects.shown(most);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Patterns that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }
}
