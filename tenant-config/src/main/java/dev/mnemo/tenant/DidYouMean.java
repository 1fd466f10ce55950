package dev.mnemo.tenant;

import java.util.Collection;
import java.util.Locale;

/** Finds what was likely meant by a name that does not exist. */
final class DidYouMean {

    private DidYouMean() {}

    /** {@code Did you mean "recent"?}, or else {@code otherwise}. */
    static String hint(String given, Collection<String> known, String otherwise) {
        String best = "";
        int least = Math.min(3, Math.max(1, given.length() / 3)) + 1;
        for (String name : known) {
            if (Math.abs(name.length() - given.length()) >= least) {
                continue;
            }
            int distance = distance(given.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (distance < least) {
                best = name;
                least = distance;
            }
        }
        return best.isEmpty() ? otherwise : "Did you mean \"" + best + "\"?";
    }

    /** Levenshtein's distance: characters to add, drop or change. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
