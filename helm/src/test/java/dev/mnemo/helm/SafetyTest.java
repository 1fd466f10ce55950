package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.helm.Rendering.Pod;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What pods may do, what they are given, and whom they may speak to. */
class SafetyTest {

    static List<String> valueSets() {
        return Chart.valueSets();
    }

    /** The Pod Security Standard {@code restricted}, and what goes beyond it: no token, no writable root, bounds. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void podsAreRestricted(String values) {
        List<Pod> pods = Chart.of(values).pods().toList();

        assertThat(pods).isNotEmpty();
        for (Pod pod : pods) {
            JsonNode spec = pod.spec();
            assertThat(spec.path("automountServiceAccountToken").asBoolean(true))
                    .as("%s has a token of the API", pod.owner())
                    .isFalse();
            assertThat(Stream.of("hostNetwork", "hostPID", "hostIPC", "hostUsers")
                            .filter(spec::has))
                    .as(pod.owner())
                    .isEmpty();
            assertThat(spec.at("/securityContext/runAsNonRoot").asBoolean(false))
                    .as("%s: runAsNonRoot", pod.owner())
                    .isTrue();
            assertThat(spec.at("/securityContext/seccompProfile/type").asString(""))
                    .as("%s: seccompProfile", pod.owner())
                    .isEqualTo("RuntimeDefault");
            assertThat(Yaml.each(spec.path("volumes"))
                            .flatMap(volume -> volume.propertyStream().map(Map.Entry::getKey)))
                    .as("%s: kinds of volumes", pod.owner())
                    .isSubsetOf("name", "configMap", "secret", "projected", "emptyDir", "csi", "downwardAPI");
            pod.containers().forEach(container -> restricted(pod, container));
        }
    }

    private static void restricted(Pod pod, JsonNode container) {
        String name = pod.owner() + " container " + container.path("name").asString();
        JsonNode context = container.path("securityContext");
        assertThat(context.path("allowPrivilegeEscalation").asBoolean(true))
                .as("%s: allowPrivilegeEscalation", name)
                .isFalse();
        assertThat(context.path("readOnlyRootFilesystem").asBoolean(false))
                .as("%s: readOnlyRootFilesystem", name)
                .isTrue();
        assertThat(context.at("/capabilities/drop/0").asString(""))
                .as("%s: capabilities", name)
                .isEqualTo("ALL");
        assertThat(context.at("/capabilities/add").isMissingNode())
                .as("%s: capabilities", name)
                .isTrue();
        for (JsonNode each : List.of(pod.spec().path("securityContext"), context)) {
            assertThat(each.path("runAsUser").asInt(65532)).as("%s: user", name).isPositive();
            assertThat(each.path("runAsNonRoot").asBoolean(true)).as(name).isTrue();
        }
        assertThat(Yaml.each(container.path("ports")).filter(port -> port.has("hostPort")))
                .as("%s: hostPort", name)
                .isEmpty();
        for (String bound : List.of("requests/cpu", "requests/memory", "limits/memory")) {
            assertThat(container.at("/resources/" + bound).isMissingNode())
                    .as("%s: resources/%s is not set", name, bound)
                    .isFalse();
        }
        assertThat(Yaml.each(container.path("volumeMounts"))
                        .filter(mount -> !mount.path("readOnly").asBoolean(false))
                        .map(mount -> pod.volume(mount.path("name").asString())))
                .as("%s: writes to nothing but bounded empty directories, and to one at least", name)
                .isNotEmpty()
                .allMatch(volume -> volume.at("/emptyDir/sizeLimit").isString());
    }

    /** No password, key or token stands in the open: not in a variable, an argument, a ConfigMap or an address. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void nothingSecretIsWrittenOut(String values) {
        assertThat(Secrets.in(Chart.of(values))).isEmpty();
    }

    /** The chart makes no Secrets: each is the installer's own. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void noSecretIsMade(String values) {
        assertThat(Chart.of(values).kind("Secret")).isEmpty();
    }

    /** Nothing of the default values leads out of the cluster. */
    @Test
    void theDefaultsNameNoForeignHost() {
        assertThat(Chart.of("default").text()).doesNotContainPattern("(https?|wss?)://[^/\\s]*\\.[a-z]{2,}");
    }

    /** Both directions are closed; each opening has its ports, and names are resolved by UDP and TCP. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void networkPoliciesOpenNoMoreThanTheySay(String values) {
        for (JsonNode policy : Chart.of(values).kind("NetworkPolicy").toList()) {
            String name = Rendering.name(policy);
            JsonNode spec = policy.path("spec");
            assertThat(Yaml.each(spec.path("policyTypes")).map(JsonNode::asString))
                    .as(name)
                    .containsExactlyInAnyOrder("Ingress", "Egress");
            assertThat(spec.at("/podSelector/matchLabels").isEmpty())
                    .as("%s picks all pods", name)
                    .isFalse();
            assertThat(Stream.concat(Yaml.each(spec.path("ingress")), Yaml.each(spec.path("egress"))))
                    .as("%s: a rule without ports opens all of them", name)
                    .allSatisfy(rule -> assertThat(rule.path("ports").size()).isPositive());
            assertThat(Yaml.deep(spec).filter(node -> node.has("cidr")))
                    .as("%s: a cloud's metadata must stay out of reach", name)
                    .allMatch(block -> !Set.of("0.0.0.0/0", "::/0")
                                    .contains(block.path("cidr").asString())
                            || Yaml.each(block.path("except"))
                                    .map(JsonNode::asString)
                                    .anyMatch(except -> except.startsWith("169.254.") || except.startsWith("fe80:")));
        }
    }

    /** Where there is a policy of the gateway, it lets through names, Redis and upstreams, and keeps the management port. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void theGatewayReachesWhatItNeedsAndNobodyElseItsManagement(String values) {
        Rendering rendering = Chart.of(values);
        JsonNode labels = rendering.deployment().at("/spec/template/metadata/labels");
        List<String> redis = Yaml.each(rendering.deployment().at("/spec/template/spec/containers/0/env"))
                .filter(variable -> variable.path("name").asString().equals("REDIS_URL"))
                .flatMap(variable -> Pattern.compile(":(\\d+)")
                        .matcher(variable.path("value").asString())
                        .results())
                .map(port -> port.group(1) + "/TCP")
                .toList();
        assertThat(redis).isNotEmpty();
        List<JsonNode> policies = rendering
                .kind("NetworkPolicy")
                .filter(policy -> Rendering.picks(policy.at("/spec/podSelector/matchLabels"), labels))
                .toList();

        for (JsonNode policy : policies) {
            assertThat(ports(Yaml.each(policy.at("/spec/egress"))))
                    .as("%s: egress", Rendering.name(policy))
                    .contains("53/UDP", "53/TCP", "443/TCP")
                    .containsAll(redis);
            assertThat(Yaml.each(policy.at("/spec/ingress"))
                            .filter(rule -> ports(Stream.of(rule)).contains("management/TCP")))
                    .as("%s: from whom management is reached", Rendering.name(policy))
                    .allMatch(rule -> rule.path("from").size() > 0);
        }
    }

    private static List<String> ports(Stream<JsonNode> rules) {
        return rules.flatMap(rule -> Yaml.each(rule.path("ports")))
                .map(port -> port.path("port").asString() + "/"
                        + port.path("protocol").asString("TCP"))
                .toList();
    }
}
