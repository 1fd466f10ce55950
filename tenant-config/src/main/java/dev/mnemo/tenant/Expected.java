package dev.mnemo.tenant;

import dev.mnemo.tenant.Shape.Amount;
import dev.mnemo.tenant.Shape.Choice;
import dev.mnemo.tenant.Shape.Dollars;
import dev.mnemo.tenant.Shape.Share;
import java.time.Duration;
import java.util.OptionalLong;

/** What a single value must be, by its shape. */
final class Expected {

    private Expected() {}

    /** What to do about {@code text}; empty when it is right. */
    static String wrong(String text, Shape expected) {
        boolean right = switch (expected) {
            case Shape.Text pattern -> pattern.regex().matcher(text).matches();
            case Choice choice -> choice.values().contains(text);
            case Amount amount -> within(amount.least(), Scalars.amount(text), amount.most());
            case Dollars dollars -> within(dollars.least(), Scalars.dollars(text, dollars.decimals()), dollars.most());
            case Share share -> within(share.least(), Scalars.share(text, share.decimals()), share.most());
            case Shape.Credential credential -> true;
            case Shape.Time time -> {
                Duration value = Scalars.time(text);
                yield value != null && (value.isPositive() || time.zero()) && value.compareTo(Scalars.LONGEST) <= 0;
            }
            default -> false;
        };
        if (right) {
            return "";
        }
        String otherwise = "Expected: " + says(expected) + ".";
        return expected instanceof Choice choice ? DidYouMean.hint(text, choice.values(), otherwise) : otherwise;
    }

    private static boolean within(long least, OptionalLong value, long most) {
        return value.isPresent() && value.getAsLong() >= least && value.getAsLong() <= most;
    }

    /** What a value must be, in words. */
    static String says(Shape expected) {
        return switch (expected) {
            case Shape.Text text -> text.says();
            case Choice choice -> "one of " + choice.values();
            case Amount amount ->
                "a whole number from " + amount.least() + " to " + amount.most() + ", such as 20, 2k or 1M";
            case Dollars dollars -> dollars.says();
            case Share share -> share.says();
            case Shape.Credential credential -> "text, ${NAME} or ${file:/path}";
            case Shape.Time time ->
                "a time with its unit, such as 500ms, 30s, 15m, 12h or 90d (" + (time.zero() ? "or 0s" : "more than 0")
                        + ", at most 3650d)";
            default -> "members";
        };
    }
}
