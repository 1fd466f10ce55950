package dev.mnemo.memory;

import java.util.List;

/**
 * A user's own settings.
 *
 * @param version rises by one with each change, also over a deletion; 0 when there never was one
 * @param present whether there is a document, be it empty
 * @param members in the order in which they were written
 */
public record Preferences(long version, boolean present, List<Member> members) {

    /**
     * One setting.
     *
     * @param json {@code "name":value}, compact, with nothing in it that could be taken for markup
     * @param tokens of it, with its comma
     */
    public record Member(String json, int tokens) {}

    /** No preferences were ever set. */
    public static final Preferences NONE = new Preferences(0, false, List.of());

    public Preferences {
        members = List.copyOf(members);
    }

    /** The whole as one JSON object. */
    public String json() {
        return "{" + String.join(",", members.stream().map(Member::json).toList()) + "}";
    }
}
