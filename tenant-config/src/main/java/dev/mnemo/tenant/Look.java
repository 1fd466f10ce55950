package dev.mnemo.tenant;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a directory of tenant files and the files of their credentials look, without reading any. Two looks that are equal, with
 * a reading between them, prove that nothing changed while it was read.
 *
 * @param directory as it is configured
 * @param root where the files stand: the directory, or in a Kubernetes mount what its link {@code ..data} leads to. Such a
 *     directory is never written again: a change is another directory, and the link leads there.
 * @param files by name
 * @param credentials by path
 */
record Look(
        Path directory,
        Path root,
        boolean mounted,
        Stamp self,
        SortedMap<String, Stamp> files,
        Map<String, Stamp> credentials) {

    /**
     * @throws IOException when the directory cannot be listed
     */
    static Look at(Path directory, Collection<String> credentials) throws IOException {
        Path data = directory.resolve("..data");
        boolean mounted = Files.isSymbolicLink(data);
        Path root = mounted ? data.toRealPath() : directory;
        Stamp self = Stamp.of(root);
        SortedMap<String, Stamp> files = new TreeMap<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root, Look::hasTenantsName)) {
            for (Path path : stream) {
                Stamp stamp = Stamp.of(path);
                if (!stamp.directory()) {
                    files.put(name(path), stamp);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Map<String, Stamp> sources = new HashMap<>();
        credentials.forEach(path -> sources.put(path, Stamp.of(path)));
        return new Look(directory, root, mounted, self, files, sources);
    }

    private static boolean hasTenantsName(Path path) {
        String name = name(path);
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** Whether nothing of it was written within the last second, so that nobody is in the middle of it. */
    boolean isQuiet(Instant now) {
        return (mounted || self.isOld(now) && files.values().stream().allMatch(stamp -> stamp.isOld(now)))
                && credentials.values().stream().allMatch(stamp -> stamp.isOld(now));
    }

    /** Whether a tenant file is the one that the other look saw. */
    boolean hasSame(String file, Look other) {
        return root.equals(other.root) && isSame(files.get(file), other.files.get(file));
    }

    /** Whether the file of a credential is the one that the other look saw. */
    boolean hasSameCredential(String path, Look other) {
        return isSame(credentials.get(path), other.credentials.get(path));
    }

    private static boolean isSame(@Nullable Stamp one, @Nullable Stamp two) {
        return one != null && !one.equals(Stamp.NONE) && one.equals(two);
    }
}
