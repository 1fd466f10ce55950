package dev.mnemo.helm;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Looks for secrets that stand in the open. */
final class Secrets {

    private static final String WORDS =
            "(passwords?|passwd|passphrase|requirepass|secrets?|token|credentials?|api[-_]?keys?|private[-_]?key)";

    /** A variable whose name promises a secret; one that names a file does not. */
    private static final Pattern NAME =
            Pattern.compile("(?i).*" + WORDS.replace("[-_]?", "_?") + "(?!.*(FILE|PATH|DIR|URL|URI|HEADER)$).*");

    /** {@code password: x} or {@code --password=x}, where x is neither a reference nor empty. */
    private static final Pattern ASSIGNED = Pattern.compile("(?im)(^|[\\s.\"'{,-])" + WORDS
            + "[\"']?\\s*[:=]\\s*(?![\"']?\\$[({]|[\"']{2}|\\{|\\[|null\\b|[|>]?\\s*$)\\S");

    /** {@code scheme://user:password@host} */
    private static final Pattern IN_ADDRESS = Pattern.compile("[a-z]://[^/\\s@]*:[^/\\s@$]+@");

    /** What only a secret looks like. */
    private static final Pattern SHAPE = Pattern.compile(
            "-----BEGIN [A-Z ]*PRIVATE KEY-----|\\bsk-[A-Za-z0-9_-]{16,}|\\bAKIA[0-9A-Z]{16}\\b|\\bgh[pousr]_[A-Za-z0-9]{30,}|\\beyJ[A-Za-z0-9_-]{10,}\\.eyJ");

    private Secrets() {}

    /** Each finding, and where. */
    static List<String> in(Rendering rendering) {
        return rendering.objects().stream()
                .flatMap(object -> Stream.of(
                                variables(object),
                                arguments(object),
                                Yaml.each(object.path("data"))
                                        .map(JsonNode::asString)
                                        .filter(text -> ASSIGNED.matcher(text).find()),
                                Yaml.deep(object)
                                        .filter(JsonNode::isString)
                                        .map(JsonNode::asString)
                                        .filter(text -> IN_ADDRESS.matcher(text).find()
                                                || SHAPE.matcher(text).find()))
                        .flatMap(found -> found)
                        .map(found -> Rendering.name(object) + ": " + found))
                .toList();
    }

    private static Stream<String> variables(JsonNode object) {
        return Yaml.deep(object)
                .filter(node ->
                        node.path("name").isString() && node.path("value").isString())
                .filter(node -> NAME.matcher(node.path("name").asString()).matches())
                .filter(node -> !node.path("value").asString().matches("\\$\\(\\w+\\)|"))
                .map(Object::toString);
    }

    /** Those behind a flag that promises a secret. */
    private static Stream<String> arguments(JsonNode object) {
        return Yaml.deep(object)
                .flatMap(node -> Stream.of(node.path("args"), node.path("command")))
                .filter(JsonNode::isArray)
                .map(arguments -> String.join(
                        "\n", Yaml.each(arguments).map(JsonNode::asString).toList()))
                .filter(text -> Pattern.compile("(?im)^--?\\S*" + WORDS + "[\\n=](?!\\$\\()\\S")
                        .matcher(text)
                        .find());
    }
}
