package dev.mnemo.retrieval;

import dev.mnemo.retrieval.Token.Kind;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Brings the dates of a text to one form: {@code m5} is a May, {@code m5d7} its seventh day; years stay the numbers they are. */
final class Dates {

    private static final List<Locale> LOCALES = List.of(
            Locale.ENGLISH,
            Locale.GERMAN,
            Locale.FRENCH,
            Locale.of("es"),
            Locale.ITALIAN,
            Locale.of("pt"),
            Locale.of("nl"),
            Locale.of("sv"),
            Locale.of("da"),
            Locale.of("no"),
            Locale.of("fi"),
            Locale.of("hu"),
            Locale.of("ru"));

    private static final Map<String, Integer> MONTHS = months();

    /** These mean a month only beside a number: they are other words as well. */
    private static final Set<String> DOUBTFUL =
            Set.of("may", "march", "mars", "mar", "dec", "set", "out", "ago", "mai", "jan");

    private static final Pattern WRITTEN =
            Pattern.compile("(?<!\\d)(?:(?<y>\\d{4})[-/.](?<m>\\d{1,2})[-/.](?<d>\\d{1,2})"
                    + "|(?<a>\\d{1,2})(?<s>[./])(?<b>\\d{1,2})(?:\\k<s>(?:\\d{4}|\\d{2}))?"
                    + "|(?<cm>\\d{1,2})\u6708(?<cd>\\d{1,2})\u65e5)(?!\\d)");

    private Dates() {}

    /** The month that a word names, beside a number or not; 0 for none. */
    static int month(String word, boolean besideNumber) {
        if (!besideNumber && (word.length() < 4 || DOUBTFUL.contains(word))) {
            return 0;
        }
        return MONTHS.getOrDefault(word, 0);
    }

    static Token month(int month) {
        return new Token("m" + month, Kind.DATE);
    }

    static Token day(int month, int day) {
        return new Token("m" + month + "d" + day, Kind.DATE);
    }

    /** Dates written in digits: 2023-05-07, 7.5.2023, and 5/7/2023, which is a day in May or in July. */
    static void inDigits(String text, List<Token> to) {
        if (!text.chars().anyMatch(c -> c >= '0' && c <= '9')) {
            return;
        }
        Matcher found = WRITTEN.matcher(text);
        while (found.find()) {
            if (found.group("y") != null) {
                add(number(found, "m"), number(found, "d"), to);
            } else if (found.group("cm") != null) {
                add(number(found, "cm"), number(found, "cd"), to);
            } else {
                add(number(found, "b"), number(found, "a"), to);
                if ("/".equals(found.group("s"))) {
                    add(number(found, "a"), number(found, "b"), to);
                }
            }
        }
    }

    /** When an interaction was, by UTC. */
    static void of(Instant at, List<Token> to) {
        LocalDate date = at.atZone(ZoneOffset.UTC).toLocalDate();
        to.add(month(date.getMonthValue()));
        to.add(day(date.getMonthValue(), date.getDayOfMonth()));
        to.add(new Token(Integer.toString(date.getYear()), Kind.NUMBER));
    }

    private static void add(int month, int day, List<Token> to) {
        if (month >= 1 && month <= 12 && day >= 1 && day <= Month.of(month).maxLength()) {
            to.add(month(month));
            to.add(day(month, day));
        }
    }

    private static int number(Matcher found, String group) {
        @Nullable String digits = found.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static Map<String, Integer> months() {
        Map<String, Integer> months = new HashMap<>();
        for (Locale locale : LOCALES) {
            for (Month month : Month.values()) {
                for (TextStyle style : List.of(
                        TextStyle.FULL, TextStyle.FULL_STANDALONE, TextStyle.SHORT, TextStyle.SHORT_STANDALONE)) {
                    String name = month.getDisplayName(style, locale)
                            .toLowerCase(Locale.ROOT)
                            .replace(".", "");
                    if (name.length() > 2 && name.chars().allMatch(Character::isLetter)) {
                        months.putIfAbsent(name, month.getValue());
                    }
                }
            }
        }
        months.put("sept", 9);
        return Map.copyOf(months);
    }
}
