package dev.mnemo.text;

import dev.mnemo.text.Token.Kind;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Month;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Brings the dates of a text to one form: {@code m5} is a May, {@code m5d7} its seventh day; years stay the numbers they are. */
public final class Dates {

    /**
     * January to December in each language, with short forms and cases. The JDK knows them too, but only with a module that a
     * small image leaves out; an index must not depend on that.
     */
    private static final List<String> NAMES = List.of(
            "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept october/oct"
                    + " november/nov december/dec",
            "januar/jan februar/feb märz/mär april mai juni juli august september oktober/okt november dezember/dez",
            "janvier/janv février/févr mars avril/avr mai juin juillet/juil août septembre octobre novembre décembre/déc",
            "enero/ene febrero marzo abril/abr mayo junio julio agosto/ago septiembre octubre noviembre diciembre/dic",
            "gennaio/gen febbraio marzo aprile maggio/mag giugno/giu luglio/lug agosto settembre/set ottobre/ott novembre"
                    + " dicembre",
            "janeiro fevereiro/fev março abril maio junho julho agosto setembro outubro/out novembro dezembro",
            "januari februari maart/mrt april mei juni juli augustus september oktober november december",
            "januari februari mars/marts april maj juni juli augusti september oktober november december/desember/des",
            "tammikuuta/tammikuu helmikuuta/helmikuu maaliskuuta/maaliskuu huhtikuuta/huhtikuu toukokuuta/toukokuu"
                    + " kesäkuuta/kesäkuu heinäkuuta/heinäkuu elokuuta/elokuu syyskuuta/syyskuu lokakuuta/lokakuu"
                    + " marraskuuta/marraskuu joulukuuta/joulukuu",
            "január február/febr március/márc április/ápr május/máj június/jún július/júl augusztus szeptember/szept"
                    + " október november december",
            "января/январь/янв февраля/февраль/февр марта/март/мар апреля/апрель/апр мая/май июня/июнь июля/июль"
                    + " августа/август/авг сентября/сентябрь/сент октября/октябрь/окт ноября/ноябрь/нояб декабря/декабрь/дек");

    private static final Map<String, Integer> MONTHS = months();

    /** These mean a month only beside a number: they are other words as well. */
    private static final Set<String> DOUBTFUL = Set.of(
            "may", "march", "mars", "mar", "dec", "des", "set", "out", "ago", "mai", "mei", "jan", "gen", "mag", "ott");

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
    public static void of(Instant at, List<Token> to) {
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
        for (String language : NAMES) {
            String[] names = language.split(" ");
            for (int month = 1; month <= names.length; month++) {
                for (String name : names[month - 1].split("/")) {
                    months.putIfAbsent(name, month);
                }
            }
        }
        return Map.copyOf(months);
    }
}
