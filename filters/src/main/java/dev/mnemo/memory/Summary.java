package dev.mnemo.memory;

import dev.mnemo.patterns.Patterns;
import dev.mnemo.seal.Seal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user's interactions have in common.
 *
 * @param patterns as they are counted; {@link Patterns#NONE} for a user without
 * @param profile as a model wrote it; null where none is written
 */
public record Summary(Patterns patterns, @Nullable Profile profile) {

    /** What they are called where they are sealed. */
    private static final String PATTERNS = "patterns";

    private static final String PROFILE = "written";

    static final Summary NONE = new Summary(Patterns.NONE, null);

    /**
     * One line of a block.
     *
     * @param text JSON without a line break or markup
     * @param tokens of it, with the line's break
     */
    record Line(String text, int tokens) {}

    /** What is damaged or does not open counts as absent. */
    static Summary decode(byte @Nullable [] patterns, byte @Nullable [] profile, Seal seal) {
        return new Summary(patterns(patterns, seal), profile(profile, seal));
    }

    /** What the block says of it; the patterns first. */
    List<Line> lines(TokenCounter tokens) {
        List<Line> lines = new ArrayList<>(2);
        String counted = patterns.line();
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

    /** As they are stored. */
    static byte[] sealed(Patterns patterns, Seal seal) {
        return seal.seal(PATTERNS, patterns.encode());
    }

    /** As it is stored. */
    static byte[] sealed(Profile profile, Seal seal) {
        return seal.seal(PROFILE, profile.encode());
    }

    /** None where they are absent or damaged: they begin anew. */
    static Patterns patterns(byte @Nullable [] stored, Seal seal) {
        byte[] opened = stored == null ? null : seal.open(PATTERNS, stored);
        Patterns patterns = opened == null ? null : Patterns.decode(opened);
        return patterns == null ? Patterns.NONE : patterns;
    }

    /** Null where it is absent or damaged. */
    static @Nullable Profile profile(byte @Nullable [] stored, Seal seal) {
        byte[] opened = stored == null ? null : seal.open(PROFILE, stored);
        return opened == null ? null : Profile.decode(opened);
    }
}
