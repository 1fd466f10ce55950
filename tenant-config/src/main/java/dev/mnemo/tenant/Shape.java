package dev.mnemo.tenant;

import java.math.BigDecimal;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a member's value may be; the reader and the JSON Schema both go by it. */
sealed interface Shape {

    /**
     * Text.
     *
     * @param says the pattern in words
     * @param secret whether the text must not be repeated in a message
     */
    record Text(Pattern regex, String says, boolean secret) implements Shape {

        Text(String pattern, String says, boolean secret) {
            this(Pattern.compile(pattern), says, secret);
        }

        String pattern() {
            return regex.pattern();
        }
    }

    record Choice(List<String> values) implements Shape {}

    record Amount(long least, long most) implements Shape {}

    /** A whole number of per cent. */
    record Share(int least, int most) implements Shape {}

    /**
     * Dollars.
     *
     * @param decimals how many may stand behind the point; the bounds are in units of the last
     */
    record Dollars(long least, long most, int decimals) implements Shape {

        String says() {
            return "dollars from " + dollars(least).toPlainString() + " to "
                    + dollars(most).toPlainString() + " with at most " + decimals + " decimals, such as 2.50";
        }

        BigDecimal dollars(long units) {
            BigDecimal plain = BigDecimal.valueOf(units, decimals).stripTrailingZeros();
            return plain.scale() < 0 ? plain.setScale(0) : plain;
        }
    }

    record Time() implements Shape {}

    /** At least one item. */
    record ListOf(Shape item) implements Shape {}

    /**
     * Members.
     *
     * @param oneOf of these exactly one must be there; may be empty
     * @param anyOf of these at least one must be there; may be empty
     */
    record Group(List<Member> members, List<One> oneOf, List<String> anyOf) implements Shape {
        Member member(String name) {
            Member member = find(name);
            if (member == null) {
                throw new NoSuchElementException(name);
            }
            return member;
        }

        /** Null when there is none. A loop: this is asked for each member of each file. */
        @Nullable
        Member find(String name) {
            for (Member member : members) {
                if (member.name().equals(name)) {
                    return member;
                }
            }
            return null;
        }
    }

    /**
     * One of the members of which a group has exactly one.
     *
     * @param needs members that must be there with it
     * @param bars members that must not
     */
    record One(String name, List<String> needs, List<String> bars) {

        static One of(String name) {
            return new One(name, List.of(), List.of());
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
