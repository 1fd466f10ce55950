package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The chart, linted and rendered: with its default values, and with every file of {@code ci}. */
class ChartTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Kubernetes KUBERNETES = new Kubernetes();

    static List<String> valueSets() {
        return Chart.valueSets();
    }

    @Test
    void lintFindsNothing() {
        LintResult lint = Chart.lint();

        assertThat(lint.isFailed()).as("%s", lint.getMessages()).isFalse();
        assertThat(lint.getMessages()).noneMatch(message -> message.contains("WARNING") || message.contains("ERROR"));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void rendersWhatWasReviewed(String values) throws IOException {
        Golden.check(GOLDEN.resolve(values + ".yaml"), Chart.of(values).text());
    }

    @Test
    void everyGoldenFileIsRendered() {
        assertThat(Chart.files(GOLDEN).stream()
                        .map(file -> file.getFileName().toString().replace(".yaml", "")))
                .containsExactlyInAnyOrderElementsOf(valueSets());
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void kubernetesTakesEveryObject(String values) {
        assertThat(Chart.of(values).objects())
                .isNotEmpty()
                .allSatisfy(object -> assertThat(KUBERNETES.problems(object))
                        .as(Rendering.name(object))
                        .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyObjectIsInTheNamespaceOfTheReleaseAndThereOnlyOnce(String values) {
        List<JsonNode> objects = Chart.of(values).objects();

        assertThat(objects)
                .allSatisfy(
                        object -> assertThat(object.at("/metadata/namespace").asString("(none)"))
                                .as(Rendering.name(object))
                                .isEqualTo(Chart.Release.STANDARD.namespace()));
        assertThat(objects.stream().map(Rendering::name)).doesNotHaveDuplicates();
    }

    /** Each switch of the default values that is off is on in some file of {@code ci}: nothing goes unrendered. */
    @Test
    void theValueSetsTurnEverythingOn() {
        Stream<String> kinds = Chart.all()
                .flatMap(rendering -> rendering.objects().stream())
                .map(object -> object.path("kind").asString());

        assertThat(kinds)
                .contains(
                        "ConfigMap",
                        "Deployment",
                        "HTTPRoute",
                        "HorizontalPodAutoscaler",
                        "Ingress",
                        "NetworkPolicy",
                        "Pod",
                        "PodDisruptionBudget",
                        "PrometheusRule",
                        "Service",
                        "ServiceAccount",
                        "ServiceMonitor");
    }
}
