package dev.mnemo.helm;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The objects that a chart makes of values. Immutable. */
record Rendering(String text, List<JsonNode> objects) {

    Rendering(String text) {
        this(text, Yaml.readAll(text));
    }

    Stream<JsonNode> kind(String kind) {
        return objects.stream().filter(object -> kind.equals(object.path("kind").asString()));
    }

    /** The Deployment of the gateway itself. */
    JsonNode deployment() {
        return kind("Deployment")
                .filter(object -> object.at("/spec/template/spec/containers/0/name")
                        .asString("")
                        .equals("gateway"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no Deployment with a container named gateway"));
    }

    /** The specs of all pods, those of tests too. */
    Stream<Pod> pods() {
        return objects.stream().flatMap(object -> switch (object.path("kind").asString()) {
            case "Pod" -> Stream.of(new Pod(name(object), object.path("metadata"), object.path("spec")));
            case "Deployment", "StatefulSet", "Job" -> Stream.of(pod(object, object.path("spec")));
            case "CronJob" -> Stream.of(pod(object, object.at("/spec/jobTemplate/spec")));
            default -> Stream.empty();
        });
    }

    private static Pod pod(JsonNode object, JsonNode spec) {
        return new Pod(name(object), spec.at("/template/metadata"), spec.at("/template/spec"));
    }

    /** Such as {@code Deployment mnemo-gateway}. */
    static String name(JsonNode object) {
        return object.path("kind").asString() + " "
                + object.at("/metadata/name").asString("without a name");
    }

    /** Whether a selector's {@code matchLabels} picks these labels; one without labels picks all. */
    static boolean picks(JsonNode matchLabels, JsonNode labels) {
        return matchLabels.propertyStream().allMatch(label -> label.getValue().equals(labels.path(label.getKey())));
    }

    /** A pod, whoever makes it. */
    record Pod(String owner, JsonNode metadata, JsonNode spec) {

        Stream<JsonNode> containers() {
            return Stream.concat(Yaml.each(spec.path("initContainers")), Yaml.each(spec.path("containers")));
        }

        JsonNode volume(String name) {
            return Yaml.each(spec.path("volumes"))
                    .filter(volume -> volume.path("name").asString().equals(name))
                    .findFirst()
                    .orElse(MissingNode.getInstance());
        }
    }
}
