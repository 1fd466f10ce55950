package dev.mnemo.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** The chart, rendered by Helm within this process. Thread-safe. */
final class Chart {

    static final Path DIRECTORY = Path.of("mnemo-gateway").toAbsolutePath();

    /** The API that the schemas are of. */
    static final String KUBERNETES = "1.37.0";

    // What is rendered here leaves hooks out, so the templates that are rendered call them by another name.
    private static final String HOOK = "helm.sh/hook";
    private static final String SHOWN = "shown.invalid/hook";

    private static final Path SHOWING_HOOKS = copied();
    private static final Map<String, Rendering> RENDERED = new ConcurrentHashMap<>();

    private Chart() {}

    /** The values files of {@code ci}, and the default values, which have no file. */
    static List<String> valueSets() {
        return Stream.concat(
                        Stream.of("default"),
                        files(DIRECTORY.resolve("ci")).stream()
                                .map(file -> file.getFileName().toString())
                                .map(name -> name.replace("-values.yaml", "")))
                .toList();
    }

    /** One of {@link #valueSets}, rendered once. */
    static Rendering of(String valueSet) {
        return RENDERED.computeIfAbsent(
                valueSet,
                name -> name.equals("default")
                        ? render(Release.STANDARD, Map.of())
                        : render(Release.STANDARD, Map.of(), DIRECTORY.resolve("ci/" + name + "-values.yaml")));
    }

    static Stream<Rendering> all() {
        return valueSets().stream().map(Chart::of);
    }

    /** Where and under which name it is installed. */
    record Release(String name, String namespace) {
        static final Release STANDARD = new Release("mnemo", "llm");
    }

    /**
     * @param values that go over those of the files, by member of the top
     * @throws Refused when the schema or a template refuses the values
     */
    static Rendering render(Release release, Map<String, ?> values, Path... files) {
        TemplateCommand command = helm(SHOWING_HOOKS)
                .template()
                .withName(release.name)
                .withNamespace(release.namespace)
                .withKubeVersion(KUBERNETES);
        for (Path file : files) {
            command.withValuesFile(file);
        }
        if (!values.isEmpty()) {
            command.withValuesFile(written(values));
        }
        String text;
        try {
            text = command.call().replace(SHOWN, HOOK);
        } catch (IllegalStateException e) {
            throw new Refused(String.valueOf(e.getMessage()), e);
        }
        return new Rendering(text);
    }

    /** What {@code helm lint --strict} says of the default values. */
    static LintResult lint() {
        return helm(DIRECTORY).lint().strict().call();
    }

    static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path copied() {
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            Path to = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "chart");
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(DIRECTORY.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.writeString(copy, Files.readString(file).replace(HOOK, SHOWN));
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path written(Map<String, ?> values) {
        try {
            Path file = Files.createTempFile(Files.createDirectories(Path.of("target/values")), "values", ".yaml");
            return Files.write(file, JsonMapper.shared().writeValueAsBytes(values));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Helm helm(Path chart) {
        try {
            Helm.version(); // loads it
            return new Helm(chart);
        } catch (LinkageError | IllegalStateException e) {
            throw new IllegalStateException(
                    "Helm cannot be loaded on %s/%s. The chart's tests run on Linux and macOS (amd64, arm64) and on Windows (amd64); leave them out with -pl '!helm'."
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
                    e);
        }
    }

    /** Values that the chart does not take. */
    static final class Refused extends RuntimeException {
        Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
