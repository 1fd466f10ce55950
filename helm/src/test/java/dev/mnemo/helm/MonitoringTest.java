package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What alerts and the dashboard ask Prometheus for is what the code measures, by its own tables. */
class MonitoringTest {

    private static final Path METERS = Path.of("../docs/operating.md");

    /** A line of the tables of meters, which are made from the code: name, kind, tags. */
    private static final Pattern METER = Pattern.compile(
            "^\\| `(\\w+)` \\| (timer|histogram|summary|counter|gauge) \\| ([^|]*) \\|", Pattern.MULTILINE);

    /** Of Prometheus itself, of the JVM and of the process; the latter Boot registers. */
    private static final Map<String, Set<String>> OTHERS = Map.of(
            "up", Set.of(),
            "jvm_memory_max_bytes", Set.of("area", "id"),
            "jvm_memory_usage_after_gc", Set.of("area", "pool"),
            "jvm_memory_used_bytes", Set.of("area", "id"),
            "process_cpu_usage", Set.of());

    /** What Prometheus adds to what it scrapes, by the operator's rules. */
    private static final Set<String> OF_THE_TARGET = Set.of("namespace", "job", "pod", "instance");

    private static JsonNode rule() {
        return Chart.of("full").kind("PrometheusRule").findFirst().orElseThrow();
    }

    /** As a JSON parser that knows no more than JSON reads it. */
    private static JsonNode dashboard() {
        JsonNode map = Chart.of("full")
                .kind("ConfigMap")
                .filter(each -> each.at("/metadata/name").asString().endsWith("-dashboard"))
                .findFirst()
                .orElseThrow();
        return JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build()
                .readTree(Yaml.each(map.path("data")).findFirst().orElseThrow().asString());
    }

    private static List<String> expressions() {
        return Stream.of(rule().path("spec"), dashboard())
                .flatMap(Yaml::deep)
                .map(node -> node.path("expr"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .toList();
    }

    @Test
    void everyExpressionAsksForWhatIsMeasured() throws IOException {
        Map<String, Set<String>> measured = measured();

        assertThat(expressions()).hasSizeGreaterThan(20).allSatisfy(expression -> {
            PromQl.Asked asked = PromQl.read(expression);
            assertThat(measured.keySet())
                    .as("meters")
                    .containsAll(asked.metrics().keySet());
            asked.metrics()
                    .forEach((metric, labels) -> assertThat(measured.get(metric))
                            .as("labels of %s", metric)
                            .containsAll(labels));
            assertThat(asked.metrics().keySet().stream().flatMap(metric -> measured.get(metric).stream()))
                    .as("labels")
                    .containsAll(asked.groups());
        });
    }

    /** Each series that the process shows, as Prometheus names it, and its labels. */
    private static Map<String, Set<String>> measured() throws IOException {
        Map<String, Set<String>> series = new HashMap<>();
        METER.matcher(Files.readString(METERS)).results().forEach(line -> {
            Set<String> tags = Set.copyOf(Stream.of(line.group(3).split("[` ]+"))
                    .filter(tag -> !tag.isEmpty())
                    .toList());
            List<String> parts = switch (line.group(2)) {
                case "histogram" -> List.of("_count", "_sum", "_max", "_bucket");
                case "timer", "summary" -> List.of("_count", "_sum", "_max");
                default -> List.of("");
            };
            parts.forEach(part -> series.put(line.group(1) + part, with(tags, part.equals("_bucket") ? "le" : "")));
        });
        assertThat(series).as("the tables of meters in %s", METERS).hasSizeGreaterThan(20);
        OTHERS.forEach((name, tags) -> series.put(name, with(tags, "")));
        return series;
    }

    private static Set<String> with(Set<String> tags, String more) {
        Set<String> all = new HashSet<>(tags);
        all.addAll(OF_THE_TARGET);
        all.add(more);
        return all;
    }

    /** Another release's or another namespace's replicas say nothing about this one. */
    @Test
    void everyAlertAsksForThisReleaseOnly() {
        assertThat(Yaml.deep(rule().path("spec"))
                        .filter(node -> node.has("alert"))
                        .filter(node -> !node.path("alert").asString().equals("HouseRule")))
                .hasSizeGreaterThan(8)
                .allSatisfy(alert -> {
                    String expression = alert.path("expr").asString();
                    assertThat(expression).contains("namespace=\"llm\"").doesNotContain("SCOPE", "IN_FLIGHT");
                    assertThat(expression.split("\\{", -1))
                            .as("selectors in %s", expression)
                            .hasSameSizeAs(expression.split("namespace=\"llm\"", -1));
                });
    }

    @Test
    void everyAlertTellsWhatToDo() {
        List<JsonNode> alerts = Yaml.deep(rule().path("spec"))
                .filter(node -> node.has("alert"))
                .filter(node -> !node.path("alert").asString().equals("HouseRule"))
                .toList();

        assertThat(alerts.stream().map(alert -> alert.path("alert").asString())).doesNotHaveDuplicates();
        assertThat(alerts).allSatisfy(alert -> {
            assertThat(alert.at("/labels/severity").asString()).isIn("critical", "warning");
            assertThat(alert.at("/annotations/summary").asString("")).isNotBlank();
            assertThat(alert.at("/annotations/description").asString("")).isNotBlank();
            assertThat(alert.at("/annotations/runbook_url").asString(""))
                    .endsWith("#" + alert.path("alert").asString().toLowerCase(Locale.ROOT));
        });
    }

    /** One page for each, and none for what is no alert. */
    @Test
    void everyAlertHasItsPageInTheRunbook() throws IOException {
        assertThat(Pattern.compile("(?m)^## (Mnemo\\w+)$")
                        .matcher(Files.readString(Path.of("../docs/runbook.md")))
                        .results()
                        .map(heading -> heading.group(1)))
                .containsExactlyInAnyOrderElementsOf(allAlerts());
    }

    /** The names that the schema lets one disable are those of the alerts. */
    @Test
    void everyAlertCanBeDisabled() {
        JsonNode known = Yaml.read(Chart.DIRECTORY.resolve("values.schema.json"))
                .at("/properties/prometheusRule/properties/disabled/items/enum");

        assertThat(Yaml.each(known).map(JsonNode::asString)).containsExactlyInAnyOrderElementsOf(allAlerts());
        assertThat(Yaml.deep(rule()).map(node -> node.path("alert").asString("")))
                .doesNotContain("MnemoErrorRate");
    }

    private static List<String> allAlerts() {
        return Yaml.deep(Chart.render(Chart.Release.STANDARD, Map.of("prometheusRule", Map.of("enabled", true)))
                        .kind("PrometheusRule")
                        .findFirst()
                        .orElseThrow())
                .filter(node -> node.has("alert"))
                .map(node -> node.path("alert").asString())
                .toList();
    }
}
