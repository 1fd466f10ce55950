package dev.mnemo.memory;

import dev.mnemo.memory.ImportLines.Read;
import dev.mnemo.memory.Imported.LineError;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One import: its lines, and how far it is. Worked on by one thread after the other. */
final class ImportJob {

    /** Errors that are named; the rest is counted. */
    private static final int ERRORS = 100;

    private static final String TAKEN =
            "at: another interaction of this moment has its place (expected: another millisecond, and no id)";

    final Tenant tenant;
    final UserAccess own;
    final UserKeys of;
    final Map<Long, Read.Line> lines = new LinkedHashMap<>();
    private final Map<Long, Integer> numbers = new HashMap<>();
    private final Map<Long, Interaction> prepared = new HashMap<>();
    private final List<LineError> errors = new ArrayList<>();
    private int failed;
    private int twice;

    ImportJob(Tenant tenant, String user, UserAccess own) {
        this.tenant = tenant;
        this.own = own;
        this.of = new UserKeys(tenant.id(), user);
    }

    void read(ImportLines reader, int number, byte[] text) {
        if (ImportLines.isBlank(text)) {
            return;
        }
        switch (reader.read(text)) {
            case Read.Line line -> {
                Interaction interaction = line.interaction();
                Read.Line before = lines.putIfAbsent(interaction.id(), line);
                if (before == null) {
                    numbers.put(interaction.id(), number);
                } else if (isSame(before.interaction(), interaction)) {
                    twice++;
                } else {
                    failed(new LineError(number, TAKEN));
                }
            }
            case Read.Bad(String error) -> failed(new LineError(number, error));
        }
    }

    private void failed(LineError error) {
        if (failed++ < ERRORS) {
            errors.add(error);
        }
    }

    /** Ids of lines whose place another interaction has: an id has few bits for what is said in one millisecond. */
    Set<Long> taken(Map<Long, @Nullable Archived> there) {
        Set<Long> taken = new HashSet<>();
        lines.forEach((id, line) -> {
            Archived other = there.get(id);
            if (other != null && !isSame(other, line.interaction())) {
                taken.add(id);
            }
        });
        return taken;
    }

    /** Of what was exported, the fingerprints are those of the texts as they are kept. */
    private static boolean isSame(Archived there, Interaction line) {
        return there.user().equals(line.user()) && there.answer().equals(line.answer())
                || isSame(there.whole().get(), line);
    }

    private static boolean isSame(Interaction one, Interaction other) {
        return one.userText().equals(other.userText()) && one.assistantText().equals(other.assistantText());
    }

    /** Counted once, however often it is tried. What was there is as it was. */
    Interaction prepared(Interaction interaction, Preparer preparer) {
        return lines.containsKey(interaction.id()) && interaction.tokens() == 0
                ? prepared.computeIfAbsent(interaction.id(), id -> preparer.prepared(tenant.memory(), interaction))
                : interaction;
    }

    /**
     * @param known how many were there, with those that are taken
     */
    Imported outcome(Set<Long> beyond, int known, Set<Long> taken) {
        List<LineError> all = new ArrayList<>(errors);
        taken.forEach(id -> all.add(new LineError(numbers.getOrDefault(id, 0), TAKEN)));
        all.sort(Comparator.comparingInt(LineError::line));
        return new Imported(
                lines.size() - beyond.size() - known,
                known - taken.size() + twice,
                beyond.size(),
                failed + taken.size(),
                all.subList(0, Math.min(ERRORS, all.size())));
    }

    /** Makes of what a line says what is kept of it; takes a moment. */
    @FunctionalInterface
    interface Preparer {
        Interaction prepared(MemoryPolicy policy, Interaction line);
    }
}
