package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** That the schemas refuse what a Kubernetes API refuses: each fault is put into an object that passes without it. */
class KubernetesTest {

    private static final Kubernetes KUBERNETES = new Kubernetes();
    private static final List<String> OBJECTS = List.of("""
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: gateway
              labels: {app: gateway}
            spec:
              replicas: 2
              selector:
                matchLabels: {app: gateway}
              strategy:
                rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}
              template:
                metadata:
                  labels: {app: gateway}
                spec:
                  containers:
                    - name: gateway
                      image: gateway:1
                      env:
                        - {name: A, value: "1"}
                      ports:
                        - containerPort: 8080
                      lifecycle:
                        preStop:
                          sleep: {seconds: 5}
                      resources:
                        requests: {cpu: 1, memory: 1Gi}
            """, """
            apiVersion: monitoring.coreos.com/v1
            kind: ServiceMonitor
            metadata:
              name: gateway
            spec:
              selector:
                matchLabels: {app: gateway}
              endpoints:
                - port: management
                  interval: 30s
            """, """
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: gateway
            spec:
              groups:
                - name: gateway
                  rules:
                    - alert: Down
                      expr: up == 0
                      for: 5m
                      labels: {severity: warning}
            """, """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata:
              name: gateway
            spec:
              parentRefs:
                - name: public
              hostnames: [llm.example.com]
              rules:
                - timeouts: {request: 0s}
                  backendRefs:
                    - {name: gateway, port: 8080}
            """, """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata:
              name: gateway
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: gateway}
              maxReplicas: 3
            """, """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: gateway
            data: {a: text}
            """);

    private static ObjectNode object(String kind) {
        return (ObjectNode) OBJECTS.stream()
                .map(Yaml::read)
                .filter(object -> object.path("kind").asString().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void takesWhatIsRight() {
        assertThat(OBJECTS)
                .allSatisfy(object ->
                        assertThat(KUBERNETES.problems(Yaml.read(object))).isEmpty());
    }

    @ParameterizedTest(name = "{0}{1} {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # kind                  | where                                         | member            | value        | said
            Deployment              |                                               | spce              | {}           | spce
            Deployment              | /spec                                         | replica           | 2            | replica
            Deployment              | /metadata                                     | lables            | {}           | lables
            Deployment              | /spec/template/spec                           | container         | []           | container
            Deployment              | /spec/template/spec/containers/0              | securitycontext   | {}           | securitycontext
            Deployment              | /spec/template/spec/containers/0/lifecycle/preStop/sleep | second | 5            | second
            Deployment              | /spec                                         | replicas          | '"2"'        | integer
            Deployment              | /spec                                         | replicas          | 2.5          | integer
            Deployment              | /metadata/labels                              | app               | 1            | string
            Deployment              | /metadata/labels                              | app               | true         | string
            Deployment              | /spec/template/spec/containers/0/env/0        | value             | 1            | string
            Deployment              | /spec/template/spec/containers                | 0                 | text         | object
            Deployment              | /spec/template/spec/containers/0/ports/0      | containerPort     | http         | integer
            Deployment              | /spec/template/spec/containers/0/resources/requests | cpu         | [1]          | one
            Deployment              | /spec/template/spec                           | containers        | {}           | array
            Deployment              | /spec/template/spec/containers                | 0                 | '{image: a}' | name
            Deployment              | /spec/strategy/rollingUpdate                  | maxSurge          | {}           | one
            Deployment              |                                               | apiVersion        | apps/v2      | no schema
            ConfigMap               | /data                                         | a                 | 1            | string
            ConfigMap               |                                               | status            | {}           | status
            ServiceMonitor          | /spec                                         | endpoint          | []           | endpoint
            ServiceMonitor          | /spec/endpoints/0                             | path              | 1            | string
            ServiceMonitor          | /spec/endpoints/0                             | interval          | often        | pattern
            PrometheusRule          | /spec/groups/0/rules/0                        | severity          | page         | severity
            PrometheusRule          | /spec/groups/0/rules/0/labels                 | severity          | 1            | string
            PrometheusRule          | /spec/groups/0/rules/0                        | for               | 5 minutes    | pattern
            HTTPRoute               | /spec/rules/0/timeouts                        | requests          | 0s           | requests
            HTTPRoute               | /spec/rules/0/timeouts                        | request           | 0            | string
            HTTPRoute               | /spec/rules/0/backendRefs/0                   | port              | 80800        | 65535
            HorizontalPodAutoscaler | /spec                                         | minReplica        | 1            | minReplica
            HorizontalPodAutoscaler | /spec                                         | maxReplicas       | many         | integer
            """)
    void refusesWhatIsWrong(String kind, String where, String member, String value, String said) {
        ObjectNode object = object(kind);
        JsonNode parent = where == null ? object : object.at(where);
        if (parent.isArray()) {
            ((ArrayNode) parent).set(Integer.parseInt(member), Yaml.read(value));
        } else {
            ((ObjectNode) parent).set(member, Yaml.read(value));
        }

        assertThat(KUBERNETES.problems(object))
                .isNotEmpty()
                .anySatisfy(problem -> assertThat(problem).contains(said));
    }

    @Test
    void refusesAnObjectWithoutItsPartsOrItsName() {
        ObjectNode scaler = object("HorizontalPodAutoscaler");
        ((ObjectNode) scaler.path("spec")).remove("maxReplicas");
        ObjectNode map = object("ConfigMap");
        ((ObjectNode) map.path("metadata")).remove("name");

        assertThat(KUBERNETES.problems(scaler)).singleElement().asString().contains("maxReplicas");
        assertThat(KUBERNETES.problems(map)).singleElement().asString().contains("name");
    }
}
