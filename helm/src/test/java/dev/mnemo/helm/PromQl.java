package dev.mnemo.helm;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an expression of Prometheus far enough to refuse one that does not parse, and tells what it asks for. Which kind of
 * value an operand has is not looked at. Grafana's variables may stand where a duration does.
 */
final class PromQl {

    /**
     * What an expression asks for.
     *
     * @param metrics each with the labels that it is selected by
     * @param groups the labels that results are told apart by
     */
    record Asked(Map<String, Set<String>> metrics, Set<String> groups) {}

    private static final Set<String> AGGREGATIONS = Set.of(
            "avg", "bottomk", "count", "count_values", "group", "max", "min", "quantile", "stddev", "sum", "topk");
    private static final Set<String> FUNCTIONS = Set.of(
            "abs",
            "absent",
            "absent_over_time",
            "avg_over_time",
            "ceil",
            "changes",
            "clamp",
            "clamp_max",
            "clamp_min",
            "count_over_time",
            "delta",
            "deriv",
            "exp",
            "floor",
            "histogram_quantile",
            "idelta",
            "increase",
            "irate",
            "label_join",
            "label_replace",
            "last_over_time",
            "ln",
            "log10",
            "max_over_time",
            "min_over_time",
            "predict_linear",
            "present_over_time",
            "quantile_over_time",
            "rate",
            "resets",
            "round",
            "scalar",
            "sgn",
            "sort",
            "sort_desc",
            "sqrt",
            "stddev_over_time",
            "sum_over_time",
            "time",
            "timestamp",
            "vector");
    private static final Set<String> KEYWORDS = Set.of(
            "and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right");

    private static final Pattern SPACE = Pattern.compile("\\s*(#.*\\s*)*");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`");
    private static final Pattern DURATION = Pattern.compile("(?:\\d+(?:ms|[smhdwy]))+|\\$\\{?\\w+}?");
    private static final Pattern NUMBER = Pattern.compile("(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?(?![\\w.])");
    private static final Pattern OPERATOR = Pattern.compile("==|!=|>=|<=|[-+*/%^<>]|(?:and|or|unless|atan2)\\b");
    private static final Pattern MATCHER = Pattern.compile("=~|!~|!=|=");

    private final String text;
    private final Asked asked = new Asked(new TreeMap<>(), new TreeSet<>());
    private int at;

    private PromQl(String text) {
        this.text = text;
    }

    /**
     * @throws IllegalArgumentException when it does not parse; the message tells where
     */
    static Asked read(String expression) {
        PromQl parser = new PromQl(expression);
        parser.expression();
        if (parser.at < expression.length()) {
            throw parser.wrong("an operator");
        }
        return parser.asked;
    }

    private void expression() {
        operand();
        while (has(OPERATOR) != null) {
            has("bool");
            if (has("on") || has("ignoring")) {
                labels();
                if (has("group_left") || has("group_right")) {
                    labelsIfAny();
                }
            }
            operand();
        }
    }

    private void operand() {
        while (has("+") || has("-")) {}
        String name;
        if (has("(")) {
            expression();
            need(")");
        } else if (has(NUMBER) == null && has(TEXT) == null) {
            if (next("{")) {
                selector(new TreeSet<>());
            } else if ((name = has(NAME)) != null) {
                named(name);
            } else {
                throw wrong("a value");
            }
        }
        if (has("[")) {
            duration();
            if (has(":")) {
                has(DURATION);
            }
            need("]");
        }
        if (has("offset")) {
            has("-");
            duration();
        }
    }

    private void named(String name) {
        if (AGGREGATIONS.contains(name)) {
            boolean grouped = grouping();
            arguments();
            if (!grouped) {
                grouping();
            }
        } else if (FUNCTIONS.contains(name)) {
            arguments();
        } else if (KEYWORDS.contains(name) || next("(")) {
            at -= name.length();
            throw wrong("a function or a metric");
        } else {
            Set<String> by = asked.metrics.computeIfAbsent(name, any -> new TreeSet<>());
            if (next("{")) {
                selector(by);
            }
        }
    }

    private boolean grouping() {
        boolean grouped = has("by") || has("without");
        if (grouped) {
            labels();
        }
        return grouped;
    }

    private void arguments() {
        need("(");
        if (!has(")")) {
            do {
                expression();
            } while (has(","));
            need(")");
        }
    }

    private void labelsIfAny() {
        if (next("(")) {
            labels();
        }
    }

    private void labels() {
        need("(");
        String label;
        while ((label = has(LABEL)) != null) {
            asked.groups.add(label);
            has(",");
        }
        need(")");
    }

    private void selector(Set<String> by) {
        need("{");
        String label;
        while ((label = has(LABEL)) != null) {
            by.add(label);
            if (has(MATCHER) == null || has(TEXT) == null) {
                throw wrong("a label's value");
            }
            if (!has(",")) {
                break;
            }
        }
        need("}");
    }

    private void duration() {
        if (has(DURATION) == null) {
            throw wrong("a duration");
        }
    }

    private void need(String token) {
        if (!has(token)) {
            throw wrong(token);
        }
    }

    private boolean next(String token) {
        int before = at;
        boolean found = has(token);
        at = before;
        return found;
    }

    /** Words end where they end; signs may stand next to anything. */
    private boolean has(String token) {
        return has(Pattern.compile(Pattern.quote(token) + (Character.isLetter(token.charAt(0)) ? "\\b" : ""))) != null;
    }

    private String has(Pattern token) {
        Matcher matcher = SPACE.matcher(text).region(at, text.length());
        int begin = matcher.lookingAt() ? matcher.end() : at;
        matcher = token.matcher(text).region(begin, text.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        Matcher behind = SPACE.matcher(text).region(matcher.end(), text.length());
        at = behind.lookingAt() ? behind.end() : matcher.end();
        return matcher.group();
    }

    private IllegalArgumentException wrong(String wanted) {
        return new IllegalArgumentException("%s is missing before: %s".formatted(wanted, text.substring(at)));
    }
}
