package dev.mnemo.memory;

import dev.mnemo.call.Refusal;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.MemoryPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where interactions of earlier times belong among those that are there: the newest stay recent, the others go into the
 * archive in the order of their time, as if they had been recorded then. Not thread-safe.
 */
final class ImportPlan {

    /** Where two moments are the same, the order does not matter. */
    private static final Comparator<Long> BY_TIME = Long::compareUnsigned;

    /**
     * A recent interaction.
     *
     * @param record as it stands, or is to stand, in Redis
     * @param interaction null when it does not open: then it cannot move into the archive
     */
    record Recent(long id, byte[] record, @Nullable Interaction interaction) {}

    /**
     * A segment that is there.
     *
     * @param bytes how many
     * @param segment null when it does not open: it stays as it is
     */
    record Stored(
            long first,
            long last,
            int count,
            int bytes,
            @Nullable Segment segment) {}

    /** A segment of the archive as it is to be. */
    sealed interface Piece {

        record Stays(int index, Stored stored) implements Piece {}

        /**
         * To be made.
         *
         * @param interactions oldest first
         */
        record Made(List<Archived> interactions) implements Piece {}
    }

    private final MemoryPolicy policy;
    private final List<Stored> archive;
    private final List<Recent> recent = new ArrayList<>();
    private final List<Archived> older = new ArrayList<>();
    private final Set<Long> beyond = new HashSet<>();

    /**
     * @param tail recent interactions
     * @param archive oldest first
     * @param fresh those that come in; none of them is there already
     * @param encoded makes the record of a fresh one that is to be recent
     * @throws Refusal when one that would move into the archive does not open: it may just now be only
     */
    ImportPlan(
            MemoryPolicy policy,
            List<Recent> tail,
            List<Stored> archive,
            List<Interaction> fresh,
            Function<Interaction, byte[]> encoded) {
        this.policy = policy;
        this.archive = policy.archive() > 0 ? archive : List.of();
        long border = this.archive.isEmpty() ? 0 : this.archive.getLast().last();
        List<Candidate> newer = new ArrayList<>();
        tail.forEach(each -> newer.add(new Candidate(each.id(), each, each.interaction(), false)));
        for (Interaction each : fresh) {
            if (Long.compareUnsigned(each.id(), border) > 0) {
                newer.add(new Candidate(each.id(), null, each, true));
            } else {
                older.add(Archived.of(each));
            }
        }
        newer.sort(Comparator.comparing(Candidate::id, BY_TIME));
        divide(newer, encoded);
        older.sort(Comparator.comparing(Archived::id, BY_TIME));
        leaveOut(fresh);
    }

    private record Candidate(
            long id, @Nullable Recent there, @Nullable Interaction interaction, boolean isFresh) {}

    /** The newest stay recent, as many as may be kept. */
    private void divide(List<Candidate> newer, Function<Interaction, byte[]> encoded) {
        long most = policy.archive() > 0 ? ArchiveStore.CROWDED / 2 : MemoryStore.MOST;
        long bytes = 0;
        for (Candidate each : newer.reversed()) {
            Recent there = each.there();
            Interaction interaction = each.interaction();
            if (recent.size() < policy.keep() && bytes < most) {
                Recent next = there != null || interaction == null
                        ? there
                        : new Recent(each.id(), encoded.apply(interaction), interaction);
                if (next != null && (recent.isEmpty() || bytes + next.record().length <= most)) {
                    bytes += next.record().length;
                    recent.addFirst(next);
                    continue;
                }
                // What is older is not kept before what is newer.
                bytes = most;
            }
            if (policy.archive() > 0) {
                if (interaction == null) {
                    throw unreadable(each);
                }
                older.add(Archived.of(interaction));
            } else if (each.isFresh()) {
                beyond.add(each.id());
            }
        }
    }

    private static Refusal unreadable(Candidate each) {
        String key = each.there() == null
                ? null
                : Seal.key(InteractionCodec.sealed(each.there().record()));
        return Refusal.of(
                409,
                "unreadable",
                "import: interaction " + Interaction.toHex(each.id())
                        + " would move into the archive, and does not open (expected: "
                        + (key == null ? "" : "the key whose SHA-256 begins with " + key + " in memory.seal, or ")
                        + "that interaction deleted); nothing was changed");
    }

    /** What is older than all that the archive may hold does not come in. */
    private void leaveOut(List<Interaction> fresh) {
        List<Long> all = new ArrayList<>();
        for (Stored each : archive) {
            for (int i = 0; i < each.count(); i++) {
                all.add(
                        each.segment() == null
                                ? each.first()
                                : each.segment().ids().get(i));
            }
        }
        older.forEach(each -> all.add(each.id()));
        int excess = all.size() - policy.archive();
        if (excess <= 0 || older.isEmpty()) {
            return;
        }
        all.sort(BY_TIME);
        long oldest = excess < all.size() ? all.get(excess) : -1;
        Set<Long> coming = new HashSet<>();
        fresh.forEach(each -> coming.add(each.id()));
        older.removeIf(each -> {
            boolean out = Long.compareUnsigned(each.id(), oldest) < 0;
            if (out && coming.contains(each.id())) {
                beyond.add(each.id());
            }
            return out;
        });
    }

    /** What is recent then, oldest first. */
    List<Recent> recent() {
        return recent;
    }

    /** Ids of those that the tenant does not keep. */
    Set<Long> beyond() {
        return beyond;
    }

    /** Whether the archive is to be another one. */
    boolean changesArchive() {
        return !older.isEmpty();
    }

    /** The archive as it is to be, oldest first. Segments that nothing comes into stay as they are. */
    List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>();
        List<Archived> waiting = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < archive.size(); i++) {
            Stored stored = archive.get(i);
            while (next < older.size() && Long.compareUnsigned(older.get(next).id(), stored.first()) < 0) {
                waiting.add(older.get(next++));
            }
            Segment segment = stored.segment();
            boolean small = segment != null && stored.count() <= Segment.SIZE / 2;
            if (!waiting.isEmpty() && !small) {
                made(waiting, pieces);
                waiting.clear();
            }
            List<Archived> inside = new ArrayList<>(waiting);
            waiting.clear();
            while (next < older.size()
                    && Long.compareUnsigned(older.get(next).id(), small ? end(i) : stored.last()) < 0) {
                inside.add(older.get(next++));
            }
            if (inside.isEmpty()) {
                pieces.add(new Piece.Stays(i, stored));
            } else if (segment == null) {
                pieces.add(new Piece.Stays(i, stored));
                waiting.addAll(inside);
            } else {
                inside.addAll(segment.archived());
                inside.sort(Comparator.comparing(Archived::id, BY_TIME));
                made(inside, pieces);
            }
        }
        waiting.addAll(older.subList(next, older.size()));
        made(waiting, pieces);
        return pieces;
    }

    /** Where the next segment begins: what comes before it may fill up a small one. */
    private long end(int index) {
        return index + 1 < archive.size() ? archive.get(index + 1).first() : History.END;
    }

    /** In equal parts, so that one more does not make a segment of one. */
    private static void made(List<Archived> interactions, List<Piece> pieces) {
        int size = interactions.size();
        int parts = (size + Segment.SIZE - 1) / Segment.SIZE;
        for (int i = 0; i < parts; i++) {
            pieces.add(new Piece.Made(List.copyOf(interactions.subList(size * i / parts, size * (i + 1) / parts))));
        }
    }
}
