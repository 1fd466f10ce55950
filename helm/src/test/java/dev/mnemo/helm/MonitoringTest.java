package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What alerts and the dashboard ask Prometheus for is what the code measures. */
class MonitoringTest {

    /** Of Prometheus itself, of the JVM and of the process; these Boot registers. */
    private static final Set<String> NOT_OURS = Set.of(
            "up",
            "jvm_gc_pause_seconds_count",
            "jvm_gc_pause_seconds_sum",
            "jvm_memory_max_bytes",
            "jvm_memory_usage_after_gc",
            "jvm_memory_used_bytes",
            "process_cpu_usage",
            "process_uptime_seconds");

    /** What Prometheus' naming adds to a meter's name, by its kind and its unit. */
    private static final Pattern ADDED = Pattern.compile("(_seconds|_bytes)?(_total|_count|_sum|_bucket|_max)?$");

    private static final Pattern METER = Pattern.compile("\"(mnemo\\.[a-z][a-z.-]*[a-z])\"");

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
        Set<String> meters = meters();
        Set<String> asked = new TreeSet<>();
        expressions().forEach(expression -> asked.addAll(PromQl.metrics(expression)));

        assertThat(asked)
                .hasSizeGreaterThan(10)
                .filteredOn(metric -> !NOT_OURS.contains(metric))
                .filteredOn(metric -> !meters.contains(ADDED.matcher(metric).replaceFirst("")))
                .as("metrics that no code registers")
                .isEmpty();
    }

    /** The names in the code, as Prometheus writes them. */
    private static Set<String> meters() throws IOException {
        Set<String> meters = new HashSet<>();
        for (String module : List.of("../filters/src/main/java", "../gateway/src/main/java")) {
            try (Stream<Path> files = Files.walk(Path.of(module))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    METER.matcher(Files.readString(file))
                            .results()
                            .forEach(found -> meters.add(found.group(1).replaceAll("[.-]", "_")));
                }
            }
        }
        assertThat(meters).contains("mnemo_calls", "mnemo_breaker_open");
        return meters;
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

    /** The names that the schema lets one disable are those of the alerts. */
    @Test
    void everyAlertCanBeDisabled() {
        JsonNode known = Yaml.read(Chart.DIRECTORY.resolve("values.schema.json"))
                .at("/properties/prometheusRule/properties/disabled/items/enum");
        Stream<String> alerts = Yaml.deep(Chart.render(
                                Chart.Release.STANDARD,
                                java.util.Map.of("prometheusRule", java.util.Map.of("enabled", true)))
                        .kind("PrometheusRule")
                        .findFirst()
                        .orElseThrow())
                .filter(node -> node.has("alert"))
                .map(node -> node.path("alert").asString());

        assertThat(alerts)
                .containsExactlyInAnyOrderElementsOf(
                        Yaml.each(known).map(JsonNode::asString).toList());
        assertThat(Yaml.deep(rule()).map(node -> node.path("alert").asString("")))
                .doesNotContain("MnemoErrorRate");
    }
}
