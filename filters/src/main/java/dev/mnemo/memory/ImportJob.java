package dev.mnemo.memory;

import dev.mnemo.memory.ImportLines.Read;
import dev.mnemo.memory.Imported.LineError;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One import: its lines, and how far it is. Worked on by one thread after the other. */
final class ImportJob {

    /** Errors that are named; the rest is counted. */
    private static final int ERRORS = 100;

    final Tenant tenant;
    final UserAccess own;
    final UserKeys of;
    final Map<Long, Read.Line> lines = new LinkedHashMap<>();
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
                if (lines.putIfAbsent(line.interaction().id(), line) != null) {
                    twice++;
                }
            }
            case Read.Bad(String error) -> {
                if (failed++ < ERRORS) {
                    errors.add(new LineError(number, error));
                }
            }
        }
    }

    /** Counted once, however often it is tried. What was there is as it was. */
    Interaction prepared(Interaction interaction, Preparer preparer) {
        return lines.containsKey(interaction.id()) && interaction.tokens() == 0
                ? prepared.computeIfAbsent(interaction.id(), id -> preparer.prepared(tenant.memory(), interaction))
                : interaction;
    }

    Imported outcome(Set<Long> beyond, int known) {
        return new Imported(lines.size() - beyond.size() - known, known + twice, beyond.size(), failed, errors);
    }

    /** Makes of what a line says what is kept of it; takes a moment. */
    @FunctionalInterface
    interface Preparer {
        Interaction prepared(MemoryPolicy policy, Interaction line);
    }
}
