package dev.mnemo.budget;

import dev.mnemo.redis.Keys;
import org.jspecify.annotations.Nullable;

/** One line of a tenant's book of a day: what one user has used with one key of one model. */
public record UsageRow(Name name, Consumption used) {

    /**
     * Whose use it is.
     *
     * @param model as it was asked for; empty where that is not known
     * @param user null for anonymous callers
     */
    public record Name(String key, String model, @Nullable String user) {

        /** Stands for everything beyond the most rows that a day may have: it is counted, but no longer told apart. */
        static final Name OTHERS = new Name("*", "*", "*");

        /** A client chooses the names of models; the longest that are real are below it. */
        private static final int LONGEST_MODEL = 128;

        public Name {
            model = model.length() > LONGEST_MODEL ? model.substring(0, LONGEST_MODEL) : model;
        }

        String field() {
            if (equals(OTHERS)) {
                return "*";
            }
            return Keys.encoded(key) + ' ' + Keys.encoded(model) + ' ' + (user == null ? "" : Keys.encoded(user));
        }

        static Name ofField(String field) {
            if (field.equals("*")) {
                return OTHERS;
            }
            String[] parts = field.split(" ", -1);
            return new Name(
                    Keys.decoded(parts[0]), Keys.decoded(parts[1]), parts[2].isEmpty() ? null : Keys.decoded(parts[2]));
        }
    }
}
