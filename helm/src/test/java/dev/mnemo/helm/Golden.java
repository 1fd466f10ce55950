package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares a text with a file; {@code -Ddocs.update=true} writes the file instead. */
final class Golden {

    static final boolean WRITES = Boolean.getBoolean("docs.update");

    private Golden() {}

    static void check(Path file, String text) throws IOException {
        if (WRITES) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        }
        assertThat(file).as("write it with -Ddocs.update=true").exists();
        assertThat(text).as("%s (write it with -Ddocs.update=true)", file).isEqualTo(Files.readString(file));
    }
}
