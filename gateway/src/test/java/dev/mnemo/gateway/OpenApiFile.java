package dev.mnemo.gateway;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code docs/openapi.yaml}: what it says of each operation, and whether an answer is as it says. Thread-safe. */
final class OpenApiFile {

    private static final String NAME = "https://mnemo.example/openapi.yaml";

    private static final String SPECIFICATION = "https://spec.openapis.org/oas/3.1/schema-base/2022-10-07";

    /** Members of an object by a name of the object's own choice: what is in them is no schema. */
    private static final Set<String> DATA = Set.of("example", "examples");

    /** Of HTTP itself; they say nothing of an operation. */
    private static final Set<String> UNTOLD =
            Set.of("content-type", "content-length", "transfer-encoding", "connection", "date");

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final ObjectNode document;
    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private final SchemaRegistry schemas;
    private final Map<String, Schema> read = new HashMap<>();

    private OpenApiFile(ObjectNode document) {
        this.document = document;
        ObjectNode closed = document.deepCopy();
        close(closed);
        this.schemas = SchemaRegistry.withDefaultDialect(
                Dialects.getOpenApi31(),
                registry -> registry.schemas(Map.of(NAME, closed.toString()))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
        document.path("paths")
                .forEachEntry((path, item) -> item.forEachEntry((method, operation) -> {
                    if (!method.equals("parameters")) {
                        Operation told = new Operation(method.toUpperCase(Locale.ROOT), path);
                        operations.put(told.id(), told);
                    }
                }));
    }

    static OpenApiFile read() {
        try {
            return new OpenApiFile((ObjectNode) YAML.readTree(Files.readString(Path.of("../docs/openapi.yaml"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A member that no schema names is a member that the docs do not tell of: it is refused, though clients must bear it. */
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object) {
            if (object.path("properties").isObject() && !object.has("additionalProperties")) {
                object.put("additionalProperties", false);
            }
            object.forEachEntry((name, value) -> {
                if (!DATA.contains(name)) {
                    close(value);
                }
            });
        }
    }

    List<Operation> operations() {
        return List.copyOf(operations.values());
    }

    Operation operation(String id) {
        Operation operation = operations.get(id);
        if (operation == null) {
            throw new IllegalArgumentException(id + ": no operation of the file");
        }
        return operation;
    }

    /** Methods by path. */
    Map<String, Set<String>> methods() {
        Map<String, Set<String>> methods = new TreeMap<>();
        operations
                .values()
                .forEach(operation -> methods.computeIfAbsent(operation.path(), path -> new TreeSet<>())
                        .add(operation.method()));
        return methods;
    }

    /** Headers that a key may stand in, in lower case. */
    Set<String> credentials() {
        Set<String> headers = new TreeSet<>();
        document.at("/components/securitySchemes")
                .forEach(scheme -> headers.add(
                        scheme.path("name").asString("authorization").toLowerCase(Locale.ROOT)));
        return headers;
    }

    /** In what an answer that belongs to no operation is no problem as the others are. */
    List<String> problem(HttpResponse<String> answer) {
        List<String> problems = new ArrayList<>(problems("/components/schemas/Problem", "body", json(answer.body())));
        if (!answer.headers().firstValue("Content-Type").equals(Optional.of("application/problem+json"))) {
            problems.add("Content-Type: " + answer.headers().firstValue("Content-Type"));
        }
        return problems;
    }

    /** What is wrong with the file: where it is no OpenAPI, leads nowhere, lacks an example, or has one that lies. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        SchemaRegistry specification = SchemaRegistry.withDefaultDialect(
                Dialects.getDraft202012(),
                registry -> registry.schemaIdResolvers(
                        ids -> ids.mapPrefix("https://spec.openapis.org", "classpath:spec.openapis.org")));
        specification
                .getSchema(SchemaLocation.of(SPECIFICATION))
                .validate(document)
                .forEach(error -> problems.add("OpenAPI: " + error));
        if (problems.isEmpty()) {
            check("", document, problems);
        }
        return problems;
    }

    private void check(String pointer, JsonNode node, List<String> problems) {
        if (node.path("$ref").isString()
                && document.at(node.path("$ref").asString().substring(1)).isMissingNode()) {
            problems.add(pointer + ": leads to " + node.path("$ref").asString() + ", which is not there");
        }
        if (node.path("schema").isObject()) {
            boolean said = pointer.contains("/content/");
            List<JsonNode> examples = examples(node);
            if (said && examples.isEmpty()) {
                problems.add(pointer + ": has no example");
            }
            examples.forEach(example -> problems.addAll(problems(pointer + "/schema", pointer + ": example", example)));
            for (JsonNode example : node.has("x-line") ? examples : List.<JsonNode>of()) {
                example.asString()
                        .lines()
                        .forEach(line -> problems.addAll(
                                problems(pointer + "/x-line", pointer + ": example", YAML.readTree(line))));
            }
        }
        if (node.isObject()) {
            node.forEachEntry((name, value) -> {
                if (!DATA.contains(name)) {
                    check(pointer + "/" + escaped(name), value, problems);
                }
            });
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                check(pointer + "/" + i, node.get(i), problems);
            }
        }
    }

    private static List<JsonNode> examples(JsonNode of) {
        List<JsonNode> examples = new ArrayList<>();
        if (of.has("example")) {
            examples.add(of.path("example"));
        }
        of.path("examples").forEach(example -> examples.add(example.path("value")));
        return examples;
    }

    private List<String> problems(String schema, String what, JsonNode value) {
        Schema read;
        synchronized (this.read) {
            read = this.read.computeIfAbsent(schema, at -> schemas.getSchema(SchemaLocation.of(NAME + "#" + at)));
        }
        return read.validate(value).stream()
                .map(error -> what + ": " + error + " " + Arrays.toString(error.getArguments()))
                .toList();
    }

    /** The members that answers may have, each where its schema stands. */
    Set<String> members() {
        Set<String> members = new TreeSet<>();
        for (Operation operation : operations.values()) {
            for (Integer status : operation.statuses()) {
                String content = resolved(operation.pointer + "/responses/" + status) + "/content";
                document.at(content)
                        .propertyNames()
                        .forEach(type -> members(content + "/" + escaped(type) + "/schema", members));
            }
        }
        return members;
    }

    private void members(String schema, Set<String> members) {
        String at = resolved(schema);
        document.at(at + "/properties").propertyNames().forEach(name -> {
            String member = at + "/properties/" + name;
            if (members.add(member)) {
                members(member, members);
            }
        });
        if (document.at(at).has("items")) {
            members(at + "/items", members);
        }
    }

    /** Those of {@link #members} that a value has. */
    private void seen(String schema, JsonNode value, Set<String> seen) {
        String at = resolved(schema);
        for (String name : document.at(at + "/properties").propertyNames()) {
            if (value.has(name)) {
                seen.add(at + "/properties/" + name);
                seen(at + "/properties/" + name, value.path(name), seen);
            }
        }
        if (value.isArray()) {
            value.forEach(each -> seen(at + "/items", each, seen));
        }
    }

    /** Where something stands, behind a reference or not. */
    private String resolved(String pointer) {
        JsonNode reference = document.at(pointer).path("$ref");
        return reference.isString() ? resolved(reference.asString().substring(1)) : pointer;
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** What the file says of one method of one path. */
    final class Operation {

        private final String method;
        private final String path;
        private final String pointer;
        private final JsonNode told;

        private Operation(String method, String path) {
            this.method = method;
            this.path = path;
            this.pointer = "/paths/" + escaped(path) + "/" + method.toLowerCase(Locale.ROOT);
            this.told = document.at(pointer);
        }

        String id() {
            return told.path("operationId").asString();
        }

        String method() {
            return method;
        }

        String path() {
            return path;
        }

        boolean changes() {
            return !method.equals("GET");
        }

        Set<Integer> statuses() {
            Set<Integer> statuses = new TreeSet<>();
            told.path("responses").propertyNames().forEach(status -> statuses.add(Integer.valueOf(status)));
            return statuses;
        }

        /** The type of its body; null when it has none. */
        String contentType() {
            return told.at("/requestBody/content").propertyNames().stream()
                    .findFirst()
                    .orElse(null);
        }

        /** The first body that it gives as an example; null when it has none. */
        String body() {
            return contentType() == null
                    ? null
                    : text(examples(told.at("/requestBody/content/" + escaped(contentType())))
                            .getFirst());
        }

        /** What is wrong with a body that is to be taken. */
        List<String> problems(String body) {
            String content = pointer + "/requestBody/content/" + escaped(contentType());
            boolean lines = document.at(content).has("x-line");
            return (lines ? body.lines() : Stream.of(body))
                    .flatMap(each ->
                            OpenApiFile.this
                                    .problems(content + (lines ? "/x-line" : "/schema"), "request", json(each))
                                    .stream())
                    .toList();
        }

        private static String text(JsonNode value) {
            return value.isString() ? value.asString() : value.toString();
        }

        /** Where each parameter stands, by its name. */
        private Map<String, String> parameters() {
            Map<String, String> parameters = new LinkedHashMap<>();
            for (String at : List.of("/paths/" + escaped(path) + "/parameters", pointer + "/parameters")) {
                for (int i = 0; i < document.at(at).size(); i++) {
                    String parameter = resolved(at + "/" + i);
                    parameters.put(document.at(parameter).path("name").asString(), parameter);
                }
            }
            return parameters;
        }

        /** The parameters of its query. */
        List<String> query() {
            return parameters().entrySet().stream()
                    .filter(parameter -> document.at(parameter.getValue())
                            .path("in")
                            .asString()
                            .equals("query"))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        /**
         * What is wrong with values that are to be taken.
         *
         * @param values by parameter, as {@link #request} takes them
         */
        List<String> problems(Map<String, String> values) {
            List<String> problems = new ArrayList<>();
            values.forEach((name, value) -> {
                String parameter = parameters().get(name);
                if (parameter == null) {
                    problems.add(name + ": no parameter of the file");
                    return;
                }
                boolean number = document.at(resolved(parameter + "/schema"))
                        .path("type")
                        .asString("")
                        .equals("integer");
                problems.addAll(OpenApiFile.this.problems(
                        parameter + "/schema",
                        name,
                        number
                                ? json(value)
                                : JsonMapper.shared().getNodeFactory().stringNode(value)));
            });
            return problems;
        }

        /**
         * A request of it. A path's parameter that is not given is the file's example.
         *
         * @param values by parameter; what is none is added to the query
         * @param body null for none
         */
        HttpRequest.Builder request(Mnemo mnemo, Map<String, String> values, String contentType, String body) {
            String filled = path;
            List<String> query = new ArrayList<>();
            Map<String, String> headers = new LinkedHashMap<>();
            Map<String, String> parameters = parameters();
            for (Map.Entry<String, String> parameter : parameters.entrySet()) {
                JsonNode told = document.at(parameter.getValue());
                String value = values.get(parameter.getKey());
                switch (told.path("in").asString()) {
                    case "path" ->
                        filled = filled.replace(
                                "{" + parameter.getKey() + "}",
                                encoded(value == null ? told.path("example").asString() : value));
                    case "header" -> {
                        if (value != null) {
                            headers.put(parameter.getKey(), value);
                        }
                    }
                    default -> {
                        if (value != null) {
                            query.add(parameter.getKey() + "=" + encoded(value));
                        }
                    }
                }
            }
            values.forEach((name, value) -> {
                if (!parameters.containsKey(name)) {
                    query.add(name + "=" + encoded(value));
                }
            });
            HttpRequest.Builder request = mnemo.to(filled + (query.isEmpty() ? "" : "?" + String.join("&", query)))
                    .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
            headers.forEach(request::header);
            return contentType == null ? request : request.header("Content-Type", contentType);
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        }

        /** In what an answer differs from what the file says of its status. */
        List<String> problems(HttpResponse<String> answer) {
            if (!statuses().contains(answer.statusCode())) {
                return List.of("status " + answer.statusCode() + ": not in the file: " + answer.body());
            }
            String response = resolved(pointer + "/responses/" + answer.statusCode());
            List<String> problems = new ArrayList<>();
            headers(response, answer, problems);
            String type = answer.headers().firstValue("Content-Type").orElse(null);
            JsonNode content = document.at(response).path("content");
            if (content.isMissingNode()) {
                if (type != null || !answer.body().isEmpty()) {
                    problems.add("body: the file has none: " + answer.body());
                }
            } else if (type == null || !content.has(type)) {
                problems.add("Content-Type: " + type + ", the file has " + content.propertyNames());
            } else {
                problems.addAll(OpenApiFile.this.problems(
                        response + "/content/" + escaped(type) + "/schema", "body", json(answer.body())));
            }
            return problems;
        }

        /** Those of {@link #members} that an answer has. */
        Set<String> seen(HttpResponse<String> answer) {
            Set<String> seen = new TreeSet<>();
            answer.headers()
                    .firstValue("Content-Type")
                    .ifPresent(type -> OpenApiFile.this.seen(
                            resolved(pointer + "/responses/" + answer.statusCode()) + "/content/" + escaped(type)
                                    + "/schema",
                            json(answer.body()),
                            seen));
            return seen;
        }

        private void headers(String response, HttpResponse<String> answer, List<String> problems) {
            Set<String> more = new TreeSet<>(answer.headers().map().keySet());
            more.removeAll(UNTOLD);
            for (String name : document.at(response + "/headers").propertyNames()) {
                String at = resolved(response + "/headers/" + escaped(name));
                String value = answer.headers().firstValue(name).orElse(null);
                more.remove(name.toLowerCase(Locale.ROOT));
                if (value != null) {
                    problems.addAll(OpenApiFile.this.problems(
                            at + "/schema",
                            name,
                            JsonMapper.shared().getNodeFactory().stringNode(value)));
                } else if (document.at(at).path("required").asBoolean(false)) {
                    problems.add(name + ": missing");
                }
            }
            more.forEach(name -> problems.add(name + ": a header that the file does not have"));
        }

        @Override
        public String toString() {
            return id();
        }
    }

    private static JsonNode json(String text) {
        try {
            return JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            throw new AssertionError(text, e);
        }
    }
}
