package dev.mnemo.memory;

import static dev.mnemo.redis.Wire.NOTHING;
import static dev.mnemo.redis.Wire.ascii;
import static dev.mnemo.redis.Wire.number;

import dev.mnemo.memory.ImportLines.Read;
import dev.mnemo.memory.ImportPlan.Piece;
import dev.mnemo.memory.ImportPlan.Recent;
import dev.mnemo.memory.ImportPlan.Stored;
import dev.mnemo.tenant.MemoryPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the script of an import is given. */
final class ImportWrite {

    /** Where the arguments say how many marks there are. */
    private static final int MARKS_AT = 15;

    private static final byte[] SET = ascii("set");
    private static final byte[] INSERT = ascii("insert");

    private static final byte[] NO_MARK = new Marks.Mark(0, false).encode();

    private ImportWrite() {}

    /** The user as it was read. */
    record Known(byte[] revision, byte[] moved, List<Recent> recent, List<Stored> archive) {

        /** What has a place, by its id; null for what is recent and does not open. */
        Map<Long, @Nullable Archived> byId() {
            Map<Long, @Nullable Archived> all = new HashMap<>();
            for (Stored each : archive) {
                if (each.segment() != null) {
                    each.segment().archived().forEach(one -> all.put(one.id(), one));
                }
            }
            for (Recent each : recent) {
                all.put(each.id(), each.interaction() == null ? null : Archived.of(each.interaction()));
            }
            return all;
        }
    }

    /**
     * A segment of the archive as it is to be.
     *
     * @param place its own until now; negative for one that is made, and sent
     */
    record Sent(int place, int count, int bytes, byte[] whole, List<Archived> made) {

        boolean isMade() {
            return place < 0;
        }
    }

    static Sent sent(ImportJob job, Piece piece, ImportJob.Preparer preparer) {
        return switch (piece) {
            case Piece.Stays(int index, Stored stored) ->
                new Sent(index, stored.count(), stored.bytes(), NOTHING, List.of());
            case Piece.Made(List<Archived> interactions) -> {
                List<Interaction> whole = interactions.stream()
                        .map(each -> job.prepared(each.whole().get(), preparer))
                        .toList();
                byte[] segment = Segment.encode(whole, job.own.seal());
                yield new Sent(-1, whole.size(), segment.length, segment, interactions);
            }
        };
    }

    /** Without the oldest segments beyond what the archive may hold. */
    static List<Sent> kept(MemoryPolicy policy, List<Sent> pieces, Set<Long> fresh, Set<Long> beyond) {
        long interactions = pieces.stream().mapToLong(Sent::count).sum();
        long bytes = pieces.stream().mapToLong(Sent::bytes).sum();
        int from = 0;
        while (from < pieces.size() - 1
                && (interactions > policy.archive() || bytes > ArchiveStore.mostBytes(policy))) {
            Sent oldest = pieces.get(from++);
            interactions -= oldest.count();
            bytes -= oldest.bytes();
            oldest.made().stream().map(Archived::id).filter(fresh::contains).forEach(beyond::add);
        }
        return pieces.subList(from, pieces.size());
    }

    static List<byte[]> args(ImportJob job, Known known, ImportPlan plan, List<Sent> pieces) {
        MemoryPolicy policy = job.tenant.memory();
        List<Recent> before = known.recent();
        List<Recent> recent = plan.recent();
        Changes changes = plan.changesArchive() ? Changes.of(known.archive().size(), pieces) : Changes.NONE;
        List<byte[]> args = new ArrayList<>(List.of(
                ascii(job.own.era()),
                known.revision(),
                number(before.size()),
                before.isEmpty() ? NOTHING : before.getFirst().record(),
                before.isEmpty() ? NOTHING : before.getLast().record(),
                number(before.stream().mapToLong(each -> each.record().length).sum()),
                known.moved(),
                number(known.archive().size()),
                number(policy.ttl().toSeconds()),
                number(MemoryStore.mostInteractions(policy)),
                number(MemoryStore.mostBytes(policy)),
                number(MarkStore.MOST),
                number(recent.equals(before) ? -1 : recent.size()),
                number(plan.changesArchive() ? changes.count() : -1),
                number(changes.gone()),
                NOTHING));
        if (!recent.equals(before)) {
            recent.forEach(each -> args.add(each.record()));
        }
        if (plan.changesArchive()) {
            args.add(number(pieces.stream().mapToLong(Sent::count).sum()));
            args.add(number(pieces.stream().mapToLong(Sent::bytes).sum()));
            args.addAll(changes.args());
        }
        return args;
    }

    /**
     * What makes of the archive that was read the one that is to be: few segments, however many there are.
     *
     * @param gone how many of the oldest go then
     * @param args three for each change: whether a segment takes another one's place or comes before it, that place, and itself
     */
    private record Changes(int gone, List<byte[]> args) {

        static final Changes NONE = new Changes(0, List.of());

        static Changes of(int segments, List<Sent> pieces) {
            List<byte[]> args = new ArrayList<>();
            // From the last to the first, so that places before stay those that were read.
            for (int end = pieces.size(), to = segments; ; ) {
                int stays = end - 1;
                while (stays >= 0 && pieces.get(stays).isMade()) {
                    stays--;
                }
                int from = stays < 0 ? 0 : pieces.get(stays).place() + 1;
                List<Sent> made = pieces.subList(stays + 1, end);
                // Between two that stay, what is made never is less than what was there; only at the beginning some may
                // go.
                int gone = Math.max(0, to - from - made.size());
                List<Sent> more = made.subList(to - from - gone, made.size());
                for (Sent each : to == segments ? more : more.reversed()) {
                    args.addAll(List.of(INSERT, number(to), each.whole()));
                }
                for (int place = from + gone; place < to; place++) {
                    args.addAll(List.of(
                            SET, number(place), made.get(place - from - gone).whole()));
                }
                if (stays < 0) {
                    return new Changes(gone, args);
                }
                end = stays;
                to = from - 1;
            }
        }

        int count() {
            return args.size() / 3;
        }
    }

    static void marks(ImportJob job, List<Interaction> fresh, Set<Long> beyond, List<byte[]> args) {
        int marks = 0;
        for (Interaction each : fresh) {
            Read.Line line = job.lines.get(each.id());
            if (line != null && !beyond.contains(each.id()) && (line.mark() != null || line.comment() != null)) {
                String id = Interaction.toHex(each.id());
                args.add(ascii(id));
                args.add(line.mark() == null ? NO_MARK : line.mark().encode());
                args.add(line.comment() == null ? NOTHING : MarkStore.seal(id, line.comment(), job.own));
                marks++;
            }
        }
        args.set(MARKS_AT, number(marks));
    }
}
