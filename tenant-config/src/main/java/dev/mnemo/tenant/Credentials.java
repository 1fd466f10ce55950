package dev.mnemo.tenant;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts environment variables and files into the credentials of one file. What it puts in is not read again, and never in a
 * message. Not thread-safe.
 */
final class Credentials {

    private static final int MAX_BYTES = 64 * 1024;
    private static final Pattern PLACE = Pattern.compile("\\$\\{(?:file:(/[^}]+)|([A-Za-z_][A-Za-z0-9_]*))}");
    private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e](?:[\\x20-\\x7e]*[\\x21-\\x7e])?");

    private final Function<String, @Nullable String> environment;
    private final boolean strict;
    private final Map<String, @Nullable String> sources = new HashMap<>();

    /**
     * @param strict whether an absent source is a problem
     */
    Credentials(Function<String, @Nullable String> environment, boolean strict) {
        this.environment = environment;
        this.strict = strict;
    }

    /** With its places filled in; null when it is wrong, and when a part of it is absent and may be. */
    @Nullable
    String read(Value credential) {
        String text = credential.text();
        if (text.isEmpty()) {
            return null;
        }
        if (PLACE.matcher(text).replaceAll("").contains("${")) {
            credential.bad("a ${...} that is none", "Write ${NAME} or ${file:/absolute/path}.");
            return null;
        }
        StringBuilder filled = new StringBuilder();
        Matcher matcher = PLACE.matcher(text);
        boolean whole = true;
        while (matcher.find()) {
            String part = part(matcher.group(1) == null ? matcher.group(2) : matcher.group(1), credential);
            whole &= part != null;
            matcher.appendReplacement(filled, part == null ? "" : Matcher.quoteReplacement(part));
        }
        return whole ? matcher.appendTail(filled).toString() : null;
    }

    /** One that a header carries; null as {@link #read}. */
    @Nullable
    Secret sendable(Value credential) {
        String value = read(credential);
        if (value == null) {
            return null;
        }
        if (!SENDABLE.matcher(value).matches()) {
            credential.bad(
                    "holds what a header cannot carry", "Use visible ASCII: no line break, no space at its ends.");
            return null;
        }
        return new Secret(value);
    }

    /** Null when there is none; {@code credential} says why, unless it may be absent. */
    private @Nullable String part(String source, Value credential) {
        String value = value(source);
        sources.put(source, value);
        if (value != null && !value.isEmpty()) {
            return value;
        }
        if (value == null && !strict) {
            return null;
        }
        if (!isFile(source)) {
            credential.bad("environment variable " + source + " is not set", "Set it where Mnemo runs.");
        } else if (value == null) {
            credential.bad("file " + source + " cannot be read", "Create it, or check its mount and rights.");
        } else {
            credential.bad("file " + source + " is empty or too large", "Put the credential in it.");
        }
        return null;
    }

    static boolean isFile(String source) {
        return source.startsWith("/");
    }

    /** What stands in a source now; null when it is absent, empty when there is nothing to be used. */
    @Nullable
    String value(String source) {
        if (!isFile(source)) {
            String value = environment.apply(source);
            return value == null || value.isEmpty() ? null : value;
        }
        try (InputStream in = regular(Path.of(source))) {
            byte[] bytes = in.readNBytes(MAX_BYTES);
            String text = new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\r?\\n$", "");
            return bytes.length == MAX_BYTES ? "" : text;
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    /** Reading a pipe would wait for whoever writes to it. */
    private static InputStream regular(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException("no regular file");
        }
        return Files.newInputStream(path);
    }

    /** What was asked for: the path of a file or the name of a variable, and what stood there; null for what was absent. */
    Map<String, @Nullable String> sources() {
        return sources.isEmpty() ? Map.of() : sources;
    }
}
