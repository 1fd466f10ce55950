package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mnemo.helm.Chart.Refused;
import dev.mnemo.helm.Chart.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The settings that the chart hands to the process. */
class SettingsTest {

    private static final Path PROPERTIES =
            Path.of("../filters/src/main/java/dev/mnemo/autoconfigure/MnemoProperties.java");

    /** Those of {@code full-values.yaml} that are not the chart's but the installer's. */
    private static final Set<String> EXTRA = Set.of("JAVA_TOOL_OPTIONS", "NODE");

    /** Of all renderings. */
    static Set<String> variables() {
        Set<String> names = Chart.all()
                .flatMap(rendering -> Yaml.each(rendering.deployment().at("/spec/template/spec/containers/0/env")))
                .map(variable -> variable.path("name").asString())
                .collect(Collectors.toCollection(TreeSet::new));
        names.removeAll(EXTRA);
        return names;
    }

    /** Spring would not say a word about one that it does not know. */
    @Test
    void everySettingIsOneOfTheProcess() throws IOException {
        Set<String> known = Pattern.compile("\\w+")
                .matcher(Files.readString(PROPERTIES))
                .results()
                .map(MatchResult::group)
                .map(word -> word.toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet());

        assertThat(variables().stream().filter(name -> name.startsWith("MNEMO_")))
                .hasSizeGreaterThan(8)
                .filteredOn(name -> !known.containsAll(List.of(name.split("_"))))
                .as("MnemoProperties has no such setting")
                .isEmpty();
    }

    /** Of two variables of one name Kubernetes takes the last, and warns at the best. */
    @ParameterizedTest
    @MethodSource("variables")
    void whatTheChartSetsCannotBeSetBesides(String variable) {
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> Chart.render(
                        Release.STANDARD, Map.of("extraEnv", List.of(Map.of("name", variable, "value", "1")))))
                .withMessageContaining(variable);
    }

    /** A null takes a default away; without it the templates would write nothing where something must stand. */
    @Test
    void aDefaultCannotBeTakenAway() {
        JsonNode schema = Yaml.read(Chart.DIRECTORY.resolve("values.schema.json"));
        JsonNode defaults = Yaml.read(Chart.DIRECTORY.resolve("values.yaml"));

        assertThat(schema.path("properties").propertyNames().stream().filter(defaults::has))
                .hasSizeGreaterThan(30)
                .allSatisfy(name -> {
                    Map<String, Object> none = new java.util.HashMap<>();
                    none.put(name, null);
                    assertThatExceptionOfType(Refused.class)
                            .as(name)
                            .isThrownBy(() -> Chart.render(Release.STANDARD, none))
                            .withMessageContaining("missing property '%s'".formatted(name));
                });
    }
}
