package dev.mnemo.tenant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Stream;

/** A directory as Kubernetes mounts a ConfigMap: files are links through {@code ..data}, and a change moves that link. */
final class Mount {

    private final Path directory;
    private int generation;

    Mount(Path directory) {
        this.directory = directory;
    }

    /** Puts other files in the place of all, as the kubelet does it. */
    void swap(Map<String, String> files) throws IOException {
        Path old = generation == 0 ? null : directory.resolve("..gen-" + generation);
        Path next = Files.createDirectory(directory.resolve("..gen-" + ++generation));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(next.resolve(file.getKey()), file.getValue());
        }
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), next.getFileName());
        Files.move(link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        for (String name : files.keySet()) {
            Path shown = directory.resolve(name);
            if (!Files.isSymbolicLink(shown)) {
                Files.createSymbolicLink(shown, Path.of("..data", name));
            }
        }
        if (old != null) {
            delete(old);
        }
    }

    static void delete(Path flat) throws IOException {
        try (Stream<Path> files = Files.list(flat)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(flat);
    }
}
