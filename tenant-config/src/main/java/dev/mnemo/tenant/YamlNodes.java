package dev.mnemo.tenant;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads YAML into nodes with places. Aliases, anchors, tags and deep nesting are refused, so no file can grow when read. */
final class YamlNodes {

    private static final int MAX_DEPTH = 16;
    private static final LoadSettings SETTINGS = LoadSettings.builder().build();

    private final Iterator<Event> events;

    private YamlNodes(Iterator<Event> events) {
        this.events = events;
    }

    /** The only document of {@code text}; null when it cannot be read, and {@code problems} says why. */
    static @Nullable Node read(String text, Problems problems) {
        try {
            return new YamlNodes(new Parse(SETTINGS).parseString(text).iterator()).document(problems);
        } catch (Refused e) {
            problems.add(e.line, e.column, "", e.what, e.fix);
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark();
            problems.add(
                    line(mark), column(mark), "", "not YAML: " + reason(e), "Check indentation, quotes and colons.");
        } catch (YamlEngineException e) {
            problems.add("not YAML: a character that YAML forbids", "Save the file as plain UTF-8 text.");
        }
        return null;
    }

    private @Nullable Node document(Problems problems) {
        Node root = null;
        while (events.hasNext()) {
            Event event = events.next();
            if (event instanceof DocumentStartEvent) {
                if (root != null) {
                    throw new Refused(event, "a second document", "Keep one tenant in one file.");
                }
                root = node(events.next(), 0);
            }
        }
        if (root == null) {
            problems.add("an empty file", "Give it keys and upstreams, or delete it.");
        }
        return root;
    }

    private Node node(Event event, int depth) {
        if (event instanceof AliasEvent
                || event instanceof NodeEvent named && named.getAnchor().isPresent()) {
            throw new Refused(event, "an anchor or alias (& or *)", "Write the value out, or quote it if it is text.");
        }
        if (depth > MAX_DEPTH) {
            throw new Refused(event, "nested too deeply", "A tenant file needs no more than a few levels.");
        }
        int line = line(event.getStartMark());
        int column = column(event.getStartMark());
        return switch (event) {
            case ScalarEvent scalar -> {
                refuseTag(scalar, scalar.getTag());
                yield new Node.Scalar(scalar.getValue(), line, column);
            }
            case SequenceStartEvent sequence -> {
                refuseTag(sequence, sequence.getTag());
                yield new Node.Sequence(items(depth), line, column);
            }
            case MappingStartEvent mapping -> {
                refuseTag(mapping, mapping.getTag());
                yield new Node.Mapping(entries(depth), line, column);
            }
            default -> throw new Refused(event, "not a value", "Give text, a list or members.");
        };
    }

    private List<Node> items(int depth) {
        List<Node> items = new ArrayList<>();
        for (Event next = events.next(); !(next instanceof SequenceEndEvent); next = events.next()) {
            items.add(node(next, depth + 1));
        }
        return items;
    }

    private List<Node.Entry> entries(int depth) {
        List<Node.Entry> entries = new ArrayList<>();
        for (Event next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
            if (!(node(next, depth + 1) instanceof Node.Scalar key)) {
                throw new Refused(next, "a member whose name is not text", "Write name: value.");
            }
            entries.add(new Node.Entry(key, node(events.next(), depth + 1)));
        }
        return entries;
    }

    private static void refuseTag(Event event, Optional<String> tag) {
        if (tag.isPresent()) {
            throw new Refused(event, "a YAML tag (!)", "Leave it out, or quote the value if it is text.");
        }
    }

    /** The parser's words, but for tags: it quotes those, and an unquoted credential may look like one. */
    private static String reason(MarkedYamlEngineException e) {
        String problem = e.getProblem();
        return problem.contains("tag") || problem.contains("URI") ? "a tag that is not defined" : problem;
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(m -> m.getLine() + 1).orElse(0);
    }

    private static int column(Optional<Mark> mark) {
        return mark.map(m -> m.getColumn() + 1).orElse(0);
    }

    /** YAML that is well formed, but more than a tenant file may use. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int line;
        private final int column;
        private final String what;
        private final String fix;

        Refused(Event event, String what, String fix) {
            super(what, null, false, false);
            this.line = YamlNodes.line(event.getStartMark());
            this.column = YamlNodes.column(event.getStartMark());
            this.what = what;
            this.fix = fix;
        }
    }
}
