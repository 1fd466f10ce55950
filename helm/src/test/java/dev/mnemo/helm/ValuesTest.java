package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Each value has a default, a schema and a line in the chart's README, which {@code -Ddocs.update=true} writes. */
class ValuesTest {

    private static final Path README = Chart.DIRECTORY.resolve("README.md");
    private static final String BEGIN = "<!-- values -->\n";
    private static final String END = "<!-- end -->";
    private static final JsonNode SCHEMA = Yaml.read(Chart.DIRECTORY.resolve("values.schema.json"));
    private static final JsonNode DEFAULTS = Yaml.read(Chart.DIRECTORY.resolve("values.yaml"));

    /** Helm's own: it is handed to every chart, and may be absent. */
    private static final Set<String> HELMS = Set.of("global");

    /** A value of the chart: a section has values in it; what a leaf holds is written as Kubernetes writes it, or is one. */
    private record Value(String name, JsonNode schema, JsonNode initial, boolean section) {}

    private static List<Value> values() {
        List<Value> values = new ArrayList<>();
        collect("", SCHEMA, DEFAULTS, values);
        return values;
    }

    private static void collect(String prefix, JsonNode schema, JsonNode initial, List<Value> values) {
        schema.path("properties").forEachEntry((name, member) -> {
            boolean section = Yaml.each(member.path("properties")).anyMatch(each -> each.has("description"));
            values.add(new Value(prefix + name, member, initial.path(name), section));
            if (section) {
                collect(prefix + name + ".", member, initial.path(name), values);
            }
        });
    }

    @Test
    void theTableInTheReadmeIsTheSchemaAndTheDefaults() throws IOException {
        StringBuilder table = new StringBuilder("\n| value | default | |\n|---|---|---|\n");
        for (Value value : values()) {
            table.append(
                            value.section
                                    ? "| **`" + value.name + "`** | |"
                                    : "| `" + value.name + "` | " + initial(value))
                    .append(value.section ? " " : " | ")
                    .append(value.schema.path("description").asString().replace("|", "\\|"))
                    .append(" |\n");
        }
        String readme = Files.readString(README);
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END, begin);
        assertThat(readme).contains(BEGIN);
        assertThat(end).as("%s behind %s", END, BEGIN).isPositive();

        Golden.check(README, readme.substring(0, begin) + table + "\n" + readme.substring(end));
    }

    private static String initial(Value value) {
        return value.initial.isMissingNode()
                ? ""
                : "`" + value.initial.toString().replace("|", "\\|") + "`";
    }

    @Test
    void everyValueIsDescribed() {
        assertThat(values())
                .hasSizeGreaterThan(50)
                .allSatisfy(value -> assertThat(value.schema.path("description").asString(""))
                        .as(value.name)
                        .isNotBlank());
    }

    @Test
    void everySectionTakesNoOtherMembers() {
        assertThat(SCHEMA.path("additionalProperties").asBoolean(true)).isFalse();
        assertThat(values().stream().filter(Value::section))
                .hasSizeGreaterThan(10)
                .allSatisfy(value -> assertThat(
                                value.schema.path("additionalProperties").asBoolean(true))
                        .as(value.name)
                        .isFalse());
    }

    /** And each says what it may be, at the least its type. */
    @Test
    void everyValueIsHeldToSomething() {
        assertThat(values())
                .allSatisfy(value -> assertThat(value.schema.has("type") || value.schema.has("enum"))
                        .as(value.name)
                        .isTrue());
    }

    @Test
    void defaultsAndSchemaHaveTheSameMembers() {
        Set<String> initial = new TreeSet<>(HELMS);
        Set<String> known = new TreeSet<>();
        DEFAULTS.propertyNames().forEach(initial::add);
        values().stream().filter(value -> !value.name.contains(".")).forEach(value -> known.add(value.name));
        assertThat(initial).isEqualTo(known);

        values().stream()
                .filter(Value::section)
                .forEach(section -> assertThat(section.initial.propertyNames())
                        .as(section.name)
                        .containsExactlyInAnyOrderElementsOf(
                                section.schema.path("properties").propertyNames()));
    }

    /** Helm takes a default away where a file says null. What a template needs must then be missed by the schema. */
    @Test
    void everyValueWithADefaultIsRequiredUnlessItMayBeNull() {
        requiresItsDefaults("values", SCHEMA, DEFAULTS);
        values().stream()
                .filter(Value::section)
                .forEach(section -> requiresItsDefaults(section.name, section.schema, section.initial));
    }

    private static void requiresItsDefaults(String name, JsonNode schema, JsonNode initial) {
        assertThat(Yaml.each(schema.path("required")).map(JsonNode::asString))
                .as(name)
                .containsExactlyInAnyOrderElementsOf(initial.propertyStream()
                        .filter(member -> !member.getValue().isNull())
                        .map(Map.Entry::getKey)
                        .filter(member -> Yaml.each(schema.at("/properties/" + member + "/type"))
                                .noneMatch(type -> type.asString().equals("null")))
                        .toList());
    }
}
