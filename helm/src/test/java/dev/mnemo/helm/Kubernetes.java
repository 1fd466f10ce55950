package dev.mnemo.helm;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a Kubernetes API takes: its own schemas, with members that they do not name refused. {@code read-schemas} in
 * {@code src/test/kubernetes} reads them from a cluster. Thread-safe.
 */
final class Kubernetes {

    private static final String METADATA = "#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private static final List<String> WITH_SCHEMAS = List.of("properties", "$defs");
    private static final List<String> SCHEMAS = List.of("items", "additionalProperties");

    private final Map<String, Schema> schemas = new HashMap<>();

    Kubernetes() {
        ObjectNode document = (ObjectNode) Yaml.read(Path.of("src/test/resources/kubernetes.json"));
        ObjectNode definitions = (ObjectNode) document.path("$defs");
        Map<String, String> names = new HashMap<>();
        definitions.forEachEntry((name, schema) -> Yaml.each(schema.path("x-kubernetes-group-version-kind"))
                .limit(1)
                .forEach(kind ->
                        names.put(key(kind.path("group").asString(), kind.path("version"), kind.path("kind")), name)));
        for (String crd : List.of(
                "httproutes.gateway.networking.k8s.io",
                "prometheusrules.monitoring.coreos.com",
                "servicemonitors.monitoring.coreos.com")) {
            JsonNode spec = Yaml.read(Path.of("src/test/kubernetes/crds", crd + ".json"))
                    .path("spec");
            for (JsonNode version : spec.path("versions")) {
                ObjectNode schema = (ObjectNode) version.at("/schema/openAPIV3Schema");
                ObjectNode properties = (ObjectNode) schema.path("properties");
                properties.putObject("metadata").put("$ref", METADATA);
                properties.remove("status");
                names.put(key(spec.path("group").asString(), version.path("name"), spec.at("/names/kind")), crd);
                definitions.set(crd, schema);
            }
        }
        close(document);
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        names.forEach((key, name) ->
                schemas.put(key, registry.getSchema(document.deepCopy().put("$ref", "#/$defs/" + name))));
    }

    /** What is wrong with an object; nothing when the API would take it as far as its schema says. */
    List<String> problems(JsonNode object) {
        String name =
                object.path("apiVersion").asString() + " " + object.path("kind").asString();
        Schema schema = schemas.get(name);
        if (schema == null) {
            return List.of("no schema of " + name + ": add its kind to src/test/kubernetes/read-schemas");
        }
        return Stream.concat(
                        schema.validate(object).stream().map(Object::toString),
                        object.at("/metadata/name").isString()
                                ? Stream.empty()
                                : Stream.of("/metadata/name: it has none"))
                .toList();
    }

    private static String key(String group, JsonNode version, JsonNode kind) {
        return (group.isEmpty() ? "" : group + "/") + version.asString() + " " + kind.asString();
    }

    /** Refuses members that are not named, in each schema but in those that only add a condition to another (anyOf, allOf). */
    private static void close(ObjectNode schema) {
        if (schema.has("properties")
                && !schema.has("additionalProperties")
                && !schema.has("x-kubernetes-preserve-unknown-fields")) {
            schema.put("additionalProperties", false);
        }
        WITH_SCHEMAS.stream().map(schema::path).flatMap(Yaml::each).forEach(each -> close((ObjectNode) each));
        SCHEMAS.stream().map(schema::path).filter(JsonNode::isObject).forEach(each -> close((ObjectNode) each));
    }
}
