package dev.mnemo.tenant;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a member's value may be; the reader and the JSON Schema both go by it. */
sealed interface Shape {

    /**
     * Text.
     *
     * @param says the pattern in words
     * @param secret whether the text must not be repeated in a message
     */
    record Text(String pattern, String says, boolean secret) implements Shape {}

    record Choice(List<String> values) implements Shape {}

    record Amount(long least, long most) implements Shape {}

    record Time() implements Shape {}

    /** At least one item. */
    record ListOf(Shape item) implements Shape {}

    /**
     * Members.
     *
     * @param oneOf of these names exactly one must be there; may be empty
     */
    record Group(List<Member> members, List<String> oneOf) implements Shape {
        Member member(String name) {
            return members.stream()
                    .filter(m -> m.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * A member of the tenant file that this version does not support.
     *
     * @param only the one value that is accepted, since it changes nothing; null: none
     */
    record Later(@Nullable String only) implements Shape {}

    /**
     * A named value.
     *
     * @param fallback as written in a file (for a list: its only item); null when there is none
     */
    record Member(
            String name,
            Shape shape,
            boolean required,
            @Nullable String fallback,
            String description) {}
}
