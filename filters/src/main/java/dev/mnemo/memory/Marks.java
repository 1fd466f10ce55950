package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a user, or an application on their behalf, thinks of interactions.
 *
 * @param byId of those that were marked
 */
public record Marks(Map<Long, Mark> byId) {

    public static final Marks NONE = new Marks(Map.of());

    /**
     * One interaction's.
     *
     * @param rating from −1 to 1; 0 when there is none
     * @param pinned whether it is to be shown before all others
     */
    public record Mark(double rating, boolean pinned) {

        static final Mark NONE = new Mark(0, false);

        private static final String PIN = "p";

        /** Marked, and never rated: who rates it {@code 0} writes that otherwise. */
        private static final String UNRATED = "0.0";

        /** A rating as it stands in Redis. */
        static byte[] rated(double rating) {
            return (rating == 0 ? "0" : Double.toString(rating)).getBytes(US_ASCII);
        }

        /**
         * The rating of a mark, if it was given one.
         *
         * @param stored empty when there is no mark
         */
        static OptionalDouble rating(byte[] stored) {
            return stored.length == 0
                            || new String(stored, US_ASCII).startsWith(UNRATED)
                                    && decode(stored).rating() == 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(decode(stored).rating());
        }

        /** As it stands in Redis: the rating, and a letter when it is pinned. */
        byte[] encode() {
            return (rating + (pinned ? PIN : "")).getBytes(US_ASCII);
        }

        static Mark decode(byte[] stored) {
            String text = new String(stored, US_ASCII);
            boolean pinned = text.endsWith(PIN);
            try {
                return new Mark(Double.parseDouble(pinned ? text.substring(0, text.length() - 1) : text), pinned);
            } catch (NumberFormatException e) {
                return NONE;
            }
        }
    }

    public Marks {
        byId = Map.copyOf(byId);
    }

    Mark of(long id) {
        return byId.getOrDefault(id, Mark.NONE);
    }

    /** What was rated down is not shown again. */
    boolean hide(long id) {
        return of(id).rating() < 0 && !of(id).pinned();
    }

    static Marks of(Map<byte[], byte[]> hash) {
        List<byte[]> fields = new ArrayList<>(2 * hash.size());
        hash.forEach((id, mark) -> {
            fields.add(id);
            fields.add(mark);
        });
        return decode(fields);
    }

    /** From a hash: id, mark, id, mark … What is damaged counts as absent. */
    static Marks decode(List<?> fields) {
        Map<Long, Mark> marks = new HashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (fields.get(i) instanceof byte[] id && fields.get(i + 1) instanceof byte[] mark) {
                try {
                    marks.put(Interaction.ofHex(new String(id, US_ASCII)), Mark.decode(mark));
                } catch (IllegalArgumentException e) {
                    // Not an id: nobody can have marked it.
                }
            }
        }
        return new Marks(marks);
    }
}
