package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The docs lead to what is there: every link, every heading that is linked, every test that is named. */
class DocsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:)([^)#\\s]*)(#[^)\\s]+)?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]+Test)`");

    @Test
    void everyLinkLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            for (MatchResult link : all(LINK, read(page))) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.getParent().resolve(link.group(1)).normalize();
                boolean found = Files.exists(target)
                        && (link.group(2) == null
                                || headings(target).contains(link.group(2).substring(1)));
                if (!found) {
                    broken.add(ROOT.relativize(page) + ": " + link.group(1)
                            + (link.group(2) == null ? "" : link.group(2)));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyTestThatIsNamedIsThere() {
        Set<String> tests = files(".java").stream()
                .map(path -> path.getFileName().toString())
                .collect(Collectors.toSet());
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            all(TEST, read(page)).stream()
                    .map(match -> match.group(1))
                    .filter(name -> !tests.contains(name + ".java"))
                    .forEach(name -> missing.add(ROOT.relativize(page) + ": " + name));
        }
        assertThat(missing).isEmpty();
    }

    /** As the sites that show these pages name headings: lower case, no punctuation, hyphens for spaces. */
    private static Set<String> headings(Path page) {
        return all(HEADING, read(page)).stream()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static List<Path> pages() {
        return files(".md");
    }

    private static List<Path> files(String ending) {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(path -> path.toString().endsWith(ending))
                    .filter(path -> !path.toString().contains("/target/"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
