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

    /** Text in which {@code ${NAME}} and {@code ${file:/path}} may stand. It is never repeated in a message. */
    record Credential() implements Shape {}

    /**
     * So many per cent.
     *
     * @param decimals how many may stand behind the point, 0 or 2; the bounds are in units of the last
     */
    record Share(int least, int most, int decimals) implements Shape {

        String says() {
            return decimals == 0
                    ? "a whole share from " + least + "% to " + most + "%, such as 80%"
                    : "a share from " + least / 100 + "% to " + most / 100
                            + "% with at most 2 decimals, such as 5% or 0.5%";
        }
    }

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

    /**
     * A time.
     *
     * @param zero whether it may be none at all
     */
    record Time(boolean zero) implements Shape {}

    /**
     * At least one item.
     *
     * @param alone whether a single item may stand for a list of it
     */
    record ListOf(Shape item, boolean alone) implements Shape {

        ListOf(Shape item) {
            this(item, false);
        }
    }

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
