package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.helm.Rendering.Pod;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What one object says of another holds: selectors, names, ports, numbers of replicas, seconds of a stop. */
class RelationsTest {

    static List<String> valueSets() {
        return Chart.valueSets();
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void selectorsPickPodsOfTheirOwnKindOnly(String values) {
        Rendering rendering = Chart.of(values);
        List<Pod> pods = rendering.pods().toList();

        rendering.objects().forEach(object -> {
            JsonNode labels = switch (object.path("kind").asString()) {
                case "Service" -> object.at("/spec/selector");
                case "Deployment", "StatefulSet", "PodDisruptionBudget" -> object.at("/spec/selector/matchLabels");
                case "NetworkPolicy" -> object.at("/spec/podSelector/matchLabels");
                default -> null;
            };
            if (labels != null) {
                assertThat(pods.stream()
                                .filter(pod ->
                                        Rendering.picks(labels, pod.metadata().path("labels"))))
                        .as("pods of %s", Rendering.name(object))
                        .singleElement();
            }
        });
        assertThat(rendering
                        .pods()
                        .flatMap(pod -> Yaml.deep(pod.spec().path("topologySpreadConstraints"))
                                .filter(node -> node.has("matchLabels"))
                                .filter(node -> !Rendering.picks(
                                        node.path("matchLabels"), pod.metadata().path("labels")))))
                .as("constraints of spread that leave their own pods out")
                .isEmpty();
        assertThat(rendering
                        .kind("NetworkPolicy")
                        .flatMap(policy -> Yaml.deep(policy.path("spec"))
                                .filter(peer -> peer.has("podSelector")
                                        && !peer.has("namespaceSelector")
                                        && !peer.has("policyTypes")))
                        .map(peer -> peer.at("/podSelector/matchLabels"))
                        .filter(labels -> labels.has("app.kubernetes.io/instance"))
                        .filter(labels -> pods.stream()
                                .noneMatch(pod ->
                                        Rendering.picks(labels, pod.metadata().path("labels")))))
                .as("peers that no pod of the release is")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void servicesLeadToPortsOfTheirPods(String values) {
        Rendering rendering = Chart.of(values);

        assertThat(rendering.kind("Service")).isNotEmpty().allSatisfy(service -> {
            Pod pod = rendering
                    .pods()
                    .filter(each -> Rendering.picks(
                            service.at("/spec/selector"), each.metadata().path("labels")))
                    .findFirst()
                    .orElseThrow();
            List<String> open = ports(pod);
            assertThat(Yaml.each(service.at("/spec/ports"))
                            .map(port -> port.path("targetPort").asString()))
                    .as(Rendering.name(service))
                    .isNotEmpty()
                    .isSubsetOf(open);
        });
    }

    private static List<String> ports(Pod pod) {
        return pod.containers()
                .flatMap(container -> Yaml.each(container.path("ports")))
                .map(port -> port.path("name").asString())
                .toList();
    }

    /** And none of the gateway's asks for Redis: without it calls go on, and all replicas would fail at once. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void probesAndPoliciesNamePortsOfTheirPods(String values) {
        Rendering rendering = Chart.of(values);

        rendering.pods().forEach(pod -> {
            List<JsonNode> probes = Yaml.deep(pod.spec())
                    .flatMap(node -> Stream.of(node.path("httpGet"), node.path("tcpSocket")))
                    .filter(JsonNode::isObject)
                    .toList();
            assertThat(probes.stream().map(probe -> probe.path("port").asString()))
                    .as("probes of %s", pod.owner())
                    .isSubsetOf(ports(pod));
            assertThat(probes.stream().map(probe -> probe.path("path").asString("")))
                    .as("probes of %s", pod.owner())
                    .isSubsetOf("", "/actuator/health/liveness", "/actuator/health/readiness");
            assertThat(rendering
                            .kind("NetworkPolicy")
                            .filter(policy -> Rendering.picks(
                                    policy.at("/spec/podSelector/matchLabels"),
                                    pod.metadata().path("labels")))
                            .flatMap(policy -> Yaml.each(policy.at("/spec/ingress")))
                            .flatMap(rule -> Yaml.each(rule.path("ports")))
                            .map(port -> port.path("port"))
                            .filter(JsonNode::isString)
                            .map(JsonNode::asString))
                    .as("ports of %s that are let through", pod.owner())
                    .isSubsetOf(ports(pod));
        });
    }

    /** Clients reach the calls' port, never the management port. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void waysInLeadToCallsOnly(String values) {
        Rendering rendering = Chart.of(values);
        List<JsonNode> backends = Stream.concat(
                        rendering.kind("Ingress").flatMap(Yaml::deep).map(node -> node.path("service")),
                        rendering
                                .kind("HTTPRoute")
                                .flatMap(Yaml::deep)
                                .flatMap(node -> Yaml.each(node.path("backendRefs"))))
                .filter(JsonNode::isObject)
                .toList();

        for (JsonNode backend : backends) {
            JsonNode service = rendering
                    .kind("Service")
                    .filter(each -> each.at("/metadata/name").equals(backend.path("name")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no Service for " + backend));
            JsonNode port = backend.path("port");
            assertThat(Yaml.each(service.at("/spec/ports"))
                            .filter(each -> port.isNumber()
                                    ? each.path("port").equals(port)
                                    : each.path("name").equals(port.path("name"))))
                    .as("%s", backend)
                    .singleElement()
                    .satisfies(each ->
                            assertThat(each.path("targetPort").asString()).isEqualTo("http"));
        }
        assertThat(rendering
                        .kind("Service")
                        .filter(service ->
                                !service.at("/spec/type").asString("ClusterIP").equals("ClusterIP"))
                        .flatMap(service -> Yaml.each(service.at("/spec/ports"))))
                .as("ports that are opened to the outside")
                .allMatch(port -> port.path("targetPort").asString().equals("http"));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void aMonitorPicksTheManagementServiceAlone(String values) {
        Rendering rendering = Chart.of(values);

        assertThat(rendering.kind("ServiceMonitor")).allSatisfy(monitor -> {
            JsonNode service = assertThat(rendering
                            .kind("Service")
                            .filter(each -> Rendering.picks(
                                    monitor.at("/spec/selector/matchLabels"), each.at("/metadata/labels"))))
                    .singleElement()
                    .actual();
            assertThat(Yaml.each(monitor.at("/spec/endpoints")).map(endpoint -> endpoint.path("port")))
                    .isNotEmpty()
                    .isSubsetOf(Yaml.each(service.at("/spec/ports"))
                            .map(port -> port.path("name"))
                            .toList());
        });
    }

    /** Each ConfigMap and account that has the release's name is there; others are the installer's. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void whatPodsUseIsThere(String values) {
        Rendering rendering = Chart.of(values);
        String own = rendering.deployment().at("/metadata/name").asString();
        List<String> maps = rendering
                .kind("ConfigMap")
                .map(map -> map.at("/metadata/name").asString())
                .toList();
        List<String> accounts = rendering
                .kind("ServiceAccount")
                .map(account -> account.at("/metadata/name").asString())
                .toList();

        rendering.pods().forEach(pod -> {
            assertThat(Yaml.deep(pod.spec())
                            .map(node -> node.at("/configMap/name").asString(""))
                            .filter(name -> name.startsWith(own + "-"))
                            .filter(name -> !name.equals(own + "-tenants")))
                    .as("ConfigMaps of %s", pod.owner())
                    .isSubsetOf(maps);
            assertThat(pod.spec().path("serviceAccountName").asString("default"))
                    .as("account of %s", pod.owner())
                    .matches(name -> accounts.isEmpty() || name.equals("default") || accounts.contains(name));
            pod.containers().forEach(container -> {
                List<String> mounts = Yaml.each(container.path("volumeMounts"))
                        .map(mount -> mount.path("name").asString())
                        .toList();
                assertThat(Yaml.each(pod.spec().path("volumes"))
                                .map(volume -> volume.path("name").asString()))
                        .as("volumes of %s", pod.owner())
                        .containsExactlyInAnyOrderElementsOf(mounts);
                assertThat(Yaml.each(container.path("volumeMounts"))
                                .map(mount -> mount.path("mountPath").asString()))
                        .doesNotHaveDuplicates();
                assertThat(Yaml.each(container.path("env"))
                                .map(variable -> variable.path("name").asString()))
                        .as("variables of %s", pod.owner())
                        .doesNotHaveDuplicates();
            });
        });
    }

    /** A stop takes the time until no proxy sends calls, then the streams', then what must still be written. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void aStopHasTheTimeItNeeds(String values) {
        JsonNode spec = Chart.of(values).deployment().at("/spec/template/spec");
        JsonNode gateway = spec.at("/containers/0");

        assertThat(spec.path("terminationGracePeriodSeconds").asInt())
                .isGreaterThan(gateway.at("/lifecycle/preStop/sleep/seconds").asInt(0)
                        + seconds(gateway, "MNEMO_DRAIN")
                        + seconds(gateway, "MNEMO_AFTER_DRAIN"));
    }

    private static int seconds(JsonNode container, String variable) {
        String text = Yaml.each(container.path("env"))
                .filter(each -> each.path("name").asString().equals(variable))
                .map(each -> each.path("value").asString())
                .findFirst()
                .orElseThrow(() -> new AssertionError(variable + " is not set"));
        assertThat(text).as(variable).matches("\\d+s");
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }

    /** No budget blocks every eviction, at the fewest replicas there may be; a scaled Deployment has no number of its own. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void replicasScalerAndDisruptionsAgree(String values) {
        Rendering rendering = Chart.of(values);
        JsonNode deployment = rendering.deployment();
        List<JsonNode> scalers = rendering.kind("HorizontalPodAutoscaler").toList();
        int fewest = deployment.at("/spec/replicas").asInt(1);

        for (JsonNode scaler : scalers) {
            assertThat(scaler.at("/spec/scaleTargetRef/name")).isEqualTo(deployment.at("/metadata/name"));
            assertThat(deployment.at("/spec/replicas").isMissingNode())
                    .as("each upgrade would scale back")
                    .isTrue();
            fewest = scaler.at("/spec/minReplicas").asInt(1);
            assertThat(fewest)
                    .isLessThanOrEqualTo(scaler.at("/spec/maxReplicas").asInt());
            assertThat(scaler.at("/spec/metrics").size()).isPositive();
        }
        for (JsonNode budget : rendering.kind("PodDisruptionBudget").toList()) {
            JsonNode spec = budget.path("spec");
            assertThat(spec.has("minAvailable")).isNotEqualTo(spec.has("maxUnavailable"));
            int evictable = spec.has("maxUnavailable")
                    ? share(spec.path("maxUnavailable"), fewest)
                    : fewest - share(spec.path("minAvailable"), fewest);
            assertThat(evictable).as("%s with %d replicas", budget, fewest).isPositive();
        }
        assertThat(deployment.at("/spec/strategy/rollingUpdate/maxUnavailable").asInt(-1))
                .as("replicas that a roll-out goes without")
                .isZero();
    }

    /** As Kubernetes rounds: up, for both. */
    private static int share(JsonNode value, int of) {
        String text = value.asString();
        return text.endsWith("%")
                ? (int) Math.ceil(Integer.parseInt(text.substring(0, text.length() - 1)) * of / 100.0)
                : Integer.parseInt(text);
    }

    /** `helm test` asks the Services of this release, and is never part of an install. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void theTestAsksThisRelease(String values) {
        Rendering rendering = Chart.of(values);
        List<String> addresses = rendering
                .kind("Service")
                .flatMap(service -> Yaml.each(service.at("/spec/ports"))
                        .map(port -> "http://" + service.at("/metadata/name").asString() + ":"
                                + port.path("port").asInt()))
                .toList();

        assertThat(rendering.kind("Pod")).isNotEmpty().allSatisfy(pod -> {
            assertThat(pod.at("/metadata/annotations").path("helm.sh/hook").asString())
                    .isEqualTo("test");
            assertThat(pod.at("/spec/restartPolicy").asString()).isEqualTo("Never");
            assertThat(Yaml.each(pod.at("/spec/containers/0/args"))
                            .map(JsonNode::asString)
                            .filter(argument -> argument.startsWith("http")))
                    .isNotEmpty()
                    .isSubsetOf(addresses);
        });
    }
}
