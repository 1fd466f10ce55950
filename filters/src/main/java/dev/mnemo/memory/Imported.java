package dev.mnemo.memory;

import java.util.List;

/**
 * What came of an import.
 *
 * @param imported lines that are kept now
 * @param known lines whose interaction was there already
 * @param beyond lines that are older than what the tenant keeps: they are not kept
 * @param failed lines that were wrong
 * @param errors the first of them
 */
public record Imported(int imported, int known, int beyond, int failed, List<LineError> errors) {

    /**
     * What was wrong with a line.
     *
     * @param line counted from 1
     * @param error which member is wrong, and how; it quotes no value
     */
    public record LineError(int line, String error) {}

    public Imported {
        errors = List.copyOf(errors);
    }

    /** Whether any line was right. */
    public boolean any() {
        return imported + known + beyond > 0;
    }
}
