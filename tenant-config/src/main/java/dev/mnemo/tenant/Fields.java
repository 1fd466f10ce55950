package dev.mnemo.tenant;

import dev.mnemo.tenant.Shape.Dollars;
import dev.mnemo.tenant.Shape.Group;
import dev.mnemo.tenant.Shape.ListOf;
import dev.mnemo.tenant.Shape.Member;
import dev.mnemo.tenant.Shape.One;
import dev.mnemo.tenant.Shape.Share;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members of one mapping, read by its shape. A value that is wrong becomes a problem and reads as its fallback, so
 * that reading goes on and finds the next problem.
 */
final class Fields {

    private final Node at;
    private final String path;
    private final Group shape;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();

    /** A node that is no mapping is a problem, and has no members. */
    Fields(Node node, String path, Group shape, Problems problems) {
        this.at = node;
        this.path = path;
        this.shape = shape;
        this.problems = problems;
        if (node instanceof Node.Mapping mapping) {
            mapping.entries().forEach(this::accept);
            for (Member member : shape.members()) {
                if (member.required()) {
                    requirePresent(member);
                }
            }
            requireOne();
            requireAny();
        } else {
            problems.add(node, path, "not a list of members", "Write name: value lines below it.");
        }
    }

    private void accept(Node.Entry entry) {
        String name = entry.key().text();
        Member member = shape.find(name);
        if (member == null) {
            String shown = name.length() > 60 ? name.substring(0, 60) : name;
            problems.add(entry.key(), path(shown), "unknown member", likely(name));
        } else if (values.putIfAbsent(name, entry.value()) != null) {
            problems.add(entry.key(), path(name), "given twice", "Keep one.");
        }
    }

    private String likely(String name) {
        List<String> known = shape.members().stream().map(Member::name).toList();
        return DidYouMean.hint(name, known, "Expected: one of " + known + ".");
    }

    private void requirePresent(Member member) {
        if (!values.containsKey(member.name())) {
            problems.add(at, path(member.name()), "missing", "Add it: " + member.description());
        }
    }

    private void requireOne() {
        if (shape.oneOf().isEmpty()) {
            return;
        }
        List<One> given = shape.oneOf().stream().filter(one -> has(one.name())).toList();
        if (given.size() == 1) {
            requireWith(given.getFirst());
        } else {
            List<String> names = shape.oneOf().stream().map(One::name).toList();
            String what = given.isEmpty() ? "none of " + names : "more than one of " + names;
            problems.add(at, path, what, "Give exactly one.");
        }
    }

    private void requireAny() {
        List<Member> any = shape.anyOf().stream().map(shape::member).toList();
        if (!any.isEmpty() && any.stream().noneMatch(member -> has(member.name()))) {
            String choice = any.stream()
                    .map(member -> member.name() + ": " + member.description())
                    .collect(Collectors.joining(" Or "));
            problems.add(at, path(any.getFirst().name()), "missing", "Add " + choice);
        }
    }

    private void requireWith(One one) {
        one.needs().stream().map(shape::member).forEach(this::requirePresent);
        for (String name : one.bars()) {
            if (has(name)) {
                bad(
                        name,
                        "does not go with " + one.name(),
                        "Leave it out: " + shape.member(one.name()).description());
            }
        }
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** A problem with a member, at its value. */
    void bad(String name, String message, String fix) {
        problems.add(values.getOrDefault(name, at), path(name), message, fix);
    }

    /**
     * Says that a member's value may stand in one place of all files.
     *
     * @param message of the problem otherwise, but for the other place
     */
    void once(String name, String value, String message, String fix) {
        problems.once(values.getOrDefault(name, at), path(name), value, message, fix);
    }

    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The text of a member; empty when it is absent or wrong. */
    String text(String name) {
        Node node = values.get(name);
        Member member = shape.member(name);
        String text = node == null ? "" : scalar(node, name, member.shape());
        return text.isEmpty() ? Objects.requireNonNullElse(member.fallback(), "") : text;
    }

    /** The texts of a list; its fallback when it is absent or wrong, which may be empty. */
    List<String> texts(String name) {
        Shape item = ((ListOf) shape.member(name).shape()).item();
        List<String> texts = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            texts.add(scalar(items.get(i), name + "[" + i + "]", item));
        }
        texts.removeIf(String::isEmpty);
        String fallback = shape.member(name).fallback();
        return texts.isEmpty() && fallback != null ? List.of(fallback) : texts;
    }

    /** A credential; null when it is absent. */
    @Nullable
    Value credential(String name) {
        Node node = values.get(name);
        return node == null ? null : value(node, name, shape.member(name).shape());
    }

    /** The credentials of a list; empty when it is absent. */
    List<Value> credentials(String name) {
        Node node = values.get(name);
        ListOf list = (ListOf) shape.member(name).shape();
        if (node != null && list.alone() && !(node instanceof Node.Sequence)) {
            return List.of(value(node, name, list.item()));
        }
        List<Value> found = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            found.add(value(items.get(i), name + "[" + i + "]", list.item()));
        }
        return found;
    }

    private Value value(Node node, String name, Shape expected) {
        return new Value(scalar(node, name, expected), node, path(name), problems);
    }

    long amount(String name) {
        return Scalars.amount(text(name)).orElse(0);
    }

    /** In units of the last decimal of the member's shape. */
    long dollars(String name) {
        Dollars dollars = (Dollars) shape.member(name).shape();
        return Scalars.dollars(text(name), dollars.decimals()).orElse(0);
    }

    /** In units of the last decimal of the member's shape: per cent, or hundredths of one. */
    int share(String name) {
        Share share = (Share) shape.member(name).shape();
        return (int) Scalars.share(text(name), share.decimals()).orElse(0);
    }

    Duration time(String name) {
        return Objects.requireNonNullElse(Scalars.time(text(name)), Duration.ZERO);
    }

    boolean is(String name, String value) {
        return text(name).equals(value);
    }

    /** The constant that the text names; the first when it is absent or wrong. */
    <E extends Enum<E>> E constant(String name, Class<E> type) {
        String text = text(name);
        E first = type.getEnumConstants()[0];
        return text.isEmpty() ? first : Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    }

    /** A member's own members; all at their fallbacks when it is absent. */
    Fields group(String name) {
        Node node = values.getOrDefault(name, new Node.Mapping(List.of(), at.line(), at.column()));
        return new Fields(node, path(name), (Group) shape.member(name).shape(), problems);
    }

    /** The groups of a list; empty when it is absent. */
    List<Fields> groups(String name) {
        Group item = (Group) ((ListOf) shape.member(name).shape()).item();
        List<Fields> groups = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            groups.add(new Fields(items.get(i), path(name) + "[" + i + "]", item, problems));
        }
        return groups;
    }

    private List<Node> items(String name) {
        Node node = values.get(name);
        if (node instanceof Node.Sequence sequence) {
            if (sequence.items().isEmpty()) {
                problems.add(
                        node,
                        path(name),
                        "an empty list",
                        shape.member(name).required()
                                ? "Give at least one."
                                : "Give at least one, or leave the member out.");
            }
            return sequence.items();
        }
        if (node != null) {
            problems.add(node, path(name), "not a list", "Write [a, b], or one \"- item\" a line.");
        }
        return List.of();
    }

    /**
     * @param name of the member, or of an item of its list
     */
    private String scalar(Node node, String name, Shape expected) {
        if (!(node instanceof Node.Scalar scalar)) {
            problems.add(node, path(name), "not a single value", "Expected: " + Expected.says(expected) + ".");
            return "";
        }
        String text = scalar.text();
        if (text.isBlank()) {
            problems.add(
                    node,
                    path(name),
                    "no value",
                    "Expected: " + Expected.says(expected) + "; or leave the member out.");
            return "";
        }
        if (text.contains("${") && !(expected instanceof Shape.Credential)) {
            problems.add(node, path(name), "${...} is for credentials only", "Write the value itself.");
            return "";
        }
        String wrong = Expected.wrong(text, expected);
        if (!wrong.isEmpty()) {
            boolean secret = expected instanceof Shape.Text pattern && pattern.secret();
            problems.add(node, path(name), secret ? "not valid" : quoted(text), wrong);
            return "";
        }
        return text;
    }

    private static String quoted(String text) {
        return "\"" + (text.length() > 60 ? text.substring(0, 60) + "..." : text).replaceAll("\\p{Cntrl}", " ") + "\"";
    }
}
