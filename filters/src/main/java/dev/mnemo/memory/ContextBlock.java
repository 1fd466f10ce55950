package dev.mnemo.memory;

import dev.mnemo.json.JsonText;
import dev.mnemo.memory.Account.Why;
import dev.mnemo.memory.Finder.Found;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.memory.Snapshot.Shown;
import dev.mnemo.memory.Summary.Line;
import dev.mnemo.retrieval.Hit;
import dev.mnemo.retrieval.Pick;
import dev.mnemo.tenant.MemoryPolicy;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

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
            Parts parts, List<Line> summary, Found found, Exchanges inRequest, long granted, MemoryPolicy policy) {
        int frame = frame(!summary.isEmpty(), !found.hits().isEmpty());
        return new ContextBlock(parts, summary, inRequest, policy, granted - frame).composed(found);
    }

    private static int frame(boolean summary, boolean retrieved) {
        return BlockText.FRAME_TOKENS
                + (summary ? BlockText.SUMMARY_TOKENS : 0)
                + (retrieved ? BlockText.RETRIEVED_TOKENS : 0);
    }

    /**
     * What stands behind the user's words: what fits them, without what the request or its block says already.
     *
     * @param inBlock ids of what stands in the block
     */
    static Snapshot tail(Found found, Exchanges inRequest, Set<Long> inBlock, long granted) {
        Account account = new Account();
        List<Hit> fresh = new ArrayList<>();
        for (Hit hit : found.hits()) {
            Archived each = found.archived(hit);
            if (inRequest.hold(each.user(), each.answer())) {
                account.leaveOut(each.id(), Why.REPEATED);
            } else if (!inBlock.contains(each.id())) {
                fresh.add(hit);
            }
        }
        Pick pick = pick(granted - BlockText.TAIL_TOKENS, fresh);
        if (pick.hits().isEmpty()) {
            return Snapshot.nothing(0, !found.hits().isEmpty(), account.encode());
        }
        List<Interaction> chosen = whole(pick, found);
        leaveOut(fresh, pick, Set.of(), account);
        account.interactions("retrieved", chosen, pick.tokens());
        return new Snapshot(
                0,
                BlockText.TAIL_TOKENS + pick.tokens(),
                new Shown(0, false, chosen.size(), 0),
                false,
                account.encode(),
                JsonText.escaped(BlockText.tail(chosen)));
    }

    private Snapshot composed(Found found) {
        List<Preferences.Member> known =
                policy.preferences() ? parts.preferences().members() : List.of();
        List<Archived> recent = recent();
        List<Hit> fitting = fitting(found);
        Set<Preferences.Member> preferences = new HashSet<>();
        Set<Line> told = new HashSet<>();

        long before = room;
        take(known, preferences, Preferences.Member::tokens, room / 2);
        if (preferences.isEmpty()) {
            // One large setting is no less the user's will.
            take(known, preferences, Preferences.Member::tokens, room);
        }
        take(summary, told, Line::tokens, room / 4);
        Pick retrieved = pick(room * 3 / 4, fitting);
        room -= retrieved.tokens();
        Set<Archived> newest = newest(recent, ids(retrieved));
        // Second helping.
        take(known, preferences, Preferences.Member::tokens, room);
        take(summary, told, Line::tokens, room);
        room += retrieved.tokens();
        retrieved = pick(room, without(fitting, newest));
        room -= retrieved.tokens();

        List<Preferences.Member> members =
                known.stream().filter(preferences::contains).toList();
        List<Line> lines = summary.stream().filter(told::contains).toList();
        List<Interaction> fromArchive = whole(retrieved, found);
        List<Interaction> fromRecent = recent.stream()
                .filter(newest::contains)
                .map(each -> each.whole().get())
                .toList();
        account.preferences(parts.preferences().version(), members.size(), known.size(), sum(members));
        account.summary(parts.summary(), lines, summary.size());
        account.interactions("retrieved", fromArchive, retrieved.tokens());
        account.interactions("recent", fromRecent, tokens(fromRecent));
        boolean cut = members.size() < known.size()
                | lines.size() < summary.size()
                | leaveOut(recent, newest, ids(retrieved));
        leaveOut(fitting, retrieved, newest, account);
        if (before == room) {
            return Snapshot.nothing(parts.revision(), cut, account.encode());
        }
        return new Snapshot(
                parts.revision(),
                Math.toIntExact(before - room + frame(!lines.isEmpty(), !fromArchive.isEmpty())),
                new Shown(members.size(), !lines.isEmpty(), fromArchive.size(), fromRecent.size()),
                cut,
                account.encode(),
                JsonText.escaped(BlockText.of(members, lines, fromArchive, fromRecent)));
    }

    /** Each day has a line of its own above its interactions. */
    private static Pick pick(long tokens, List<Hit> ranking) {
        return Pick.within(tokens, entry -> Interaction.day(entry.id()).toEpochDay(), BlockText.DAY_TOKENS, ranking);
    }

    /** Takes what fits, in the order given, into at most so many tokens. One that is too long does not hide the others. */
    private <T> void take(List<T> known, Set<T> taken, ToIntFunction<T> tokens, long share) {
        long left = Math.min(share, room);
        for (T each : known) {
            int needed = tokens.applyAsInt(each);
            if (needed <= left && taken.add(each)) {
                left -= needed;
                room -= needed;
            }
        }
    }

    /** The newest that fit, and that are not shown as retrieved. */
    private Set<Archived> newest(List<Archived> recent, Set<Long> retrieved) {
        Set<Archived> newest = new HashSet<>();
        Set<LocalDate> days = new HashSet<>();
        for (Archived each : recent.reversed()) {
            LocalDate day = Interaction.day(each.id());
            int needed = each.tokens() + (days.contains(day) ? 0 : BlockText.DAY_TOKENS);
            if (needed <= room && !retrieved.contains(each.id())) {
                newest.add(each);
                days.add(day);
                room -= needed;
            }
        }
        return newest;
    }

    /** The newest that may be shown, oldest first, also where two replicas' clocks differ. */
    private List<Archived> recent() {
        List<Archived> fresh = shown(parts.recent().stream()
                .map(Archived::of)
                .sorted(Comparator.comparing(each -> Interaction.at(each.id())))
                .toList());
        return fresh.subList(Math.max(0, fresh.size() - policy.recent()), fresh.size());
    }

    private List<Archived> shown(List<Archived> known) {
        return known.stream().filter(this::mayBeShown).toList();
    }

    private List<Hit> fitting(Found found) {
        return found.hits().stream()
                .filter(hit -> mayBeShown(found.archived(hit)))
                .toList();
    }

    private boolean mayBeShown(Archived each) {
        boolean repeated = inRequest.hold(each.user(), each.answer());
        if (repeated || parts.marks().hide(each.id())) {
            account.leaveOut(each.id(), repeated ? Why.REPEATED : Why.RATED);
            return false;
        }
        return true;
    }

    private boolean leaveOut(List<Archived> recent, Set<Archived> newest, Set<Long> retrieved) {
        List<Archived> left = recent.reversed().stream()
                .filter(each -> !newest.contains(each) && !retrieved.contains(each.id()))
                .toList();
        left.forEach(each -> account.leaveOut(each.id(), Why.ROOM));
        return !left.isEmpty();
    }

    /** Of what was found, there may always be more than has room: that cuts nothing off. */
    private static void leaveOut(List<Hit> fitting, Pick pick, Set<Archived> newest, Account account) {
        Set<Long> chosen = ids(pick);
        without(fitting, newest).stream()
                .filter(hit -> !chosen.contains(hit.entry().id()))
                .forEach(hit -> {
                    long id = hit.entry().id();
                    account.leaveOut(id, pick.repeated().contains(id) ? Why.SAME : Why.ROOM);
                });
    }

    private static List<Hit> without(List<Hit> hits, Set<Archived> shown) {
        Set<Long> ids = shown.stream().map(Archived::id).collect(Collectors.toSet());
        return hits.stream().filter(hit -> !ids.contains(hit.entry().id())).toList();
    }

    private static Set<Long> ids(Pick pick) {
        return pick.hits().stream().map(hit -> hit.entry().id()).collect(Collectors.toSet());
    }

    private static List<Interaction> whole(Pick pick, Found found) {
        return pick.hits().stream()
                .map(hit -> found.archived(hit).whole().get())
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
