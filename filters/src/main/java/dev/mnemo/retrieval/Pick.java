package dev.mnemo.retrieval;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * What of a ranking goes into the block: whole interactions, the best first, as far as the tokens reach. One that is too long
 * is passed over for the next; one that says the same again is left out. A pure function.
 *
 * @param hits the chosen ones, best first
 * @param tokens that they take together
 * @param repeated ids of those that say again what a better one says
 */
public record Pick(List<Hit> hits, int tokens, Set<Long> repeated) {

    /** Two interactions that share this part of their terms say the same. */
    private static final float SAME = 0.85f;

    private static final int NEAR = 16;

    /**
     * @param tokens for all of them
     * @param group what shares a heading
     * @param perGroup tokens of a heading
     */
    public static Pick within(long tokens, ToLongFunction<Entry> group, int perGroup, List<Hit> ranking) {
        List<Hit> chosen = new ArrayList<>();
        Set<Long> groups = new HashSet<>();
        int used = 0;
        Set<Long> repeated = new HashSet<>();
        for (Hit hit : ranking) {
            if (!hit.isFound()) {
                continue;
            }
            long of = group.applyAsLong(hit.entry());
            int takes = hit.entry().tokens() + (groups.contains(of) ? 0 : perGroup);
            if (takes > tokens - used) {
                continue;
            }
            if (!hit.entry().pinned() && isAgain(hit, chosen)) {
                repeated.add(hit.entry().id());
            } else {
                chosen.add(hit);
                groups.add(of);
                used += takes;
            }
        }
        return new Pick(List.copyOf(chosen), used, Set.copyOf(repeated));
    }

    /** What says the same has a rank near by: not every one is compared with every other. */
    private static boolean isAgain(Hit hit, List<Hit> chosen) {
        return chosen.subList(Math.max(0, chosen.size() - NEAR), chosen.size()).stream()
                .anyMatch(each -> same(each.entry(), hit.entry()));
    }

    private static boolean same(Entry a, Entry b) {
        IndexReader left = new IndexReader();
        IndexReader right = new IndexReader();
        if (!left.open(a.index()) || !right.open(b.index())) {
            return false;
        }
        int most = Math.max(left.terms, right.terms);
        if (Math.min(left.terms, right.terms) < SAME * most) {
            return false;
        }
        int shared = 0;
        boolean more = left.next() && right.next();
        while (more) {
            if (left.term == right.term) {
                shared++;
                more = left.next() && right.next();
            } else {
                more = left.term < right.term ? left.next() : right.next();
            }
        }
        return shared >= SAME * (left.terms + right.terms - shared);
    }
}
