package dev.mnemo.tenant;

import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a directory of tenant files: all of them, or none and every reason why. Thread-safe. It reads files: it blocks. */
public final class TenantLoader {

    private static final int MAX_BYTES = 1_000_000;
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private final Function<String, @Nullable String> environment;

    /** @param environment the value of a variable, such as {@code System::getenv}; null when it is not set */
    public TenantLoader(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /**
     * Reads each {@code *.yaml} and {@code *.yml} of a directory, through symbolic links (Kubernetes mounts files so),
     * but not what begins with a dot.
     *
     * @throws TenantProblemsException when anything at all is wrong; it lists everything
     */
    public TenantCatalog load(Path directory) {
        List<TenantProblem> found = new ArrayList<>();
        List<Tenant> tenants = new ArrayList<>();
        TenantReader reader = new TenantReader(environment);
        Map<String, String> fileOfId = new HashMap<>();
        for (Path path : files(directory)) {
            String file = fileName(path);
            Problems problems = new Problems(file);
            String id = file.substring(0, file.lastIndexOf('.'));
            String other = fileOfId.putIfAbsent(id, file);
            if (!ID.matcher(id).matches()) {
                problems.add("not a tenant's name", "Use 1 to 63 of a-z 0-9 - before .yaml, a letter or digit first.");
            } else if (other != null) {
                problems.add("the same tenant as " + other, "Keep one of the two files.");
            }
            Node root = root(path, problems);
            if (root != null) {
                tenants.add(reader.read(id, root, problems));
            }
            problems.found().stream()
                    .sorted(Comparator.comparingInt(TenantProblem::line).thenComparingInt(TenantProblem::column))
                    .forEach(found::add);
        }
        if (!found.isEmpty()) {
            throw new TenantProblemsException(found);
        }
        return new TenantCatalog(tenants);
    }

    private static List<Path> files(Path directory) {
        Problems problems = new Problems(directory.toString());
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, TenantLoader::isTenantFile)) {
            stream.forEach(files::add);
            if (files.isEmpty()) {
                problems.add("no tenant files", "Put a file such as acme.yaml in it, one for each tenant.");
            }
        } catch (IOException | DirectoryIteratorException e) {
            problems.add(
                    "no directory that can be read",
                    "Create it, or set MNEMO_TENANTS to the directory of tenant files.");
        }
        if (problems.size() > 0) {
            throw new TenantProblemsException(problems.found());
        }
        files.sort(Comparator.comparing(TenantLoader::fileName));
        return files;
    }

    private static boolean isTenantFile(Path path) {
        String name = fileName(path);
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml")) && !Files.isDirectory(path);
    }

    private static String fileName(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static @Nullable Node root(Path path, Problems problems) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                problems.add("larger than 1 MB", "A tenant file is a few KB; is this one?");
                return null;
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return YamlNodes.read(text.startsWith("\uFEFF") ? text.substring(1) : text, problems);
        } catch (CharacterCodingException e) {
            problems.add("not UTF-8", "Save the file as UTF-8.");
        } catch (IOException e) {
            problems.add("cannot be read", "Check its rights, and where it links to.");
        }
        return null;
    }
}
