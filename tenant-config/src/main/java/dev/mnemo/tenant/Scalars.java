package dev.mnemo.tenant;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers with {@code k} and {@code M}, shares with {@code %}, and times with {@code ms s m h d}. */
final class Scalars {

    static final String AMOUNT = "[0-9]{1,16}(\\.[0-9]{1,6})?[kM]?";
    static final String DOLLARS = "[0-9]{1,16}(\\.[0-9]{1,9})?[kM]?";
    static final String SHARE = "[0-9]{1,4}%";
    static final String FINE_SHARE = "[0-9]{1,4}(\\.[0-9]{1,2})?%";
    static final String TIME = "[0-9]{1,9}(ms|s|m|h|d)";

    /** Ten years: more is a mistake, and nanoseconds of it still fit a long. */
    static final Duration LONGEST = Duration.ofDays(3_650);

    private static final Pattern AMOUNT_PATTERN = Pattern.compile(AMOUNT);
    private static final Pattern DOLLARS_PATTERN = Pattern.compile(DOLLARS);
    private static final Pattern SHARE_PATTERN = Pattern.compile(SHARE);
    private static final Pattern FINE_SHARE_PATTERN = Pattern.compile(FINE_SHARE);
    private static final Pattern TIME_PATTERN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private Scalars() {}

    /** Empty when {@code text} is no number, or not a whole one. */
    static OptionalLong amount(String text) {
        return AMOUNT_PATTERN.matcher(text).matches() ? decimal(text, 0) : OptionalLong.empty();
    }

    /** In units of the last of so many decimals; empty when {@code text} is no number, or has more of them. */
    static OptionalLong dollars(String text, int decimals) {
        return DOLLARS_PATTERN.matcher(text).matches() ? decimal(text, decimals) : OptionalLong.empty();
    }

    /**
     * In per cent, or in units of the last of 2 decimals; empty when {@code text} is no share.
     *
     * @param decimals 0 or 2
     */
    static OptionalLong share(String text, int decimals) {
        Pattern pattern = decimals == 0 ? SHARE_PATTERN : FINE_SHARE_PATTERN;
        return pattern.matcher(text).matches()
                ? decimal(text.substring(0, text.length() - 1), decimals)
                : OptionalLong.empty();
    }

    private static OptionalLong decimal(String text, int decimals) {
        int shift = text.endsWith("k") ? 3 : text.endsWith("M") ? 6 : 0;
        String digits = shift == 0 ? text : text.substring(0, text.length() - 1);
        try {
            return OptionalLong.of(
                    new BigDecimal(digits).movePointRight(shift + decimals).longValueExact());
        } catch (ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    /** Null when {@code text} is no time. */
    static @Nullable Duration time(String text) {
        Matcher matcher = TIME_PATTERN.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
