package dev.mnemo.tenant;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the file system tells of a file, through links, without reading it. As long as it stays the same, so does the content,
 * if it {@link #isOld was old} when the content was read.
 *
 * @param modified in nanoseconds since 1970, as all times here; a writer can set it back
 * @param changed which a writer cannot set back; the same as {@code modified} where the system does not tell it
 * @param key of the file itself, whatever its name; null where there is none
 */
record Stamp(
        long size, long modified, long changed, @Nullable Object key, boolean directory) {

    /** Of what is not there, or cannot be seen. */
    static final Stamp NONE = new Stamp(-1, 0, 0, null, false);

    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

    private static final String ATTRIBUTES =
            (UNIX ? "unix:ctime," : "basic:") + "size,lastModifiedTime,fileKey,isDirectory";

    /** File systems tell times to a second at the coarsest, and who writes a file may do so in several pieces. */
    private static final long QUIET = Duration.ofSeconds(1).toNanos();

    static Stamp of(String path) {
        try {
            return of(Path.of(path));
        } catch (InvalidPathException e) {
            return NONE;
        }
    }

    static Stamp of(Path path) {
        try {
            Map<String, Object> found = Files.readAttributes(path, ATTRIBUTES);
            long modified = nanos(found, "lastModifiedTime");
            return new Stamp(
                    (Long) Objects.requireNonNull(found.get("size")),
                    modified,
                    UNIX ? nanos(found, "ctime") : modified,
                    found.get("fileKey"),
                    Boolean.TRUE.equals(found.get("isDirectory")));
        } catch (IOException e) {
            return NONE;
        }
    }

    private static long nanos(Map<String, Object> found, String name) {
        return ((FileTime) Objects.requireNonNull(found.get(name))).to(TimeUnit.NANOSECONDS);
    }

    /** Whether it was not written within the second before {@code now}. A time that lies far ahead is somebody's mistake. */
    boolean isOld(Instant now) {
        long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        return Math.abs(nanos - modified) > QUIET && Math.abs(nanos - changed) > QUIET;
    }
}
