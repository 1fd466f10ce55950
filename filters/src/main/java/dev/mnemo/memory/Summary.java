package dev.mnemo.memory;

import dev.mnemo.patterns.Patterns;
import dev.mnemo.seal.Seal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user's interactions have in common.
 *
 * @param patterns as they are counted; null for a user without
 * @param profile as a model wrote it; null where none is written
 */
record Summary(@Nullable Patterns patterns, @Nullable Profile profile) {

    static final Summary NONE = new Summary(null, null);

    /**
     * One line of a block.
     *
     * @param text JSON without a line break or markup
     * @param tokens of it, with the line's break
     */
    record Line(String text, int tokens) {}

    /** What is damaged or does not open counts as absent. */
    static Summary decode(byte @Nullable [] patterns, byte @Nullable [] profile, Seal seal) {
        return new Summary(
                patterns == null ? null : SummaryStore.patterns(patterns, seal), SummaryStore.profile(profile, seal));
    }

    /** What the block says of it; the patterns first. */
    List<Line> lines(TokenCounter tokens) {
        List<Line> lines = new ArrayList<>(2);
        String counted = patterns == null ? null : patterns.line();
        if (counted != null) {
            lines.add(line(counted, tokens));
        }
        if (profile != null) {
            lines.add(new Line(Profile.line(profile.text()), profile.tokens()));
        }
        return lines;
    }

    private static Line line(String text, TokenCounter tokens) {
        return new Line(text, tokens.count(text) + 1);
    }
}
