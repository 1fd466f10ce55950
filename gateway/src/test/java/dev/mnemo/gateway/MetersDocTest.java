package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.metrics.Meters;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of meters in {@code docs/operating.md} are those of {@link Meters}; {@code -Ddocs.update=true} writes them. */
class MetersDocTest {

    private static final Path DOC = Path.of("../docs/operating.md");
    private static final PrometheusNamingConvention NAMES = new PrometheusNamingConvention();

    @Test
    void theTablesInTheDocsAreTheMetersOfTheCode() throws IOException {
        String now = written(written(Files.readString(DOC), "mnemo"), "gen_ai");
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(DOC, now);
        }
        assertThat(Files.readString(DOC))
                .as("%s (write it with -Ddocs.update=true)", DOC)
                .isEqualTo(now);
    }

    private static String written(String doc, String family) {
        String begin = "<!-- meters " + family + ": written by MetersDocTest -->\n";
        int at = doc.indexOf(begin) + begin.length();
        assertThat(doc).contains(begin);
        return doc.substring(0, at) + table(family) + doc.substring(doc.indexOf("<!-- end -->", at));
    }

    private static String table(String family) {
        return Arrays.stream(Meters.values())
                .filter(meter -> meter.id().startsWith(family + "."))
                .map(MetersDocTest::row)
                .collect(Collectors.joining("", "| meter | kind | tags | |\n|---|---|---|---|\n", ""));
    }

    private static String row(Meters meter) {
        String tags =
                meter.tags().stream().map(tag -> "`" + NAMES.tagKey(tag) + "`").collect(Collectors.joining(" "));
        return "| `" + prometheus(meter) + "` | " + kind(meter) + " | " + tags + " | " + meter.description() + " |\n";
    }

    /** As it is scraped; a timer and a summary have {@code _count}, {@code _sum} and {@code _max}. */
    static String prometheus(Meters meter) {
        String unit = meter.type() == Meter.Type.TIMER ? "seconds" : null;
        String name = NAMES.name(meter.id(), meter.type(), unit);
        return meter.type() == Meter.Type.COUNTER && !name.endsWith("_total") ? name + "_total" : name;
    }

    private static String kind(Meters meter) {
        String kind = switch (meter.type()) {
            case TIMER -> "timer";
            case DISTRIBUTION_SUMMARY -> "summary";
            case COUNTER -> "counter";
            default -> "gauge";
        };
        return meter.isHistogram() ? "histogram" : kind;
    }
}
