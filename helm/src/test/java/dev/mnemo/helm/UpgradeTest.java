package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.helm.Chart.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a change of values restarts, and what no version may change of an installed release. */
class UpgradeTest {

    private static final Path FIRST = Path.of("src/test/resources/selectors.json");

    /** Helm takes no longer name of a release than 53 characters. */
    private static final String LONGEST = "a-release-whose-name-has-as-many-letters-as-helm-take";

    private static final Map<String, Object> REDIS = Map.of("addresses", List.of("redis:6379"));

    /** One object of each kind that the chart knows. */
    private static final Map<String, Object> EVERYTHING = Map.of(
            "redis", Map.of("tryout", Map.of("enabled", true)),
            "tenants", Map.of("files", Map.of("acme.yaml", "name: Acme")),
            "config", Map.of("mnemo", Map.of("upstream", Map.of("pending", 400))),
            "autoscaling", Map.of("enabled", true),
            "ingress", Map.of("enabled", true, "hosts", List.of("llm.example.com")),
            "httpRoute",
                    Map.of(
                            "enabled", true,
                            "hosts", List.of("llm.example.com"),
                            "parentRefs", List.of(Map.of("name", "public"))),
            "networkPolicy", Map.of("enabled", true),
            "serviceMonitor", Map.of("enabled", true),
            "prometheusRule", Map.of("enabled", true),
            "dashboard", Map.of("enabled", true));

    static List<String> valueSets() {
        return Chart.valueSets();
    }

    private static JsonNode pods(Map<String, ?> values) {
        return Chart.render(Release.STANDARD, values).deployment().at("/spec/template");
    }

    /** A tenant's change reaches a directory that is read again. */
    @Test
    void aTenantsChangeRestartsNothing() {
        JsonNode before = pods(tenants(Map.of("acme.yaml", "name: Acme")));
        JsonNode after = pods(tenants(Map.of("acme.yaml", "name: Acme Corporation", "globex.yaml", "name: Globex")));

        assertThat(after).isEqualTo(before);
    }

    private static Map<String, Object> tenants(Map<String, String> files) {
        Map<String, Object> settings = Map.of("mnemo", Map.of("upstream", Map.of("pending", 400)));
        return Map.of("redis", REDIS, "config", settings, "tenants", Map.of("files", files));
    }

    @Test
    void aChangeOfTheSettingsRestartsThePods() {
        JsonNode none = pods(Map.of("redis", REDIS));
        JsonNode before =
                pods(Map.of("redis", REDIS, "config", Map.of("mnemo", Map.of("upstream", Map.of("pending", 400)))));
        JsonNode after =
                pods(Map.of("redis", REDIS, "config", Map.of("mnemo", Map.of("upstream", Map.of("pending", 500)))));

        assertThat(List.of(none, before, after)).doesNotHaveDuplicates();
        assertThat(before.at("/metadata/annotations").path("checksum/config").asString())
                .hasSize(64)
                .isNotEqualTo(after.at("/metadata/annotations")
                        .path("checksum/config")
                        .asString());
    }

    /** Kubernetes does not update a file that is mounted by its name. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void tenantsAreMountedAsADirectory(String values) {
        Rendering rendering = Chart.of(values);
        JsonNode spec = rendering.deployment().at("/spec/template/spec");

        assertThat(Yaml.deep(spec).filter(node -> node.has("subPath") || node.has("subPathExpr")))
                .isEmpty();
        JsonNode directory = Yaml.each(spec.at("/containers/0/env"))
                .filter(variable -> variable.path("name").asString().equals("MNEMO_TENANTS"))
                .map(variable -> variable.path("value"))
                .findFirst()
                .orElseThrow();
        assertThat(Yaml.each(spec.at("/containers/0/volumeMounts"))
                        .filter(mount -> mount.path("mountPath").equals(directory)))
                .singleElement()
                .matches(mount -> mount.path("readOnly").asBoolean());
        assertThat(Yaml.deep(spec)
                        .map(node -> node.at("/valueFrom/configMapKeyRef"))
                        .filter(JsonNode::isObject))
                .as("variables never change in a running pod")
                .isEmpty();
    }

    /** What a later version adds is added here; what stands here no version may change, as Kubernetes refuses it. */
    @Test
    void whatCannotBeChangedIsAsInTheFirstVersion() throws IOException {
        Map<String, JsonNode> now = new TreeMap<>();
        Chart.render(Release.STANDARD, EVERYTHING)
                .objects()
                .forEach(object -> immutable(object)
                        .forEach((member, value) -> now.put(Rendering.name(object) + " " + member, value)));
        Map<String, JsonNode> first = new TreeMap<>(now);
        if (Files.exists(FIRST)) {
            first.clear();
            Yaml.read(FIRST).forEachEntry(first::put);
            if (Golden.WRITES) {
                now.forEach(first::putIfAbsent);
            }
        }
        if (Golden.WRITES) {
            Files.writeString(
                    FIRST,
                    JsonMapper.builder()
                                    .enable(SerializationFeature.INDENT_OUTPUT)
                                    .build()
                                    .writeValueAsString(first)
                            + "\n");
        }

        assertThat(now).isEqualTo(first);
    }

    private static Map<String, JsonNode> immutable(JsonNode object) {
        List<String> members = switch (object.path("kind").asString()) {
            case "Deployment" -> List.of("/metadata/name", "/spec/selector");
            case "StatefulSet" ->
                List.of("/metadata/name", "/spec/selector", "/spec/serviceName", "/spec/volumeClaimTemplates");
            case "Service" -> List.of("/metadata/name", "/spec/selector", "/spec/clusterIP");
            case "PersistentVolumeClaim" -> List.of("/metadata/name", "/spec");
            default -> List.of("/metadata/name");
        };
        Map<String, JsonNode> values = new TreeMap<>();
        members.stream()
                .filter(member -> !object.at(member).isMissingNode())
                .forEach(member -> values.put(member, object.at(member)));
        return values;
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void namesAndLabelsFitUnderTheLongestName(String values) {
        assertThat(LONGEST).hasSize(53);
        Path file = Chart.DIRECTORY.resolve("ci/" + values + "-values.yaml");
        Release release = new Release(LONGEST, "n".repeat(63));
        List<Rendering> renderings = Files.exists(file)
                ? List.of(Chart.of(values), Chart.render(release, Map.of(), file))
                : List.of(Chart.of(values), Chart.render(release, Map.of()));

        for (JsonNode object :
                renderings.stream().flatMap(each -> each.objects().stream()).toList()) {
            assertThat(object.at("/metadata/name").asString()).matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
            labels(object).forEach(label -> {
                assertThat(label.getKey())
                        .as(Rendering.name(object))
                        .matches("([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
                assertThat(label.getValue().asString())
                        .as("%s, label %s", Rendering.name(object), label.getKey())
                        .matches("([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?");
            });
            Yaml.deep(object)
                    .flatMap(node -> Stream.of(node.path("ports"), node.path("volumes"), node.path("containers")))
                    .flatMap(Yaml::each)
                    .filter(each -> each.has("name"))
                    .forEach(each -> assertThat(each.path("name").asString())
                            .as(Rendering.name(object))
                            .matches(
                                    each.has("port") || each.has("containerPort")
                                            ? "[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?"
                                            : "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"));
        }
    }

    private static Stream<Map.Entry<String, JsonNode>> labels(JsonNode object) {
        return Yaml.deep(object)
                .flatMap(node -> Stream.of(node.path("labels"), node.path("matchLabels")))
                .filter(JsonNode::isObject)
                .flatMap(JsonNode::propertyStream);
    }

    /** Two releases in one namespace share no name, and neither one's selectors pick the other's pods. */
    @Test
    void releasesSideBySideDoNotMeet() {
        Map<String, Object> tryout = Map.of("redis", Map.of("tryout", Map.of("enabled", true)));
        Rendering one = Chart.render(new Release("one", "llm"), tryout);
        Rendering two = Chart.render(new Release("two", "llm"), tryout);

        assertThat(Stream.concat(one.objects().stream(), two.objects().stream()).map(Rendering::name))
                .doesNotHaveDuplicates();
        assertThat(one.objects().stream()
                        .flatMap(object -> Stream.of(
                                object.at("/spec/selector/matchLabels"),
                                object.at("/spec/podSelector/matchLabels"),
                                object.at("/spec/selector")))
                        .filter(labels -> labels.has("app.kubernetes.io/name")))
                .isNotEmpty()
                .noneMatch(labels -> two.pods()
                        .anyMatch(pod -> Rendering.picks(labels, pod.metadata().path("labels"))));
    }
}
