package dev.mnemo.memory;

import dev.mnemo.json.JsonText;
import dev.mnemo.memory.Account.Why;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.memory.Snapshot.Shown;
import dev.mnemo.memory.Summary.Line;
import dev.mnemo.tenant.MemoryPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Packs what is known of a user into the tokens granted: preferences, the summary, what was found to the matter, then the newest
 * interactions; whole ones. Each part has a share, and what one does not need goes to the others.
 */
final class ContextBlock {

    private final Parts parts;
    private final List<Line> summary;
    private final Exchanges inRequest;
    private final MemoryPolicy policy;
    private final Account account = new Account();
    private long room;

    private ContextBlock(Parts parts, List<Line> summary, Exchanges inRequest, MemoryPolicy policy, long room) {
        this.parts = parts;
        this.summary = summary;
        this.inRequest = inRequest;
        this.policy = policy;
        this.room = room;
    }

    /**
     * @param summary the lines of it
     * @param found what fits the matter, the best first
     * @param inRequest what the request says already
     * @param granted tokens, frame included
     */
    static Snapshot compose(
            Parts parts,
            List<Line> summary,
            List<Archived> found,
            Exchanges inRequest,
            long granted,
            MemoryPolicy policy) {
        int frame = BlockText.FRAME_TOKENS
                + (summary.isEmpty() ? 0 : BlockText.SUMMARY_TOKENS)
                + (found.isEmpty() ? 0 : BlockText.RETRIEVED_TOKENS);
        return new ContextBlock(parts, summary, inRequest, policy, granted - frame).composed(found, granted);
    }

    /** What stands behind the user's words: what fits them, without what the request says already. */
    static Snapshot tail(List<Archived> found, Exchanges inRequest, long granted) {
        Account account = new Account();
        List<Interaction> chosen = new ArrayList<>();
        long room = granted - BlockText.TAIL_TOKENS;
        for (Archived each : found) {
            if (inRequest.hold(each.user(), each.answer())) {
                account.leaveOut(each.id(), Why.REPEATED);
            } else if (each.tokens() > room) {
                account.leaveOut(each.id(), Why.ROOM);
            } else {
                room -= each.tokens();
                chosen.add(each.whole().get());
            }
        }
        if (chosen.isEmpty()) {
            return Snapshot.nothing(0, !found.isEmpty(), account.encode());
        }
        chosen.sort(Comparator.comparing(Interaction::at));
        account.interactions("retrieved", chosen, tokens(chosen));
        return new Snapshot(
                0,
                Math.toIntExact(granted - room),
                new Shown(0, false, chosen.size(), 0),
                false,
                account.encode(),
                JsonText.escaped(BlockText.tail(chosen)));
    }

    private Snapshot composed(List<Archived> found, long granted) {
        List<Preferences.Member> known =
                policy.preferences() ? parts.preferences().members() : List.of();
        List<Archived> recent = recent();
        List<Archived> fitting = shown(found);
        Set<Preferences.Member> preferences = new HashSet<>();
        Set<Line> told = new HashSet<>();
        Set<Long> retrieved = new HashSet<>();
        Set<Long> newest = new HashSet<>();

        long before = room;
        take(known, preferences, member -> member, Preferences.Member::tokens, room / 2);
        take(summary, told, line -> line, Line::tokens, room / 4);
        take(fitting, retrieved, Archived::id, Archived::tokens, room * 3 / 4);
        take(without(recent, retrieved).reversed(), newest, Archived::id, Archived::tokens, room);
        // Second helping.
        take(known, preferences, member -> member, Preferences.Member::tokens, room);
        take(summary, told, line -> line, Line::tokens, room);
        take(without(fitting, newest), retrieved, Archived::id, Archived::tokens, room);

        List<Preferences.Member> members =
                known.stream().filter(preferences::contains).toList();
        List<Line> lines = summary.stream().filter(told::contains).toList();
        List<Interaction> fromArchive = whole(fitting, retrieved);
        List<Interaction> fromRecent = whole(recent, newest);
        account.preferences(parts.preferences().version(), members.size(), known.size(), sum(members));
        account.summary(parts.summary(), lines, summary.size());
        account.interactions("retrieved", fromArchive, tokens(fromArchive));
        account.interactions("recent", fromRecent, tokens(fromRecent));
        boolean cut = members.size() < known.size()
                | lines.size() < summary.size()
                | leaveOut(recent, fitting, retrieved, newest);
        if (before == room) {
            return Snapshot.nothing(parts.revision(), cut, account.encode());
        }
        return new Snapshot(
                parts.revision(),
                Math.toIntExact(granted - room),
                new Shown(members.size(), !lines.isEmpty(), fromArchive.size(), fromRecent.size()),
                cut,
                account.encode(),
                JsonText.escaped(BlockText.of(members, lines, fromArchive, fromRecent)));
    }

    /** Takes what fits, in the order given, into at most so many tokens. One that is too long does not hide the others. */
    private <T, K> void take(
            List<T> known, Set<K> taken, java.util.function.Function<T, K> key, ToIntFunction<T> tokens, long share) {
        long left = Math.min(share, room);
        for (T each : known) {
            int needed = tokens.applyAsInt(each);
            if (needed <= left && taken.add(key.apply(each))) {
                left -= needed;
                room -= needed;
            }
        }
    }

    /** The newest that may be shown, oldest first. */
    private List<Archived> recent() {
        List<Archived> fresh = shown(parts.recent().stream().map(Archived::of).toList());
        return fresh.subList(Math.max(0, fresh.size() - policy.recent()), fresh.size());
    }

    private List<Archived> shown(List<Archived> known) {
        List<Archived> shown = new ArrayList<>(known.size());
        for (Archived each : known) {
            if (inRequest.hold(each.user(), each.answer())) {
                account.leaveOut(each.id(), Why.REPEATED);
            } else if (parts.marks().hide(each.id())) {
                account.leaveOut(each.id(), Why.RATED);
            } else {
                shown.add(each);
            }
        }
        return shown;
    }

    private boolean leaveOut(List<Archived> recent, List<Archived> fitting, Set<Long> retrieved, Set<Long> newest) {
        boolean cut = false;
        for (Archived each : recent.reversed()) {
            if (!newest.contains(each.id()) && !retrieved.contains(each.id())) {
                account.leaveOut(each.id(), Why.ROOM);
                cut = true;
            }
        }
        for (Archived each : without(fitting, newest)) {
            if (!retrieved.contains(each.id())) {
                account.leaveOut(each.id(), Why.ROOM);
            }
        }
        return cut;
    }

    private static List<Archived> without(List<Archived> all, Set<Long> ids) {
        return all.stream().filter(each -> !ids.contains(each.id())).toList();
    }

    private static List<Interaction> whole(List<Archived> known, Set<Long> ids) {
        return known.stream()
                .filter(each -> ids.contains(each.id()))
                .map(each -> each.whole().get())
                .sorted(Comparator.comparing(Interaction::at))
                .toList();
    }

    private static long sum(List<Preferences.Member> members) {
        return members.stream().mapToLong(Preferences.Member::tokens).sum();
    }

    private static long tokens(List<Interaction> interactions) {
        return interactions.stream().mapToLong(Interaction::tokens).sum();
    }
}
